import pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { as, useApp } from '../support/app.ts';
import { adminUrl, testDatabaseUrl } from '../support/database.ts';
import { lockTable } from '../support/lock.ts';

function slowRoutes(service: App): void {
  service.register(async (scope) => {
    const config = { budget: 1 };
    scope.get('/slow', { config }, async () => (await scope.pool.query('select pg_sleep(30)')).rows);
    scope.get('/slow/prisma', { config }, async () => scope.prisma.$queryRaw`select pg_sleep(30)::text`);
    scope.get('/prisma', { config }, async () => ({ users: await scope.prisma.user.count() }));
    scope.get('/never', { config: { budget: 0 } }, () => new Promise(() => {}));
    scope.get('/late', { config }, async () => (await scope.pool.query('select pg_sleep(0.4)')).rows);
  });
}

async function refusal(app: App, url: string, headers = {}) {
  const reply = await app.inject({ url, headers });
  return { status: reply.statusCode, headers: reply.headers, json: reply.json() };
}

describe('a statement that takes too long', () => {
  // A pooler's own timeout is longer: the service must not close the connection before that.
  const environment = { DATABASE_STATEMENT_TIMEOUT_MS: '150', DATABASE_CONNECTION_TIMEOUT_MS: '10000' };
  const app = useApp({ extend: slowRoutes, environment });
  it.each(['/slow', '/slow/prisma'])('is cancelled and answered with 504: %s', async (url) => {
    const { status, json } = await refusal(app(), url);
    expect(status).toBe(504);
    expect(json).toMatchObject({ code: 'STATEMENT_TIMEOUT', status: 504, instance: url });
    expect(JSON.stringify(json)).not.toMatch(/select|pg_sleep|canceling/);
  });

  it('is cancelled and answered with 504 if it waits for a lock', async () => {
    const lock = await lockTable('users');
    const { status, json } = await refusal(app(), '/v1/users/1/dashboard', as(1));
    await lock.release();
    expect([status, json.code]).toEqual([504, 'STATEMENT_TIMEOUT']);
    expect((await refusal(app(), '/v1/users/1/dashboard', as(1))).status).toBe(404);
  });
});

describe('a pool without a free connection', () => {
  const environment = { DATABASE_POOL_MAX: '1', DATABASE_POOL_MIN: '0', DATABASE_CONNECTION_TIMEOUT_MS: '150' };
  const app = useApp({ extend: slowRoutes, environment });

  it.each(['/v1/categories', '/prisma', '/readyz'])('is a 503 with Retry-After: %s', async (url) => {
    const held = await app().pool.connect();
    const { status, headers, json } = await refusal(app(), url);
    held.release();
    expect([status, json.code, headers['retry-after']]).toEqual([503, 'DATABASE_UNAVAILABLE', '1']);
    expect((await app().inject(url)).statusCode).toBe(200);
  });
});

describe('a database that refuses all connections', () => {
  const app = useApp({ extend: slowRoutes, environment: { DATABASE_POOL_MIN: '0' } });
  const setClosed = (isClosed: boolean) =>
    asAdmin(async (admin) => {
      const database = new URL(await testDatabaseUrl()).pathname.slice(1);
      await admin.query(`alter database ${database} with allow_connections ${!isClosed}`);
      if (isClosed) {
        await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [database]);
      }
    });

  it.each(['/v1/categories', '/prisma', '/readyz'])('is a 503 until it is open again: %s', async (url) => {
    await setClosed(true);
    const { status, json } = await refusal(app(), url);
    await setClosed(false);
    expect([status, json.code]).toEqual([503, 'DATABASE_UNAVAILABLE']);
    // At once; a pooler looks every second.
    await expect.poll(async () => (await app().inject(url)).statusCode, { timeout: 5000 }).toBe(200);
  });
});

describe('a handler that takes too long', () => {
  const app = useApp({ extend: slowRoutes, environment: { REQUEST_TIMEOUT_MS: '200' } });

  it.each(['/never', '/late'])('is answered with 504: %s', async (url) => {
    const { status, json, headers } = await refusal(app(), url);
    expect([status, json.code]).toEqual([504, 'HANDLER_TIMEOUT']);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it('may end afterwards without harm', async () => {
    await refusal(app(), '/late');
    await expect.poll(() => app().pool.totalCount - app().pool.idleCount).toBe(0);
    expect((await app().inject('/healthz')).statusCode).toBe(200);
  });
});

async function asAdmin(work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  await work(admin).finally(() => admin.end());
}
