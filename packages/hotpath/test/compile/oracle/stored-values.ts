/** Values in the form in which a statement stores them. */
import type { DataModel, ScalarField } from 'hotpath/model/data-model';
import { valuesOf } from './values.ts';

/** A parameter of `pg`. */
export type Stored = string | number | boolean | Buffer | null | readonly Stored[];

/** The values that arguments may contain. */
export function storedValuesOf(dataModel: DataModel, field: ScalarField): Stored[] {
  return valuesOf(dataModel, field).map((value) => toStored(dataModel, field, value));
}

function toStored({ enums }: DataModel, field: ScalarField, value: unknown): Stored {
  if (field.type === 'Json') return JSON.stringify(value);
  if (field.type === 'Enum') return enums[field.enum!]!.values[value as string]!;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof Date) return dateText(field, value.toISOString());
  return typeof value === 'bigint' ? String(value) : (value as string | number | boolean);
}

function dateText({ native }: ScalarField, text: string): string {
  if (native?.name === 'Time') return text.slice(11, 23);
  return native?.name === 'Timetz' ? `${text.slice(11, 23)}+00` : text;
}

/** Values that no argument can express: microseconds, a JSON null, numbers that are not finite. */
export function onlyStored({ type, native, list }: ScalarField): Stored[] {
  if (type === 'Json') return list ? [] : ['null'];
  if (type === 'Float') return ['NaN', 'Infinity', '-Infinity'];
  if (type !== 'DateTime') return [];
  if (native?.name === 'Time') return ['12:34:56.789123'];
  if (native?.name === 'Timetz') return ['12:34:56.789123+02', '12:34:56.789123-03', '00:30:00-05:30'];
  return ['2024-02-29T12:34:56.789123Z', '2024-02-29T12:34:56.789999Z'];
}
