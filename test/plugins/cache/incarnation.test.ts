/** The cache if the database is replaced: by a copy that shares Redis, or by another server behind the same address. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { as, testEnvironment } from '../../support/app.ts';
import { adminUrl, scratchDatabase } from '../../support/database.ts';
import { ask } from '../../support/instances.ts';
import { openAddress } from '../../support/proxy.ts';
import { useRedis } from '../../support/redis.ts';
import { asService } from '../../support/service-role.ts';
import { openPair, type Pair } from '../../support/standby.ts';
import { drop, withDatabase } from '../../support/template.ts';

const redisUrl = useRedis();
let stack = new AsyncDisposableStack();

afterAll(() => stack.disposeAsync());

async function start(url: string, environment: Record<string, string> = {}): Promise<App> {
  const own = { DATABASE_URL: asService(url), REDIS_URL: redisUrl(), DATABASE_PREPARED_STATEMENTS: 'on' };
  const app = buildApp(loadConfig({ ...testEnvironment(url), ...own, ...environment }));
  stack.defer(() => app.close());
  await app.ready();
  await expect.poll(() => app.hotpath.follower.catchUp(), { timeout: 10_000 }).toBe(true);
  return app;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  stack.defer(() => client.end());
  return client;
}

const URL = '/v1/products/1?fields=name';
const nameIn = async (app: App, headers = {}) => JSON.parse((await ask(app, URL, headers)).body).data.name;
const rename = (client: pg.Client, name: string) => client.query('UPDATE products SET name = $1 WHERE id = 1', [name]);

describe('a copied database', () => {
  it('shares no answer and no fact with its copy, though they share Redis and everything else', async () => {
    const original = await scratchDatabase('small');
    const source = new globalThis.URL(original).pathname.slice(1);
    const name = `${source}_copy`;
    const before = await start(original);
    const admin = await connect(adminUrl());
    const epochs = (client: pg.Client) => client.query('SELECT id FROM hotpath.epoch').then(({ rows }) => rows);
    const production = await connect(original);
    const [{ user_id, project_id }] = (
      await production.query(`SELECT user_id, project_id FROM permissions WHERE role = 'viewer' LIMIT 1`)
    ).rows as [{ user_id: number; project_id: number }];
    const known = await epochs(production);
    await before.close();
    await production.end();
    // PostgreSQL copies a database only without connections to it.
    const copy = async () => {
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [source]);
      return admin.query(`CREATE DATABASE ${name} TEMPLATE ${source}`).then(() => 'made', String);
    };
    await expect.poll(copy, { timeout: 20_000, interval: 500 }).toBe('made');
    stack.defer(() => drop(admin, name));
    const [one, other] = [await connect(original), await connect(withDatabase(original, name))];
    expect(await epochs(other)).toEqual(known);
    expect(await epochs(one)).toEqual(known);
    await rename(one, 'in production');
    await rename(other, 'in staging');
    await other.query('DELETE FROM permissions WHERE user_id = $1', [user_id]);
    const [first, second] = [await start(original), await start(withDatabase(original, name))];
    const project = `/v1/projects/${project_id}?fields=name`;
    for (let round = 0; round < 5; round += 1) {
      expect([await nameIn(first), await nameIn(second)]).toEqual(['in production', 'in staging']);
      const statuses = [await ask(first, project, as(user_id)), await ask(second, project, as(user_id))];
      expect(statuses.map(({ status }) => status)).toEqual([200, 404]);
      await first.hotpath.cache.settled();
      await second.hotpath.cache.settled();
    }
    expect(first.hotpath.follower.epoch).not.toBe(second.hotpath.follower.epoch);
  }, 60_000);
});

describe('an address that leads to another server while connections to the old one stay open', () => {
  let pair: Pair;
  let old: pg.Client;
  let current: pg.Client;

  beforeAll(async () => {
    pair = await openPair();
    old = await connect(pair.primaryUrl);
    current = await connect(pair.standbyUrl);
    await current.query('SELECT pg_promote()');
  }, 120_000);

  afterAll(async () => {
    await stack.disposeAsync();
    stack = new AsyncDisposableStack();
    await pair.close();
  }, 60_000);

  async function startBehind(environment: Record<string, string>) {
    const address = await openAddress(pair.primaryUrl);
    stack.defer(() => address.close());
    const app = await start(address.url, environment);
    await rename(old, 'on the old server');
    await rename(current, 'on the old server');
    await expect.poll(async () => (await ask(app, URL)).cache, { timeout: 10_000 }).toBe('l1 hit');
    expect(await nameIn(app)).toBe('on the old server');
    return { address, app };
  }

  it('is followed there as soon as one read has seen the new server, and all reads then go there', async () => {
    // Every read has a connection of its own; the follower keeps its own forever.
    const { address, app } = await startBehind({ DATABASE_POOL_MAX_USES: '1', FRESHNESS_CONNECTION_MS: '600000' });
    const { incarnation, epoch } = app.hotpath.follower;
    address.moveTo(pair.standbyUrl);
    await rename(current, 'on the new server');
    // Any read that reaches the database.
    expect((await ask(app, '/v1/products/2?fields=name,price')).status).toBe(200);
    await expect.poll(() => nameIn(app), { timeout: 5000 }).toBe('on the new server');
    expect([app.hotpath.follower.incarnation === incarnation, app.hotpath.follower.epoch === epoch]).toEqual([
      false,
      false,
    ]);
    await rename(old, 'written on the old server, by mistake');
    for (let round = 0; round < 20; round += 1) expect(await nameIn(app)).toBe('on the new server');
  }, 60_000);

  it('is followed there within the life of a connection, though no read reaches the database', async () => {
    const { address, app } = await startBehind({ DATABASE_POOL_MAX_USES: '7500', FRESHNESS_CONNECTION_MS: '300' });
    address.moveTo(pair.standbyUrl);
    await rename(current, 'on the new server again');
    await expect.poll(() => nameIn(app), { timeout: 10_000 }).toBe('on the new server again');
    // The pool's connections were opened before, and are replaced, too.
    const places = await Promise.all(
      Array.from({ length: 8 }, () => app.pool.query('SELECT pg_postmaster_start_time()::text AS "start"')),
    );
    const [start] = (await current.query('SELECT pg_postmaster_start_time()::text AS "start"')).rows;
    expect(new Set(places.map(({ rows }) => rows[0].start))).toEqual(new Set([start.start]));
  }, 60_000);
});
