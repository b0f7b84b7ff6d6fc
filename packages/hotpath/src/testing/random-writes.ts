/**
 * Random writes to the tables of the read routes: a field of a row gets another value, or a row of a table that no
 * other table refers to is deleted and inserted again. If a constraint refuses a write, the next attempt takes another
 * row.
 */

import { table as tableName, tableText } from '../compile/sql/scope.ts';
import { name } from '../compile/sql/text.ts';
import type { WatchedTable } from '../freshness/watched.ts';
import type { ScalarField } from '../model/data-model.ts';
import { fail } from './fault.ts';

export interface Written {
  /** `UPDATE "posts": title, by a transaction`, for messages. */
  readonly what: string;
  /** Restores a deleted row; nothing to undo without it. */
  readonly undo?: () => Promise<void>;
}

export interface Queries {
  query<Row>(text: string, values?: unknown[]): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
}

/** The number of attempts after refused statements. */
const ATTEMPTS = 60;

export const oneOf = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)]!;

/** Tries until a write has changed a row. @throws {AssertionError} if no write does. */
export async function untilWritten<T>(how: string, attempt: () => Promise<T | undefined>): Promise<T> {
  let last = 'every table is empty';
  for (let count = 0; count < ATTEMPTS; count += 1) {
    try {
      const written = await attempt();
      if (written) return written;
    } catch (error) {
      last = (error as Error).message;
    }
  }
  return fail(
    `No write ${how} succeeds, so nothing shows whether the cache learns of it: ${last}. Pass \`owner\`, and add rows.`,
  );
}

/** Fields that do not identify the row. */
export const changeable = ({ fields, identity }: WatchedTable): ScalarField[] =>
  fields.filter((field) => !field.list && field.type !== 'Json' && !identity.includes(field));

/** Gives a field of a random row another value. @returns undefined if no row or no such field exists. */
export async function updateRow(queries: Queries, table: WatchedTable): Promise<Written | undefined> {
  const fields = changeable(table);
  if (fields.length === 0) return undefined;
  const field = oneOf(fields);
  const whole = tableName(table);
  const column = name(field.column);
  const text = `UPDATE ${whole} AS t SET ${column} = ${otherValue(field, whole)}
    WHERE t.ctid = (SELECT ctid FROM ${whole} ORDER BY random() LIMIT 1)`;
  const { rowCount } = await queries.query(text);
  return rowCount ? { what: `UPDATE ${whole} SET ${column}` } : undefined;
}

function otherValue(field: ScalarField, whole: string): string {
  const column = name(field.column);
  const ofAnother = `(SELECT o.${column} FROM ${whole} AS o WHERE o.${column} IS DISTINCT FROM t.${column} ORDER BY random() LIMIT 1)`;
  const made = madeValue(field, `t.${column}`);
  return made === undefined || Math.random() < 0.5 ? ofAnother : made;
}

/** A value that the field did not have, as SQL; undefined for a type without arithmetic. */
function madeValue({ type, native }: ScalarField, column: string): string | undefined {
  if (type === 'Boolean') return `NOT ${column}`;
  if (['Int', 'BigInt', 'Float', 'Decimal'].includes(type))
    return native?.name === 'Money' ? undefined : `${column} + 1`;
  if (type === 'DateTime') return native?.name === 'Date' ? `${column} + 1` : `${column} + interval '1 hour'`;
  const isText = type === 'String' && [undefined, 'Text', 'VarChar', 'Citext'].includes(native?.name);
  return isText ? `substr(md5(random()::text), 1, 6)` : undefined;
}

const REFERRED_TO = `SELECT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = to_regclass($1)) AS yes`;
const COLUMNS = `SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum) AS names FROM pg_attribute
  WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`;

/** Deletes a random row of a table that no foreign key names, so that no other row is deleted with it. */
export async function deleteRow(queries: Queries, table: WatchedTable): Promise<Written | undefined> {
  const [whole, text] = [tableName(table), tableText(table)];
  const { rows: referred } = await queries.query<{ yes: boolean }>(REFERRED_TO, [text]);
  if (referred[0]!.yes) return undefined;
  const { rows } = await queries.query<{ row: string }>(
    `DELETE FROM ${whole} AS t WHERE t.ctid = (SELECT ctid FROM ${whole} ORDER BY random() LIMIT 1) RETURNING to_jsonb(t)::text AS row`,
  );
  const row = rows[0]?.row;
  if (row === undefined) return undefined;
  const undo = async () => {
    const { rows: columns } = await queries.query<{ names: string }>(COLUMNS, [text]);
    const { names } = columns[0]!;
    await queries.query(
      `INSERT INTO ${whole} (${names}) OVERRIDING SYSTEM VALUE SELECT ${names} FROM jsonb_populate_record(NULL::${whole}, $1::jsonb)`,
      [row],
    );
  };
  return { what: `DELETE FROM ${whole}`, undo };
}
