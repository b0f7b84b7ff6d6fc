/** The cache when what it stands on fails: Redis slow, gone and back; the database. */
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { as, DEFAULT_BOUNDS } from '../support/app.ts';
import { adminUrl } from '../support/database.ts';
import { ask, useInstances } from '../support/instances.ts';
import { useRedisServer } from '../support/redis.ts';

const server = useRedisServer();
const service = useInstances({ count: 2, environment: () => ({ ...DEFAULT_BOUNDS, REDIS_URL: server().url }) });

let redis: Redis;
beforeAll(() => {
  redis = new Redis(server().url);
  redis.on('error', () => {});
});
afterAll(() => redis.disconnect());

const app = (index: number) => service().apps[index]!;
const settled = () => Promise.all(service().apps.map((each) => each.cache.settled()));

let asked = 0;
/** A question that nobody has asked yet. */
const freshUrl = () => {
  asked += 1;
  return `/v1/products?fields=id&limit=1&price[gte]=${asked}`;
};

describe('a Redis that does not answer', () => {
  it('costs a request no more than its limit, then nothing; one probe finds it back', async () => {
    await ask(app(0), freshUrl());
    await settled();
    server().pause();
    const times: number[] = [];
    while (app(0).cacheStats.breaker === 'closed') {
      const startedAt = performance.now();
      const { headers } = await ask(app(0), freshUrl());
      const database = Number(/db;dur=([\d.]+)/.exec(headers['server-timing']!)![1]);
      times.push(performance.now() - startedAt - database);
      expect(times.length).toBeLessThan(20);
    }
    // The limit is 50 ms; a busy machine adds its own.
    expect(Math.min(...times)).toBeLessThan(250);
    const reply = await ask(app(0), freshUrl());
    expect([reply.status, reply.cache, app(0).cacheStats.breaker]).toEqual([200, 'database miss', 'open']);
    server().resume();
    await expect
      .poll(
        async () => {
          await ask(app(0), freshUrl());
          return app(0).cacheStats.breaker;
        },
        { timeout: 10_000 },
      )
      .toBe('closed');
  });
});

describe('a Redis that is gone', () => {
  it('is done without, and used again when it is back', async () => {
    const url = freshUrl();
    await server().stop();
    expect((await ask(app(0), url)).cache).toBe('database miss');
    expect((await ask(app(0), url)).cache).toBe('l1 hit');
    expect((await ask(app(1), url)).cache).toBe('database miss');
    await server().start();
    const shared = async () => {
      const question = freshUrl();
      await ask(app(0), question);
      await settled();
      return (await ask(app(1), question)).cache;
    };
    await expect.poll(shared, { timeout: 10_000 }).toBe('l2 hit');
  });
});

describe('a load in whose middle Redis is lost', () => {
  const SECOND_MS = 1000;

  it.each(['pause', 'stop'] as const)(
    'fails no request, and takes no longer than the database within a second: %s',
    async (fault) => {
      const waits: { at: number; ms: number }[] = [];
      const startedAt = performance.now();
      const now = () => performance.now() - startedAt;
      let end = Number.POSITIVE_INFINITY;
      const lane = async (index: number) => {
        while (now() < end) {
          const at = now();
          const { status, headers } = await ask(app(index % 2), freshUrl());
          expect(status).toBe(200);
          waits.push({ at, ms: now() - at - Number(/db;dur=([\d.]+)/.exec(headers['server-timing']!)![1]) });
        }
      };
      const lanes = Array.from({ length: 4 }, (_, index) => lane(index));
      await Promise.race([...lanes, expect.poll(() => waits.length, { timeout: 10_000 }).toBeGreaterThan(40)]).catch(
        (error) => {
          end = 0;
          throw error;
        },
      );
      const lostAt = now();
      await server()[fault]();
      end = lostAt + 2 * SECOND_MS;
      await Promise.all(lanes);
      await server().stop();
      await server().start();
      const medianOf = (some: { ms: number }[]) =>
        some.map(({ ms }) => ms).sort((one, other) => one - other)[some.length >> 1]!;
      const before = medianOf(waits.filter(({ at }) => at < lostAt));
      const after = medianOf(waits.filter(({ at }) => at > lostAt + SECOND_MS));
      // Who waited for Redis would wait for 50 ms more.
      expect(after - before).toBeLessThan(40);
    },
  );
});

describe('a database that is down', () => {
  it('leaves what was read before, for as long as the policy allows; never what is guarded by it', async () => {
    const rows = await service().psql.query<{ id: number; user_id: number }>(
      `select project_id as id, user_id from permissions where role = 'owner' limit 1`,
    );
    const { id, user_id } = rows.rows[0]!;
    const [product, project] = ['/v1/products/1', `/v1/projects/${id}?fields=name`];
    const before = await ask(app(0), product);
    expect((await ask(app(0), project, as(user_id))).status).toBe(200);
    await setDatabaseDown(service().databaseUrl, true);
    try {
      await expect.poll(() => app(0).follower.isCurrent, { timeout: 10_000 }).toBe(false);
      const rescued = await ask(app(0), product);
      expect([rescued.status, rescued.cache, rescued.body]).toEqual([200, 'l1 rescued', before.body]);
      expect(rescued.headers['cache-status']).toMatch(/^hotpath; hit; ttl=-?\d+; detail=l1-rescued$/);
      // Who knows of a write that this instance has not heard of is not answered from before it.
      const unheard = { 'consistency-token': `900000000:900000000:@${app(0).follower.epoch}` };
      expect((await ask(app(0), product, unheard)).status).toBe(503);
      expect((await ask(app(0), project, as(user_id))).status).toBe(503);
      expect((await ask(app(0), freshUrl())).status).toBe(503);
    } finally {
      await setDatabaseDown(service().databaseUrl, false);
    }
    await expect.poll(async () => (await ask(app(0), product)).cache, { timeout: 10_000 }).toBe('l1 hit');
  });
});

/** Ends every session of a database, and lets none begin; or lets them again. */
async function setDatabaseDown(url: string, isDown: boolean): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  await admin.query(`alter database "${name}" with allow_connections ${!isDown}`);
  if (isDown) await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await admin.end();
}
