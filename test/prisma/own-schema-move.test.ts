/** The migration that moves the library's tables into the schema `hotpath`: no earlier data are lost. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { surveyTables } from 'hotpath/freshness/coverage';
import pg from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { watchMarketplace } from '../../packages/hotpath/test/freshness/support.ts';
import { MIGRATIONS, marketplaceMigrations } from '../../src/migrations.ts';
import { scratchDatabase } from '../support/database.ts';

vi.setConfig({ testTimeout: 60_000 });

const MOVE = '20261128223000_hotpath';
const textOf = (name: string) => readFileSync(join(MIGRATIONS, name, 'migration.sql'), 'utf8');
const before = marketplaceMigrations().filter((name) => name < MOVE);

/** The earlier data of a service: a kept reply, a finished job, the mark of a fold. */
const STORED = `
  INSERT INTO idempotency_keys (subject, route, key, fingerprint, status, headers, body, created_at, expires_at) VALUES
    ('7', 'POST /v1/orders', 'k', '\\x01', 201, '{"location": "/v1/orders/1"}', '{"data":{}}', '2026-01-01', '2026-01-02');
  INSERT INTO job_effects (key, happened_at) VALUES ('mail:1', '2026-01-01');
  INSERT INTO job_marks (job, at) VALUES ('devices.fold', '2026-01-01');
  INSERT INTO job_workers (key, locked_by, started_at) VALUES (5, 'worker-5', '2026-01-01');
  INSERT INTO users (id, email, name) VALUES (1, 'u1', 'One');`;

async function session(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** The service's schema before the move, in a schema of this name. */
async function prepare(client: pg.Client, schema = 'public'): Promise<void> {
  await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"; SET search_path = "${schema}", public`);
  // Each as a script of its own, as Prisma runs them; functions keep the search path of their creation.
  for (const name of before) await client.query(`SET search_path = "${schema}", public; ${textOf(name)}`);
  await client.query(`SET search_path = "${schema}", public; ${STORED}`);
}

const rowsOf = async (client: pg.Client, text: string) => (await client.query(text)).rows;

async function mustBeMoved(client: pg.Client, schema: string): Promise<void> {
  const at = new Date('2026-01-01T00:00:00Z');
  expect(await rowsOf(client, 'SELECT * FROM hotpath.idempotency_keys WHERE schema = current_schema()')).toEqual([
    {
      ...{ schema, subject: '7', route: 'POST /v1/orders', key: 'k', fingerprint: Buffer.from([1]), status: 201 },
      ...{ headers: { location: '/v1/orders/1' }, body: '{"data":{}}', created_at: at },
      expires_at: new Date('2026-01-02T00:00:00Z'),
    },
  ]);
  expect(await rowsOf(client, 'SELECT * FROM hotpath.job_effects WHERE schema = current_schema()')).toEqual([
    { schema, key: 'mail:1', happened_at: at },
  ]);
  expect(await rowsOf(client, 'SELECT * FROM hotpath.job_marks WHERE schema = current_schema()')).toEqual([
    { schema, job: 'devices.fold', at },
  ]);
  expect(await rowsOf(client, 'SELECT * FROM hotpath.job_workers')).toEqual([
    { key: 5, locked_by: 'worker-5', started_at: at },
  ]);
  expect(await surveyTables(client, watchMarketplace())).toEqual({
    gaps: [],
    inexactFields: new Set(),
    inexactKeys: new Set(),
  });
  const left = `SELECT relname FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace
      AND relname ~ '^(invalidation|idempotency|job)_'
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = quote_ident(current_schema())::regnamespace
      AND proname ~ '^(invalidation|log)_'`;
  expect(await rowsOf(client, left)).toEqual([]);
}

describe('the move to the schema hotpath', () => {
  it('keeps the stored data, replaces triggers and functions, and begins a new epoch', async () => {
    await session(await scratchDatabase('empty'), async (client) => {
      await client.query(`SET TIME ZONE 'UTC'`);
      await prepare(client);
      await client.query(textOf(MOVE));
      await mustBeMoved(client, 'public');
      expect(await rowsOf(client, 'SELECT FROM hotpath.epoch')).toEqual([]);
      await client.query(`UPDATE users SET name = 'Two'`);
      expect(await rowsOf(client, 'SELECT source, tags FROM hotpath.log')).toEqual([
        { source: 'user', tags: [':1', ':1', '?email=u1', '?email=u1'] },
      ]);
      expect(await rowsOf(client, `SELECT tgenabled FROM pg_trigger WHERE tgname = 'notify'`)).toEqual([
        { tgenabled: 'D' },
      ]);
    });
  });

  it('leaves NOTIFY on if it was on', async () => {
    await session(await scratchDatabase('empty'), async (client) => {
      await prepare(client);
      await client.query(`CREATE FUNCTION invalidation_notify() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN NOTIFY "invalidation"; RETURN NULL; END';
        CREATE TRIGGER "notify" AFTER INSERT ON invalidation_log FOR EACH ROW EXECUTE FUNCTION invalidation_notify();
        ALTER TABLE invalidation_log ENABLE ALWAYS TRIGGER "notify"`);
      await client.query(textOf(MOVE));
      expect(await rowsOf(client, `SELECT tgenabled FROM pg_trigger WHERE tgname = 'notify'`)).toEqual([
        { tgenabled: 'A' },
      ]);
    });
  });

  it('moves two services of one database, one after the other, and mixes nothing', async () => {
    await session(await scratchDatabase('empty'), async (client) => {
      await client.query(`SET TIME ZONE 'UTC'`);
      await client.query('CREATE EXTENSION pg_trgm SCHEMA public');
      for (const schema of ['shop', 'other shop']) {
        await prepare(client, schema);
        if (schema === 'other shop') await client.query('DELETE FROM job_workers');
        await client.query(textOf(MOVE));
        await mustBeMoved(client, schema);
      }
      await client.query('SET search_path = shop, public');
      await mustBeMoved(client, 'shop');
      const functions = `SELECT count(*)::int AS "logging" FROM pg_proc WHERE proname LIKE 'log %'`;
      const tables = watchMarketplace().tables.size;
      expect(await rowsOf(client, functions)).toEqual([{ logging: 2 * tables }]);
    });
  });

  it('happens again after a reset, which leaves the schema hotpath, and no earlier data count as new', async () => {
    await session(await scratchDatabase('empty'), async (client) => {
      await client.query(`SET TIME ZONE 'UTC'`);
      await prepare(client);
      await client.query(textOf(MOVE));
      await client.query(`INSERT INTO hotpath.job_effects (key) VALUES ('mail:2')`);
      await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      await prepare(client);
      await client.query(textOf(MOVE));
      await mustBeMoved(client, 'public');
    });
  });
});
