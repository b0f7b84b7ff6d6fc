/** Checks the triggers that log changes, on any schema: each table has them, and they log each kind of change. */

import { surveyTables } from 'hotpath/freshness/coverage';
import { type WatchedTable, watch } from 'hotpath/freshness/watched';
import pg from 'pg';
import { freshnessSql } from '../../../../../test/support/freshness-sql.ts';
import type { Database } from './data.ts';
import { declareModels } from './pages/declare-models.ts';
import { qualified } from './tables.ts';

/** A table without its triggers, or a change that is not logged. */
export class UnloggedChange extends Error {
  override readonly name = 'UnloggedChange';
}

/** Installs the triggers in a database without migrations, and empties its tables. @returns the number of tables that log. */
export async function checkTriggers(database: Database): Promise<number> {
  const watched = watch(declareModels(database.dataModel).registry);
  const client = await database.pool.connect();
  try {
    await client.query(freshnessSql(watched.registry));
    const { gaps } = await surveyTables(client as unknown as pg.Client, watched);
    if (gaps.length > 0) throw new UnloggedChange(gaps.map(({ reason }) => reason).join('\n'));
    for (const table of watched.tables.values()) await checkTable(client, table);
    return watched.tables.size;
  } finally {
    client.release();
  }
}

/** Deletes a row, inserts it again and changes it; then empties the table. */
async function checkTable(client: pg.PoolClient, table: WatchedTable): Promise<void> {
  const called = qualified(table);
  const run = (text: string) => mustBeLogged(client, table, text);
  await client.query(`CREATE TEMPORARY TABLE kept AS SELECT * FROM ${called} LIMIT 1`);
  if ((await run(`DELETE FROM ${called} WHERE ctid = (SELECT ctid FROM ${called} LIMIT 1)`)) > 0)
    await run(`INSERT INTO ${called} SELECT * FROM kept`);
  await client.query('DROP TABLE kept');
  for (const column of nullableColumns(table))
    await run(`UPDATE ${called} SET ${column} = NULL WHERE ${column} IS NOT NULL`);
  await client.query(`DELETE FROM hotpath.log WHERE source = ${pg.escapeLiteral(table.source)}`);
  await client.query(`TRUNCATE ${called} CASCADE`);
  if ((await countLogged(client, table)) === 0) throw new UnloggedChange(`No TRUNCATE of ${called} is logged.`);
}

function nullableColumns({ fields, identity }: WatchedTable): string[] {
  return fields
    .filter((field) => !field.required && !field.list && !identity.includes(field))
    .map(({ column }) => pg.escapeIdentifier(column));
}

/** @returns the number of rows that the statement changed. */
async function mustBeLogged(client: pg.PoolClient, table: WatchedTable, text: string): Promise<number> {
  const before = await countLogged(client, table);
  const { rowCount } = await client.query(text);
  if (rowCount! > 0 && (await countLogged(client, table)) === before)
    throw new UnloggedChange(`A change of ${rowCount} rows is not logged: ${text}`);
  return rowCount!;
}

async function countLogged(client: pg.PoolClient, { source }: WatchedTable): Promise<number> {
  const text = 'SELECT count(*)::integer AS logged FROM hotpath.log WHERE source = $1';
  const { rows } = await client.query<{ logged: number }>(text, [source]);
  return rows[0]!.logged;
}
