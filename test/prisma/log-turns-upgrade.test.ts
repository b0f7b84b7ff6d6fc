/**
 * The upgrade from one log to logs that take turns, while services of the version before still run: they read the log by
 * the same statement, trim it by the same function, and their triggers write to the table that they know.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Knowledge } from 'hotpath/freshness/knowledge';
import { parseSnapshot } from 'hotpath/freshness/snapshot';
import { SCHEMA_VERSIONS } from 'hotpath/install/schema-versions';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { catchUp } from '../../packages/hotpath/test/freshness/support.ts';
import { MIGRATIONS, marketplaceMigrations } from '../../src/migrations.ts';
import { scratchDatabase } from '../support/database.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const TURNS = '20261129022115_hotpath';
const textOf = (name: string) => readFileSync(join(MIGRATIONS, name, 'migration.sql'), 'utf8');

let owner: pg.Client;
let writer: pg.Client;
let reader: pg.Client;
const knowledge = new Knowledge({ tags: 1000, transactions: 8 });

beforeAll(async () => {
  const url = await scratchDatabase('empty');
  [owner, writer, reader] = await Promise.all(
    [1, 2, 3].map(async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }) as [Promise<pg.Client>, Promise<pg.Client>, Promise<pg.Client>],
  );
  for (const name of marketplaceMigrations().filter((each) => each < TURNS)) await owner.query(textOf(name));
  await owner.query(`INSERT INTO users (id, email, name) SELECT i, 'u' || i, '' FROM generate_series(1, 9) AS i`);
  await owner.query('DELETE FROM hotpath.log');
});

afterAll(() => Promise.all([owner, writer, reader].map((client) => client.end())));

const rename = (id: number) => `UPDATE users SET name = name || '.' WHERE id = ${id}`;
const snapshot = async () =>
  parseSnapshot((await reader.query('SELECT pg_current_snapshot()::text AS now')).rows[0].now);
const logsOf = async (tag: string) => {
  const text = 'SELECT DISTINCT tableoid::regclass::text AS log FROM hotpath.log WHERE $1 = ANY (tags)';
  return (await reader.query<{ log: string }>(text, [tag])).rows.map(({ log }) => log);
};

it('waits for no writer and no reader, and every change is known before, between and after', async () => {
  await catchUp(reader, knowledge);
  const before = await snapshot();
  await writer.query(rename(1));
  expect(await logsOf(':1')).toEqual(['hotpath.log']);

  // The schema alone, while a writer and a reader have the log locked.
  await writer.query(`BEGIN; ${rename(2)}`);
  await reader.query('BEGIN; SELECT FROM hotpath.log');
  const version = SCHEMA_VERSIONS.find((each) => each.version === 2)!;
  await owner.query(`BEGIN; SET LOCAL lock_timeout = '100ms'; ${version.sql}; COMMIT`);
  await Promise.all([writer.query('COMMIT'), reader.query('COMMIT')]);
  await writer.query(rename(3));
  expect([await logsOf(':2'), await logsOf(':3')]).toEqual([['hotpath.log'], ['hotpath.log']]);
  await catchUp(reader, knowledge);
  for (const id of [1, 2, 3]) expect(knowledge.isFresh(before, [`user:${id}`])).toBe(false);
  expect(knowledge.isFresh(before, ['user:4'])).toBe(true);

  // The migration, whose first part is there already.
  await owner.query(textOf(TURNS));
  await writer.query(rename(4));
  expect(await logsOf(':4')).toEqual(['hotpath.log_b']);
  await catchUp(reader, knowledge);
  expect(knowledge.isFresh(before, ['user:4'])).toBe(false);
});

it('leaves rows of the previous version until no follower needs them, and then deletes them', async () => {
  const rows = async () => {
    await owner.query(`SELECT hotpath.trim_log('0', 1)`);
    return (await owner.query('SELECT FROM ONLY hotpath.log')).rowCount;
  };
  expect((await owner.query('SELECT FROM ONLY hotpath.log')).rowCount).toBeGreaterThan(1);
  await expect.poll(rows, { timeout: 20_000, interval: 1 }).toBe(0);
});

it('keeps NOTIFY as it was', async () => {
  const url = await scratchDatabase('empty');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const name of marketplaceMigrations().filter((each) => each < TURNS)) await client.query(textOf(name));
  await client.query('ALTER TABLE hotpath.log ENABLE ALWAYS TRIGGER notify');
  await client.query(textOf(TURNS));
  const { rows } = await client.query(
    `SELECT tgrelid::regclass::text AS log, tgenabled AS is FROM pg_trigger WHERE tgname = 'notify' ORDER BY 1`,
  );
  expect(rows).toEqual(['hotpath.log', 'hotpath.log_a', 'hotpath.log_b'].map((log) => ({ log, is: 'A' })));
  await client.end();
});
