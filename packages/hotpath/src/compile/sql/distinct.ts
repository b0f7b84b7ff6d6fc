/**
 * The values that `distinct` compares. Prisma Client compares the values that it has read as JSON, so two rows are equal if
 * their JSON is: text by its characters, Json and Xml by their text, a time of day without its zone, and NaN
 * as the infinities and null.
 */
import type { DataModel, ScalarField } from '../../model/data-model.ts';
import { output } from './output.ts';

/** Types whose equal values are read as different texts. */
const AS_TEXT = ['Citext', 'Char', 'Json', 'Xml'];
const COLLATED = [undefined, 'Text', 'VarChar', ...AS_TEXT];

/** @returns an expression whose values PostgreSQL takes for equal where Prisma Client does. */
export function distinctValue(dataModel: DataModel, field: ScalarField, column: string): string {
  const { type, native, list } = field;
  if (type === 'Float') return list ? elements(dataModel, field, column) : output(dataModel, field, column);
  if (type === 'Json' || type === 'Decimal' || AS_TEXT.includes(native?.name ?? ''))
    return `${column}::text${list ? '[]' : ''} COLLATE "C"`;
  if (type === 'String' && COLLATED.includes(native?.name)) return `${column} COLLATE "C"`;
  return native?.name === 'Timetz' && !list ? `${column}::time` : column;
}

/** A list that is null is read as another value than an empty one. */
function elements(dataModel: DataModel, field: ScalarField, column: string): string {
  return `CASE WHEN ${column} IS NOT NULL THEN ${output(dataModel, field, column)} END`;
}
