/**
 * Seed data: a whole marketplace, made inside the database by one SQL file a step (see steps.ts).
 *
 * The same size and the same reference time give the same rows on every machine. A hash of the row's id decides every value
 * (functions.sql), and every time is relative to the reference time, never to the clock.
 *
 * One transaction makes all of it. It first takes a lock that blocks other writers and other seeds. If it fails or the
 * process is killed, the database stays as it was: the old rows after a reset, none in an empty database, and every index in
 * place. Only the statistics and visibility maps (VACUUM ANALYZE) come after the commit.
 */

import type { Progress } from 'hotpath/cli';
import { SessionClient } from 'hotpath/database';
import pg from 'pg';
import { dropIndexes } from './indexes.ts';
import { SIZES, type Size } from './sizes.ts';
import { sql, stepsOf, TABLES } from './steps.ts';

export interface SeedOptions {
  /** The URL of a migrated database, with a role that owns its tables. */
  url: string;
  /** `small` by default. */
  size?: Size;
  /** The present of the data; the start of today (UTC) by default. */
  now?: Date;
  /** Empties the tables first; without it, tables with rows are an error. */
  reset?: boolean;
  /** Called when a step starts and when it is done. */
  onProgress?: (progress: Progress) => void;
}

/** Rows by table, in the order in which the steps make them. */
export type RowCounts = Readonly<Record<string, number>>;

/** An error that the operator can fix; its message tells them how. */
export class SeedError extends Error {
  override name = 'SeedError';
}

/**
 * Fills the database.
 * @throws {SeedError} if it cannot be reached, has no tables, or has rows and `reset` is false.
 */
export async function seed(options: SeedOptions): Promise<RowCounts> {
  const client = new SessionClient({ connectionString: options.url, application_name: 'hotpath seed' });
  // A connection that breaks also rejects the statement under way; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect().catch((error) => {
    throw new SeedError(`Cannot connect to the database: ${error.message || error.code}.`, { cause: error });
  });
  try {
    await fill(client, options);
    return await countRows(client);
  } finally {
    // Ends the transaction too, if it is still open.
    await client.end();
  }
}

async function fill(client: pg.Client, { size = 'small', now = startOfToday(), reset = false, ...rest }: SeedOptions) {
  const modules = stepsOf(size);
  const timed = timer(modules.length + 2, rest.onProgress ?? (() => {}));
  await client.query('BEGIN');
  await client.query(sql('settings'));
  await emptyTables(client, reset);
  const indexes = await dropIndexes(client, TABLES);
  await client.query(parameters(size, now) + sql('functions') + sql('words'));
  for (const { name } of modules) await timed(name, () => client.query(sql(name)));
  await timed('indexes', async () => {
    for (const index of indexes) await client.query(index);
    await setSequences(client);
    await client.query('COMMIT');
  });
  await timed('statistics', () => client.query(`VACUUM (ANALYZE) ${TABLES.join(', ')}`));
}

function timer(total: number, onProgress: (progress: Progress) => void) {
  let done = 0;
  return async (step: string, run: () => Promise<unknown>): Promise<void> => {
    onProgress({ done, total, part: step });
    await run();
    done += 1;
    onProgress({ done, total, part: step });
  };
}

/** TRUNCATE runs also on empty tables: it ties the sequences to the transaction. */
async function emptyTables(client: pg.Client, reset: boolean): Promise<void> {
  const tables = TABLES.join(', ');
  await client.query(`LOCK TABLE ${tables} IN SHARE ROW EXCLUSIVE MODE`).catch((error) => {
    if (error.code !== '42P01') throw error;
    throw new SeedError('The database has no tables yet: run `npx prisma migrate deploy` first.');
  });
  if (!reset && (await holdsRows(client))) {
    throw new SeedError('The database already holds data: pass --reset to empty its tables and fill them again.');
  }
  // CASCADE also empties a team's own tables that refer to these.
  await client.query(`TRUNCATE ${tables} RESTART IDENTITY CASCADE`);
  // The replies to their creation.
  await client.query('DELETE FROM "hotpath"."idempotency_keys" WHERE schema = current_schema()');
}

async function holdsRows(client: pg.Client): Promise<boolean> {
  const any = TABLES.map((table) => `EXISTS (SELECT FROM ${table})`).join(' OR ');
  const { rows } = await client.query<{ any: boolean }>(`SELECT ${any} AS any`);
  return rows[0]!.any;
}

/** The two parameters of the SQL, as constants for the planner. */
function parameters(size: Size, now: Date): string {
  const rows = pg.escapeLiteral(JSON.stringify(SIZES[size]));
  const time = pg.escapeLiteral(now.toISOString());
  return `
    CREATE OR REPLACE FUNCTION pg_temp.rows_of(name text) RETURNS int IMMUTABLE PARALLEL SAFE
    RETURN (${rows}::jsonb ->> name)::int;
    CREATE OR REPLACE FUNCTION pg_temp.now() RETURNS timestamptz IMMUTABLE PARALLEL SAFE
    RETURN timestamptz ${time};`;
}

async function setSequences(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ set: string }>(
    `SELECT format('SELECT setval(%L, (SELECT max(%I) FROM %s))',
       pg_get_serial_sequence(attrelid::regclass::text, attname), attname, attrelid::regclass) AS set
     FROM pg_attribute
     WHERE attrelid = ANY ($1::regclass[]) AND attnum > 0 AND NOT attisdropped
       AND pg_get_serial_sequence(attrelid::regclass::text, attname) IS NOT NULL`,
    [TABLES],
  );
  for (const { set } of rows) await client.query(set);
}

async function countRows(client: pg.Client): Promise<RowCounts> {
  const counts = TABLES.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`).join(', ');
  const { rows } = await client.query<RowCounts>(`SELECT ${counts}`);
  return rows[0]!;
}

function startOfToday(): Date {
  return new Date(new Date().setUTCHours(0, 0, 0, 0));
}
