/**
 * Rows of an answer, found again by their keys: the JSON of a key as the values that a `where` takes. JSON has a BigInt
 * as a text, bytes as base64, and a time without its microseconds.
 */
import { identifyingFields, type Model, type ScalarField } from '../model/data-model.ts';

/** A row of an answer, with its key. */
export type KeyedRow = Readonly<Record<string, unknown>>;

const TIMES_OF_DAY = ['Time', 'Timetz'];
/** The digits of a second that JSON has. */
const MILLISECONDS = 3;
/** PostgreSQL's own precision, of a native type without one. */
const MICROSECONDS = 6;

/** Whether JSON has the whole value. Prisma's own type for a `DateTime` has milliseconds. */
const isWhole = ({ type, native }: ScalarField): boolean =>
  type !== 'DateTime' ||
  native === undefined ||
  native.name === 'Date' ||
  Number(native.args[0] ?? MICROSECONDS) <= MILLISECONDS;

/** The key of a model by which its rows are found again: one that JSON has whole, if there is one. */
export function keyOfRows(model: Model): { readonly names: readonly string[]; readonly isExact: boolean } {
  const exact = identifyingFields(model, isWhole);
  return exact.length > 0 ? { names: exact, isExact: true } : { names: identifyingFields(model), isExact: false };
}

/** The row that has the key of this one. If JSON lacks microseconds, all rows of the same millisecond have it. */
export const keyCondition = ({ fields }: Model, names: readonly string[], row: KeyedRow): object =>
  Object.fromEntries(names.map((name) => [name, keyValue(fields[name] as ScalarField, row[name])]));

function keyValue(field: ScalarField, json: unknown): unknown {
  switch (field.type) {
    case 'BigInt':
      return BigInt(json as string);
    case 'Bytes':
      return Buffer.from(json as string, 'base64');
    case 'DateTime':
      return isWhole(field) ? json : withinMillisecond(field, new Date(json as string));
    default:
      return json;
  }
}

function withinMillisecond({ native }: ScalarField, from: Date): object {
  const to = new Date(from.getTime() + 1);
  const isLastOfDay = TIMES_OF_DAY.includes(native!.name) && to.getUTCDate() !== from.getUTCDate();
  return isLastOfDay ? { gte: from } : { gte: from, lt: to };
}
