/** `/readyz` with a database that answers and does not meet the needs of the service: each check, and its message. */

import Fastify from 'fastify';
import { Pool } from 'hotpath';
import { health } from 'hotpath/operations';
import pg from 'pg';
import { afterEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { datamodel } from '#datamodel';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { migrate } from '../../src/dev/migrate.ts';
import { declaredNeeds } from '../../src/domain/needs.ts';
import { as, testEnvironment } from '../support/app.ts';
import { scratchDatabase } from '../support/database.ts';
import { makeHostile, setForDatabase } from '../support/hostile-settings.ts';
import { pooled } from '../support/pooler.ts';
import { asService, letServiceIn } from '../support/service-role.ts';

const pooler = inject('pooler');
const opened: App[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((app) => app.close()));
});

/** @param url of the database, or of the pooler before it, as its owner. */
async function start(url: string): Promise<App> {
  const bounds = { FRESHNESS_BOUND_MS: '1000', DATABASE_POOL_MIN: '1' };
  const app = buildApp(loadConfig({ ...testEnvironment(url), ...bounds, DATABASE_URL: asService(url) }));
  opened.push(app);
  await app.ready();
  return app;
}

async function sql(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** The checks that have not passed. */
async function complaints(app: App): Promise<Record<string, string>> {
  const reply = await app.inject('/readyz');
  const checks = reply.json().checks as { name: string; state: string; detail?: string }[];
  const told = checks
    .filter(({ state }) => state !== 'passed')
    .map(({ name, state, detail }) => [name, `${state}: ${detail}`]);
  return { status: String(reply.statusCode), ...Object.fromEntries(told) };
}

async function readiness(app: App): Promise<readonly unknown[]> {
  const reply = await app.inject('/readyz');
  return [reply.statusCode, reply.json().code, reply.json().detail];
}

/** Connections and the follower notice a change at their own pace. */
const PATIENT = { timeout: 15_000 };
const READY = [200, undefined, undefined];
const ANN = `INSERT INTO users (id, email, name, encrypted_ssn) VALUES (1, 'ann@example.org', 'Ann', '')`;
const post = (app: App) =>
  app.inject({ method: 'POST', url: '/v1/posts', headers: as(1), payload: { title: 'Now', body: 'Here' } });
/** Reconnects as a pooler does after RECONNECT. */
const RECONNECT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

describe('a database whose settings are hostile', () => {
  it('is read and written as with correct settings', async () => {
    const url = await scratchDatabase();
    await sql(url, ANN);
    await makeHostile(url);
    const app = await start(url);
    expect(await readiness(app)).toEqual(READY);
    const written = (await post(app)).json().data;
    expect(Math.abs(Date.parse(written.createdAt) - Date.now())).toBeLessThan(60_000);
    const read = await app.inject({ url: `/v1/posts/${written.id}?fields=createdAt`, headers: as(1) });
    expect(read.json().data).toEqual({ createdAt: written.createdAt });
    const { createdAt } = await app.prisma.post.findFirstOrThrow({ where: { id: written.id } });
    expect(createdAt.toISOString()).toBe(written.createdAt);
  });

  const throughPooler = async (run: NonNullable<typeof pooler>) => {
    const url = await scratchDatabase();
    await sql(url, ANN);
    await makeHostile(url);
    const app = await start(pooled(url, run));
    const [status, code, detail] = await readiness(app);
    expect([status, code]).toEqual([503, 'NOT_READY']);
    expect(detail).toContain('IntervalStyle is "iso_8601", but must be "postgres"');
    expect(detail).toContain('the first schema of search_path is "", but must be "public"');
    // PgBouncer keeps these for its clients.
    expect(detail).not.toMatch(/TimeZone|DateStyle|standard_conforming_strings/);
    expect((await app.inject('/v1/categories')).json().code).toBe('DATABASE_UNAVAILABLE');
    expect((await post(app)).json().code).toBe('DATABASE_UNAVAILABLE');
    const mended = { IntervalStyle: 'postgres', extra_float_digits: '1', bytea_output: 'hex', array_nulls: 'on' };
    const rest = { default_transaction_isolation: 'read committed', search_path: 'public' };
    await setForDatabase(url, { ...mended, ...rest });
    await sql(url, RECONNECT);
    await expect.poll(() => readiness(app), { timeout: 15_000 }).toEqual(READY);
    const { createdAt } = (await post(app)).json().data;
    expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(60_000);
  };
  if (pooler)
    it('is not used through a pooler until they are correct, and `/readyz` says so', () => throughPooler(pooler));
});

describe('?schema= of DATABASE_URL', () => {
  it('names the schema that the service reads, writes and follows', async () => {
    const url = `${await scratchDatabase('empty')}?schema=shop`;
    await migrate(url);
    await letServiceIn(url);
    await sql(url, 'SET search_path = shop', ANN);
    const app = await start(url);
    expect(await readiness(app)).toEqual(READY);
    const { id } = (await post(app)).json().data;
    expect((await app.inject({ url: `/v1/posts/${id}`, headers: as(1) })).statusCode).toBe(200);
    await expect.poll(() => app.hotpath.follower.isFollowing).toBe(true);
  });

  it('is reported if the schema does not exist, and is looked for until it does', async () => {
    const url = `${await scratchDatabase('empty')}?schema=shop`;
    const app = await start(url);
    const detail = 'Check of session settings: The database has no schema "shop" that this user may use';
    expect(await readiness(app)).toEqual([503, 'NOT_READY', expect.stringContaining(detail)]);
    expect((await app.inject('/v1/categories')).json().code).toBe('DATABASE_UNAVAILABLE');
    expect((await post(app)).json().code).toBe('DATABASE_UNAVAILABLE');
    await migrate(url);
    await letServiceIn(url);
    await expect.poll(() => readiness(app), { timeout: 10_000 }).toEqual(READY);
    // The jobs have been registered with the queue meanwhile.
    const named = async () => (await app.pool.query('SELECT FROM graphile_worker._private_tasks')).rowCount;
    await expect.poll(named, { timeout: 10_000 }).toBeGreaterThan(0);
  });

  it('is reported if the schema has no tables, though another schema has them', async () => {
    const url = await scratchDatabase();
    await sql(url, `CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO ${new URL(asService(url)).username}`);
    const app = await start(`${url}?schema=shop`);
    expect(await readiness(app)).toEqual([503, 'NOT_READY', expect.stringContaining('in a table "shop"."')]);
  });
});

describe('a database without the latest migrations', () => {
  it('is reported by a missing column', async () => {
    const url = await scratchDatabase();
    await sql(url, 'ALTER TABLE users RENAME COLUMN name TO title');
    const app = await start(url);
    const detail = 'no column "name" in a table "public"."users": run the migrations';
    expect(await readiness(app)).toEqual([503, 'NOT_READY', expect.stringContaining(detail)]);
    await sql(url, 'ALTER TABLE users RENAME COLUMN title TO name');
    await expect.poll(() => readiness(app)).toEqual(READY);
  });

  it('is reported by the names of the migrations; later ones do no harm', async () => {
    const url = await scratchDatabase();
    const last = '20261128150000_catalog';
    await sql(
      url,
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ('later', '', '29991231000000_later', now())`,
      `UPDATE _prisma_migrations SET migration_name = 'elsewhere' WHERE migration_name = '${last}'`,
    );
    const app = await start(url);
    expect(await complaints(app)).toEqual({
      status: '503',
      migrations: `failed: The database lacks the migration ${last}: run \`prisma migrate deploy\`.`,
    });
    await sql(
      url,
      `UPDATE _prisma_migrations SET migration_name = '${last}', finished_at = NULL WHERE migration_name = 'elsewhere'`,
    );
    expect((await complaints(app))['migrations']).toBe(`failed: The migration ${last} has started and not finished.`);
    await sql(url, `UPDATE _prisma_migrations SET finished_at = now() WHERE migration_name = '${last}'`);
    expect(await complaints(app)).toEqual({ status: '200' });
  });

  it('is reported if nothing has been migrated', async () => {
    const url = await scratchDatabase();
    await sql(url, 'ALTER TABLE _prisma_migrations RENAME TO other_migrations');
    const app = await start(url);
    expect((await complaints(app))['migrations']).toContain('has no table "public"._prisma_migrations: run');
  });
});

