/** The advice on new indexes, proved by hypothetical ones: the same as that of real ones on a clone, and nothing is written. */
import { adviseIndexes, type IndexFindings } from 'hotpath/advisor/indexes/advise-indexes';
import { withClone } from 'hotpath/advisor/indexes/clone';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHypopgServer } from '../support/hypopg-server.ts';
import { onDatabase } from '../support/on-database.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { runToEnd } from '../support/process.ts';

/** A schema other than `public` for the extension: the advisor must find its functions. */
const TABLES = `
  CREATE SCHEMA tools;
  CREATE EXTENSION hypopg SCHEMA tools;
  CREATE EXTENSION pg_stat_statements SCHEMA tools;
  CREATE TABLE invoices (id int PRIMARY KEY, customer int NOT NULL, issued_at timestamp NOT NULL, paid_at timestamp, note text NOT NULL);
  INSERT INTO invoices
  SELECT n, n % 400, timestamp '2026-01-01' + n * interval '1 minute',
         CASE WHEN n % 10 <> 0 THEN timestamp '2026-02-01' END, repeat('A long note. ', 10)
    FROM generate_series(1, 40000) AS n;
  CREATE TABLE labels (id int PRIMARY KEY, name text NOT NULL);
  INSERT INTO labels SELECT n, 'Label ' || n FROM generate_series(1, 50) AS n`;

const STATEMENTS = [
  'SELECT id, note FROM invoices WHERE customer = $1 ORDER BY issued_at DESC LIMIT 20',
  'SELECT id, customer, note FROM invoices WHERE paid_at IS NULL ORDER BY issued_at LIMIT 50',
  'SELECT id FROM invoices WHERE id = $1',
  'SELECT name FROM labels WHERE name = $1',
];

const stack = new AsyncDisposableStack();
let server: PostgresServer;
let url: string;

beforeAll(async () => {
  server = await openHypopgServer(stack);
  await server.run("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
  await server.stop();
  await server.start();
  await server.run('CREATE DATABASE asked');
  url = server.url('asked');
  await onDatabase(url, (client) => client.query(TABLES));
  await onDatabase(url, (client) => client.query('VACUUM ANALYZE'));
});

afterAll(() => stack.disposeAsync());

const counted = STATEMENTS.map((text) => ({
  ...{ text, calls: 1000, totalMs: 1000, meanMs: 1, rows: 20, blocksRead: 0, blocksHit: 100 },
  ...{ timeShare: 1 / STATEMENTS.length, callShare: 1 / STATEMENTS.length },
}));

function indexesOf(found: IndexFindings) {
  if ('missing' in found) throw new Error(found.missing);
  expect(found.notes).toEqual([]);
  return found.indexes;
}

/** The catalog and the statistics of columns. */
const state = () =>
  server.run(
    `SELECT 'class' AS "in", xmin::text, oid::text AS what FROM pg_class UNION ALL
     SELECT 'index', xmin::text, indexrelid::text FROM pg_index UNION ALL
     SELECT 'statistic', xmin::text, starelid || ' ' || staattnum FROM pg_statistic ORDER BY 1, 3`,
    'asked',
  );

it('gives the advice that a clone gives, in a session that cannot write', async () => {
  const before = await state();
  const hypothetical = await onDatabase(url, async (client) => {
    await client.query('SET default_transaction_read_only = on');
    return indexesOf(await adviseIndexes({ client, shapes: [], counted }));
  });
  expect(await state()).toEqual(before);
  const real = await withClone(url, (clone) =>
    onDatabase(url, async (client) => indexesOf(await adviseIndexes({ client, clone, shapes: [], counted }))),
  );
  expect(hypothetical.map(({ sql }) => sql).toSorted()).toEqual(real.map(({ sql }) => sql).toSorted());
  expect(hypothetical.map(({ sql }) => sql).toSorted()).toEqual([
    expect.stringContaining('ON invoices (customer, issued_at DESC)'),
    expect.stringContaining('ON invoices (issued_at) WHERE paid_at IS NULL'),
  ]);
});

it('estimates sizes and costs near those of the real indexes', async () => {
  const advised = await onDatabase(url, async (client) =>
    indexesOf(await adviseIndexes({ client, shapes: [], counted })),
  );
  for (const { sql, bytes, savings } of advised) {
    await onDatabase(url, async (client) => {
      await client.query('BEGIN');
      await client.query(sql.replace('CONCURRENTLY', ''));
      const name = /"([^"]+)"/.exec(sql)![1]!;
      const { rows } = await client.query('SELECT pg_relation_size($1::regclass)::int AS size', [name]);
      expect(bytes / rows[0].size).toBeGreaterThan(0.5);
      expect(bytes / rows[0].size).toBeLessThan(2);
      const plan = await client.query(`EXPLAIN (FORMAT JSON) ${savings[0]!.statement.replace('$1', '200')}`);
      const cost = plan.rows[0]['QUERY PLAN'][0].Plan['Total Cost'];
      expect(savings[0]!.after / cost).toBeGreaterThan(0.5);
      expect(savings[0]!.after / cost).toBeLessThan(2);
      await client.query('ROLLBACK');
    });
  }
});

it('advises by `hotpath profile` from what PostgreSQL has counted', async () => {
  await onDatabase(url, async (client) => {
    // The writes that made the tables do not belong to the traffic.
    await client.query('SELECT pg_stat_reset(); SELECT tools.pg_stat_statements_reset()');
    for (let round = 0; round < 20; round += 1) {
      for (const text of STATEMENTS)
        await client.query(text, text.includes('name =') ? ['Label 7'] : text.includes('$1') ? [7] : []);
    }
  });
  const { stdout, code } = await runToEnd({ DATABASE_URL: url }, 'packages/hotpath/src/cli/main.ts', ['profile']);
  expect(code).toBe(0);
  expect(stdout).toContain('new index: invoices');
  expect(stdout).toMatch(/20 calls: SELECT id, note FROM invoices/);
  expect(stdout).toContain(
    'CREATE INDEX CONCURRENTLY "invoices_customer_issued_at_idx" ON invoices (customer, issued_at DESC);',
  );
  expect(stdout).toContain(
    'Estimated, not measured: each insert will maintain 2 indexes instead of 1 (0 inserts so far).',
  );
});
