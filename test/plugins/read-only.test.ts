/** A server that takes no writes for a while: by its settings, or as a standby behind the same address. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, testEnvironment } from '../support/app.ts';
import { folders } from '../support/jobs.ts';
import { type Address, openAddress } from '../support/proxy.ts';
import { asService } from '../support/service-role.ts';
import { openPair, type Pair } from '../support/standby.ts';

let pair: Pair;
let address: Address;
let app: App;
let psql: pg.Client;

beforeAll(async () => {
  pair = await openPair();
  address = await openAddress(pair.primaryUrl);
  psql = new pg.Client({ connectionString: pair.primaryUrl });
  await psql.connect();
  const own = {
    DATABASE_URL: asService(address.url),
    DATABASE_POOL_MAX: '6',
    FRESHNESS_BOUND_MS: '1000',
    JOBS: 'inline',
  };
  const bounds = { DATABASE_POOL_MIN: '3', DATABASE_POOL_MAX_USES: '7500', DATABASE_PREPARED_STATEMENTS: 'on' };
  app = buildApp(loadConfig({ ...testEnvironment(address.url), ...(await folders()), ...bounds, ...own }));
  await app.ready();
}, 120_000);

afterAll(async () => {
  await app.close();
  await psql.end();
  await address.close();
  await pair.close();
}, 60_000);

const post = async () => {
  const payload = { title: 'Now', body: 'Here' };
  const reply = await app.inject({ method: 'POST', url: '/v1/posts', headers: as(1), payload });
  return [reply.statusCode, reply.json().code, reply.headers['retry-after']];
};
const WRITTEN = [201, undefined, undefined];
const REFUSED = [503, 'DATABASE_READ_ONLY', '1'];

/** Compiled reads from the database, or from memory while nothing can have changed. */
const read = async () => (await app.inject({ url: '/v1/products?limit=1', headers: as(1) })).statusCode;
const readRaw = async () => (await app.inject({ url: '/v1/projects/1', headers: as(1) })).statusCode;
const readByPrisma = () => app.prisma.user.count();
/** Other writes: Prisma's without a transaction, and SQL on the pool. */
const writes = [
  () => app.prisma.user.update({ where: { id: 1 }, data: { name: 'Ann' }, select: { id: true } }),
  () => app.pool.query(`UPDATE users SET name = 'Ann' WHERE id = 1`),
];

const setReadOnly = async (isReadOnly: boolean) => {
  await psql.query(`ALTER SYSTEM SET default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
  await psql.query('SELECT pg_reload_conf()');
  const shown = async () =>
    (await psql.query('SHOW default_transaction_read_only')).rows[0].default_transaction_read_only;
  await expect.poll(shown).toBe(isReadOnly ? 'on' : 'off');
};

describe('a server that is set to take no writes', () => {
  it('refuses them as a 503 with Retry-After, reads on, and accepts them again when the server does', async () => {
    expect(await post()).toEqual(WRITTEN);
    expect((await app.inject('/readyz')).statusCode).toBe(200);
    await setReadOnly(true);
    for (let round = 0; round < 10; round += 1) expect(await post()).toEqual(REFUSED);
    for (const write of writes) await expect(write()).rejects.toThrow('read-only');
    expect([await read(), await readRaw(), (await readByPrisma()) > 0]).toEqual([200, 200, true]);
    expect((await app.inject('/readyz')).statusCode).toBe(200);
    await setReadOnly(false);
    expect(await post()).toEqual(WRITTEN);
    for (const write of writes) await write();
  });

  it('is not sent a new connection for each write that it refuses', async () => {
    await setReadOnly(true);
    let opened = 0;
    const count = () => (opened += 1);
    app.pool.on('connect', count);
    for (let round = 0; round < 40; round += 1) expect(await post()).toEqual(REFUSED);
    app.pool.off('connect', count);
    await setReadOnly(false);
    expect(opened).toBeLessThan(20);
    await expect.poll(post).toEqual(WRITTEN);
  });

  it('does not stop the queue permanently, nor the follower', async () => {
    const done = async () =>
      (await psql.query('SELECT count(*)::int AS count FROM graphile_worker._private_jobs')).rows[0].count;
    await setReadOnly(true);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await setReadOnly(false);
    await psql.query(`SELECT graphile_worker.add_job('housekeeping', '{"payload":{}}'::json)`);
    await expect.poll(done, { timeout: 15_000 }).toBe(0);
    await expect.poll(() => app.hotpath.follower.catchUp()).toBe(true);
  });
});

describe('an address that leads to a standby for a while', () => {
  const isStandby = async () => (await app.pool.query('SELECT pg_is_in_recovery() AS "is"')).rows[0].is;

  it('is read from, and its connections are replaced by those to the primary, though no server closes them', async () => {
    expect(await isStandby()).toBe(false);
    address.moveTo(pair.standbyUrl);
    address.cut();
    await expect.poll(post, { timeout: 10_000 }).toEqual(REFUSED);
    expect([await isStandby(), await read(), (await readByPrisma()) > 0]).toEqual([true, 200, true]);
    address.moveTo(pair.primaryUrl);
    // Some seconds later, since the pool does not keep a connection to a server without writes for longer.
    await expect.poll(post, { timeout: 15_000 }).toEqual(WRITTEN);
    const everywhere = await Promise.all(Array.from({ length: 12 }, isStandby));
    expect(everywhere).toEqual(Array.from({ length: 12 }, () => false));
    await expect.poll(() => app.hotpath.follower.catchUp(), { timeout: 10_000 }).toBe(true);
  });

  it('is written to as soon as the standby is promoted', async () => {
    address.moveTo(pair.standbyUrl);
    address.cut();
    await expect.poll(post, { timeout: 10_000 }).toEqual(REFUSED);
    const standby = new pg.Client({ connectionString: pair.standbyUrl });
    await standby.connect();
    await standby.query('SELECT pg_promote()');
    await standby.end();
    await expect.poll(post, { timeout: 15_000 }).toEqual(WRITTEN);
    await expect.poll(() => app.hotpath.follower.catchUp(), { timeout: 10_000 }).toBe(true);
  });
});