describe('a service that names no migrations', () => {
  it('is ready in a database that Prisma Migrate has not made', async () => {
    const url = await scratchDatabase();
    await sql(url, 'DROP TABLE _prisma_migrations');
    const pool = new Pool({ connectionString: url });
    const app = Fastify();
    onTestFinished(async () => {
      await app.close();
      await pool.end();
    });
    await app.register(health, { pool, model: datamodel, needs: declaredNeeds('public'), hasJobs: true });
    const { status, checks } = (await app.inject('/readyz')).json();
    expect([status, checks.map(({ name }: { name: string }) => name)]).toEqual([
      'ready',
      expect.not.arrayContaining(['migrations']),
    ]);
  });
});

describe('a role without the privileges of the service', () => {
  it('is reported by the first table, with the command', async () => {
    const url = await scratchDatabase();
    const role = new URL(asService(url)).username;
    await sql(url, `REVOKE INSERT ON posts FROM ${role}`);
    const app = await start(url);
    const detail = `failed: The role "${role}" lacks INSERT on "public"."posts": run \`hotpath grants --role ${role}\` as the owner.`;
    expect(await complaints(app)).toEqual({ status: '503', grants: detail });
    await letServiceIn(url);
    expect(await complaints(app)).toEqual({ status: '200' });
  });
});

