/**
 * The SQL that a trigger function makes the tag of a row's key with: `'?userId=' || n."user_id"`.
 *
 * The names of columns and of an enum's values are compiled into it. A field with another column, or a renamed value of an
 * enum, makes another tag under the same prefix, so `coverage.ts` looks for this text in the function that the database has.
 */
import { output } from '../compile/sql/output.ts';
import { literal, name } from '../compile/sql/text.ts';
import type { DataModel, ScalarField } from '../model/data-model.ts';
import type { Key } from './watched.ts';

/** `o` for the row before, `n` for the row after. */
export type RowAlias = 'o' | 'n';

/** The tags of a row, for the log. */
export function loggedTags(dataModel: DataModel, keys: readonly Key[], aliases: readonly RowAlias[]): string {
  const tags = keys.flatMap((key) => aliases.map((alias) => loggedTag(dataModel, key, alias)));
  return `ARRAY[${tags.join(', ')}]::text[]`;
}

const loggedTag = (dataModel: DataModel, key: Key, alias: RowAlias): string =>
  `${literal(key.prefix)} || ${keyValues(dataModel, key, alias)}`;

/** The values of a key in a row, as a tag has them. */
export function keyValues(dataModel: DataModel, { fields }: Key, alias: RowAlias): string {
  const column = (field: ScalarField) => output(dataModel, field, `${alias}.${name(field.column)}`);
  return fields
    .map((field) => (fields.length > 1 || /\s/.test(column(field)) ? `(${column(field)})` : column(field)))
    .join(` || ',' || `);
}

/** Whether the body of a trigger function makes the tags of a key as this version does. */
export function makesTags(body: string, dataModel: DataModel, key: Key): boolean {
  const tag = loggedTag(dataModel, key, 'n');
  return body.includes(`${tag},`) || body.includes(`${tag}]`);
}
