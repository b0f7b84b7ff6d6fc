/** Connections to PostgreSQL that are lost during a statement: closed, or silent. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, testEnvironment } from '../support/app.ts';
import { scratchDatabase } from '../support/database.ts';
import { type FreezableProxy, openProxy } from '../support/proxy.ts';

let proxy: FreezableProxy;
let psql: pg.Client;
let app: App;

beforeAll(async () => {
  const url = await scratchDatabase('small');
  const { DATABASE_URL, ...environment } = testEnvironment(url);
  proxy = await openProxy(DATABASE_URL, 'hotpath');
  psql = new pg.Client({ connectionString: url });
  await psql.connect();
  const bounds = { DATABASE_STATEMENT_TIMEOUT_MS: '1000', DATABASE_CONNECTION_TIMEOUT_MS: '1000' };
  app = buildApp(loadConfig({ ...environment, ...bounds, DATABASE_URL: proxy.url, CACHE_ROLLOUT_PERCENT: '0' }));
  await app.ready();
}, 60_000);

afterAll(async () => {
  await app.close();
  await psql.end();
  await proxy.close();
});

const ask = async () => {
  const reply = await app.inject({ url: '/v1/devices?limit=1', headers: as(1) });
  return [reply.statusCode, reply.json().code];
};

describe('a connection to the database', () => {
  it('that closes during a statement fails its request and no other, and ends no process', async () => {
    await psql.query('begin; lock table devices in access exclusive mode');
    const asked = ask();
    const waiting = `select count(*)::int as count from pg_locks join pg_class on pg_class.oid = relation
      where relname = 'devices' and not granted`;
    await expect.poll(async () => (await psql.query(waiting)).rows[0].count, { timeout: 10_000 }).toBe(1);
    proxy.cut();
    expect(await asked).toEqual([503, 'DATABASE_UNAVAILABLE']);
    await psql.query('rollback');
    expect(await ask()).toEqual([200, undefined]);
  });

  it('that has gone silent is closed, and is replaced when the database accepts connections', async () => {
    expect(await ask()).toEqual([200, undefined]);
    proxy.freeze();
    expect(await ask()).toEqual([503, 'DATABASE_UNAVAILABLE']);
    proxy.thaw();
    await expect.poll(ask, { timeout: 15_000 }).toEqual([200, undefined]);
  });
});
