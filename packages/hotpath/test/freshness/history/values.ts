/** Random values of fields: few different ones, so that rows share them, and pairs that differ only in their text. */
import type { DataModel, Model, ScalarField } from 'hotpath/model/data-model';
import { type Draw, integer, once, pick } from '../../compile/oracle/draw.ts';

/** Rows of a model have the keys from 1 to this number, if the model has no more rows. */
export const KEYS = 5;

/** Lists of measured values show the last hours or days. */
const HOURS = [1, 2, 3, 4, 5].map((hours) => new Date(Date.now() - hours * 3_600_000).toISOString());

const TEXTS: Readonly<Record<string, readonly string[]>> = {
  Boolean: ['true', 'false'],
  DateTime: HOURS,
  // PostgreSQL calls them equal; their JSON differs.
  Json: ['{}', '{"a": 1.0}', '{"a": 1.00}'],
  Bytes: ['\\x01', '\\x02'],
  Float: ['1', '2.5', '-0.0', '0.0'],
  Decimal: ['1.0', '1.00', '2.5'],
};

/** A value as text that PostgreSQL reads and a consumer may write; null if the type has no such text. */
export function drawText(draw: Draw, field: ScalarField, { dataModel, model }: Place): string | null {
  if (!field.required && once(draw, 4)) return null;
  if (field.list) return pick(draw, ['{}', '{a}', '{a,b}']);
  if (isForeign(model, field)) return String(integer(draw, 1, KEYS));
  if (field.type === 'Enum') return pick(draw, Object.values(dataModel.enums[field.enum!]!.values));
  if (field.native?.name === 'Uuid') return uuid(integer(draw, 1, KEYS));
  if (field.type === 'String') return `t${integer(draw, 1, isUnique(model, field) ? 50 : 3)}`;
  const texts = TEXTS[field.type];
  return texts ? pick(draw, texts) : String(integer(draw, 1, KEYS));
}

export interface Place {
  readonly dataModel: DataModel;
  readonly model: Model;
}

export const scalarsOf = (model: Model): ScalarField[] =>
  Object.values(model.fields).filter((field) => field.kind === 'scalar');

/** The text of the nth key. */
export function keyText(field: ScalarField, n: number): string {
  if (field.native?.name === 'Uuid') return uuid(n);
  if (field.type === 'DateTime') return HOURS[n % HOURS.length]!;
  return String(n);
}

const uuid = (n: number): string => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`;

const isForeign = (model: Model, { name }: ScalarField): boolean =>
  Object.values(model.fields).some((field) => field.kind === 'relation' && field.holdsKey && field.from.includes(name));

const isUnique = (model: Model, { name }: ScalarField): boolean =>
  Object.values(model.uniques).some((key) => key.length === 1 && key[0] === name);