describe('a database without a queue', () => {
  it('is reported', async () => {
    const url = await scratchDatabase();
    const app = await start(url);
    await sql(url, 'DROP SCHEMA graphile_worker CASCADE');
    expect(await complaints(app)).toEqual({
      status: '503',
      queue: 'failed: The database has no queue: run `hotpath jobs install`.',
    });
  });
});

describe('a database that takes no writes', () => {
  const setReadOnly = (url: string, isReadOnly: boolean) => {
    const database = pg.escapeIdentifier(new URL(url).pathname.slice(1));
    const setting = `default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`;
    return sql(url, 'SET default_transaction_read_only = off', `ALTER DATABASE ${database} SET ${setting}`, RECONNECT);
  };

  it('keeps a process from becoming ready, and does not affect a ready one', async () => {
    const url = await scratchDatabase();
    const detail = 'The database takes no writes: it is set to read only, or its server is a standby.';
    const serving = await start(url);
    expect(await complaints(serving)).toEqual({ status: '200' });
    await setReadOnly(url, true);
    await expect.poll(() => complaints(serving), PATIENT).toEqual({ status: '200', writes: `degraded: ${detail}` });
    const starting = await start(url);
    await expect.poll(() => complaints(starting), PATIENT).toEqual({ status: '503', writes: `failed: ${detail}` });
    await setReadOnly(url, false);
    for (const app of [serving, starting]) {
      await expect.poll(() => complaints(app), PATIENT).toEqual({ status: '200' });
    }
  });
});

describe('a database that does not log every change', () => {
  const DISABLE = 'ALTER TABLE reviews DISABLE TRIGGER invalidation_update';
  const ENABLE = 'ALTER TABLE reviews ENABLE ALWAYS TRIGGER invalidation_update';
  const missing = 'The triggers of "reviews" are missing or disabled. The cache is bypassed. Run the migrations.';

  it('keeps a process from becoming ready if triggers are missing, and does not affect a ready one', async () => {
    const url = await scratchDatabase();
    await sql(url, DISABLE);
    const app = await start(url);
    expect(await complaints(app)).toEqual({ status: '503', triggers: `failed: ${missing}` });
    await sql(url, ENABLE);
    await expect.poll(() => complaints(app), PATIENT).toEqual({ status: '200' });
    await sql(url, DISABLE);
    await expect.poll(() => complaints(app), PATIENT).toEqual({ status: '200', triggers: `degraded: ${missing}` });
  });

  it('is only reported if its schema is the reason', async () => {
    const url = await scratchDatabase();
    await sql(url, 'CREATE TABLE old_reviews () INHERITS (reviews)');
    const app = await start(url);
    expect(await complaints(app)).toEqual({
      status: '200',
      coverage: expect.stringMatching(/^degraded: "reviews" inherits/),
    });
  });

  it('is only reported if a partition has no triggers yet', async () => {
    const url = await scratchDatabase();
    await sql(
      url,
      `ALTER TABLE reviews RENAME TO reviews_of_before;
       CREATE TABLE reviews (LIKE reviews_of_before INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY RANGE (id);
       GRANT SELECT, INSERT, UPDATE, DELETE ON reviews TO PUBLIC;
       SELECT hotpath.log_partitions('reviews');
       CREATE TABLE first_reviews PARTITION OF reviews FOR VALUES FROM (0) TO (1000)`,
    );
    const app = await start(url);
    const reason = `The triggers of the partition first_reviews of "reviews" are missing or disabled. Run SELECT hotpath.log_partitions('"reviews"').`;
    expect(await complaints(app)).toEqual({ status: '200', coverage: `degraded: ${reason} The cache is bypassed.` });
    await sql(url, `SELECT hotpath.log_partitions('"reviews"')`);
    await expect.poll(() => complaints(app), PATIENT).toEqual({ status: '200' });
  });
});
