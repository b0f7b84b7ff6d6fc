/**
 * Takes from the tables of a scratch database what keeps drawn rows out and does not change what a read gives.
 *
 * Foreign keys go, since those of a cycle cannot be met row by row; `fill` leaves no row without the one it refers to.
 */

import type { DataModel, Model } from 'hotpath/model/data-model';
import pg from 'pg';
import { hasTotalKey, orderableFields } from '../keys.ts';
import { columnOf, qualified } from '../tables.ts';

export async function dropConstraints(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ drop: string }>(`
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop
    FROM pg_constraint WHERE contype IN ('c', 'f') AND conrelid <> 0 AND conparentid = 0`);
  for (const { drop } of rows) await pool.query(drop);
}

/** Columns that the data model does not know stay empty; rows of a table without a key all differ. */
export async function loosenTables(pool: pg.Pool, { models }: DataModel): Promise<void> {
  for (const model of Object.values(models)) {
    await allowUnknownNulls(pool, model);
    if (!hasTotalKey(model)) await tellRowsApart(pool, model);
  }
}

async function allowUnknownNulls(pool: pg.Pool, model: Model): Promise<void> {
  const known = Object.values(model.fields).flatMap((field) => (field.kind === 'scalar' ? [field.column] : []));
  const { rows } = await pool.query<{ column: string; key: string | null }>(
    `SELECT attname AS column, conname AS key
     FROM pg_attribute LEFT JOIN pg_constraint ON conrelid = attrelid AND contype = 'p' AND attnum = ANY (conkey)
     WHERE attrelid = $1::regclass AND attnum > 0 AND attnotnull AND NOT atthasdef AND attname <> ALL ($2::text[])`,
    [qualified(model), known],
  );
  for (const key of new Set(rows.flatMap(({ key }) => key ?? [])))
    await pool.query(`ALTER TABLE ${qualified(model)} DROP CONSTRAINT ${pg.escapeIdentifier(key)}`);
  for (const { column } of rows)
    await pool.query(`ALTER TABLE ${qualified(model)} ALTER ${pg.escapeIdentifier(column)} DROP NOT NULL`);
}

/** Makes an order by all fields that an order may use total. */
async function tellRowsApart(pool: pg.Pool, model: Model): Promise<void> {
  const columns = orderableFields(model).map((field) => columnOf(model, field));
  if (columns.length === 0) return;
  await pool.query(`CREATE UNIQUE INDEX ON ${qualified(model)} (${columns.join(', ')}) NULLS NOT DISTINCT`);
}
