/** The databases of the bench, all made from nothing, as in a clean clone, with the tiny data. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { databaseBeside } from '../../bench/sections/orders/contender.ts';
import { startReadContenders } from '../../bench/sections/reads/contenders.ts';
import { prepareWriteGround } from '../../bench/sections/writes/ground.ts';
import type { Bench } from '../../bench/support/bench.ts';
import { withClient } from '../../bench/support/client.ts';
import { copyDatabase } from '../../bench/support/copy-database.ts';
import { openBeforeDatabase, openBenchDatabase } from '../../bench/support/database.ts';

const directory = mkdtempSync(join(tmpdir(), 'hotpath-bench-'));
const whole = new AsyncDisposableStack();
const bench: Bench = { size: 'tiny', quick: true, stack: whole, log: () => {}, directory: join(directory, 'postgres') };

let urls = { before: '', after: '' };

beforeAll(async () => {
  const before = await openBeforeDatabase(bench, 'tiny');
  const after = await openBenchDatabase(bench, 'tiny');
  urls = { before: before.url, after: after.url };
}, 180_000);

afterAll(async () => {
  await whole.disposeAsync();
  rmSync(directory, { recursive: true });
}, 60_000);

const firstValue = (url: string, sql: string): Promise<unknown> =>
  withClient(url, async (client) => (await client.query({ text: sql, rowMode: 'array' })).rows[0]![0]);

const TRIGGERS = 'SELECT count(*)::int FROM pg_trigger WHERE NOT tgisinternal';
const INDEXES = `
  SELECT count(*)::int FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
  WHERE relnamespace = 'public'::regnamespace AND NOT indisunique`;
const TRANSACTIONS = 'SELECT md5(string_agg(t::text, chr(10) ORDER BY id)) FROM transactions t';

it('the bench has two databases with the same rows, and the one for the slow service has no index or trigger that no rule needs', async () => {
  expect(await firstValue(urls.after, 'SELECT count(*)::int FROM transactions')).toBeGreaterThan(100);
  expect(await firstValue(urls.before, TRANSACTIONS)).toBe(await firstValue(urls.after, TRANSACTIONS));
  expect(await firstValue(urls.after, TRIGGERS)).toBeGreaterThan(10);
  expect(await firstValue(urls.after, INDEXES)).toBeGreaterThan(10);
  expect(await firstValue(urls.before, TRIGGERS)).toBe(0);
  expect(await firstValue(urls.before, INDEXES)).toBe(0);
});

it('the bench keeps its databases for the next run', async () => {
  const oid = 'SELECT oid::int FROM pg_database WHERE datname = current_database()';
  const first = await firstValue(urls.before, oid);
  const again = await openBeforeDatabase(bench, 'tiny');
  expect(again.url).toBe(urls.before);
  expect(await firstValue(again.url, oid)).toBe(first);
});

it('the bench copies a database while a client is connected to it', async () => {
  const somebody = new pg.Client({ connectionString: urls.after });
  const lost = new Promise((resolve) => somebody.on('error', resolve));
  await somebody.connect();
  await withClient(new URL('/postgres', urls.after).href, (admin) =>
    copyDatabase(admin, { from: new URL(urls.after).pathname.slice(1), to: 'copy_of_tiny' }),
  );
  expect(await lost).toMatchObject({ code: '57P01' });
  const copy = new URL('/copy_of_tiny', urls.after).href;
  expect(await firstValue(copy, TRANSACTIONS)).toBe(await firstValue(urls.after, TRANSACTIONS));
});

it('the bench has two databases for writes, one of them without triggers that log', async () => {
  await using stack = new AsyncDisposableStack();
  const { urls: sides } = await prepareWriteGround({ ...bench, stack });
  const logging = `SELECT count(*)::int FROM pg_trigger WHERE tgname LIKE 'invalidation\\_%'`;
  expect(await firstValue(sides['with triggers']!, logging)).toBeGreaterThan(10);
  expect(await firstValue(sides['without']!, logging)).toBe(0);
});

it('the bench has a database for orders', async () => {
  await using stack = new AsyncDisposableStack();
  const url = await databaseBeside(stack, urls.after, 'test');
  expect(await firstValue(url, 'SELECT count(*)::int FROM orders')).toBeGreaterThan(0);
}, 60_000);

it('the service and its peers give the same answers in every shape', async () => {
  await using stack = new AsyncDisposableStack();
  const { contenders, bytes } = await startReadContenders({ ...bench, stack }, { url: urls.after });
  expect(contenders.map(({ name }) => name)).toEqual([
    'hotpath',
    'drizzle',
    'prismaQuery',
    'prismaJoin',
    'kysely',
    'byHand',
  ]);
  expect(Math.min(...Object.values(bytes))).toBeGreaterThan(50);
}, 120_000);
