/** The cache during faults: a slow Redis, a stopped and restarted one, and faults of the database. */
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, SHORT_BOUNDS, testEnvironment } from '../support/app.ts';
import { adminUrl } from '../support/database.ts';
import { type Door, openDoor } from '../support/door.ts';
import { type Asked, ask, useInstances } from '../support/instances.ts';
import { openSlowProxy, type SlowProxy } from '../support/proxy.ts';
import { useRedisServer } from '../support/redis.ts';

const server = useRedisServer();
let door: Door;
afterAll(() => door.shut());
const service = useInstances({
  count: 2,
  async environment(url) {
    door = await openDoor(url);
    return { ...SHORT_BOUNDS, REDIS_URL: server().url, DATABASE_URL: door.url };
  },
});

let redis: Redis;
beforeAll(() => {
  redis = new Redis(server().url);
  redis.on('error', () => {});
});
afterAll(() => redis?.disconnect());

const app = (index: number) => service().apps[index]!;
const settled = () => Promise.all(service().apps.map((each) => each.hotpath.cache.settled()));

let asked = 0;
/** A URL that no request has used yet. */
const freshUrl = () => {
  asked += 1;
  return `/v1/products?fields=id&limit=1&price[gte]=${asked}`;
};

/** The time of a request beyond that of the database. */
async function costOf(service: App, url: string): Promise<Asked & { readonly ms: number }> {
  const startedAt = performance.now();
  const asked = await ask(service, url);
  const ms = performance.now() - startedAt;
  return { ...asked, ms: ms - Number(/db;dur=([\d.]+)/.exec(asked.headers['server-timing']!)![1]) };
}

const medianOf = (some: readonly { ms: number }[]): number =>
  some.map(({ ms }) => ms).sort((one, other) => one - other)[some.length >> 1]!;

/** The second instance's answer to a request that the first one has answered first. */
async function shared(): Promise<string | undefined> {
  const url = freshUrl();
  await ask(app(0), url);
  await settled();
  return (await ask(app(1), url)).cache;
}

describe('a Redis that does not answer', () => {
  it('costs a request no more than its limit, then nothing; one probe finds it again', async () => {
    await ask(app(0), freshUrl());
    await settled();
    server().pause();
    const times: number[] = [];
    while (app(0).hotpath.cacheStats.breaker === 'closed') {
      times.push((await costOf(app(0), freshUrl())).ms);
      expect(times.length).toBeLessThan(20);
    }
    // The limit is 50 ms; a busy machine adds its own delay.
    expect(Math.min(...times)).toBeLessThan(250);
    const reply = await ask(app(0), freshUrl());
    expect([reply.status, reply.cache, app(0).hotpath.cacheStats.breaker]).toEqual([200, 'database miss', 'open']);
    server().resume();
    await expect
      .poll(
        async () => {
          await ask(app(0), freshUrl());
          return app(0).hotpath.cacheStats.breaker;
        },
        { timeout: 10_000 },
      )
      .toBe('closed');
  });
});

describe('a Redis that takes 60 ms for every answer', () => {
  const LIMIT_MS = Number(SHORT_BOUNDS.REDIS_TIMEOUT_MS);
  const SLOW_MS = 60;
  let proxy: SlowProxy;
  let slow: App;
  beforeAll(async () => {
    proxy = await openSlowProxy(server().port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    const environment = { ...testEnvironment(service().databaseUrl), ...SHORT_BOUNDS, REDIS_URL: url };
    slow = buildApp(loadConfig(environment));
    await slow.ready();
  });
  afterAll(async () => {
    await slow.close();
    await proxy.close();
  });

  /** Entries that other instances have stored in Redis, and this one has not seen. */
  async function stored(): Promise<string> {
    const url = freshUrl();
    await ask(app(0), url);
    await settled();
    return url;
  }

  it.each([
    ['what nobody has read', async () => freshUrl()],
    ['what it holds', stored],
  ])('costs a request for %s its limit, and nothing once the breaker is open', async (_what, question) => {
    const waited: { ms: number }[] = [];
    const unbothered: { ms: number }[] = [];
    for (const _ of [1, 2, 3]) {
      proxy.delayMs = 0;
      await expect.poll(async () => (await ask(slow, await stored())).cache, { timeout: 10_000 }).toBe('l2 hit');
      await slow.hotpath.cache.settled();
      expect(slow.hotpath.cacheStats.breaker).toBe('closed');
      proxy.delayMs = SLOW_MS;
      while (slow.hotpath.cacheStats.breaker === 'closed') {
        const asked = await costOf(slow, await question());
        expect(asked.status).toBe(200);
        waited.push(asked);
        expect(waited.length).toBeLessThan(30);
      }
      for (let index = 0; index < 15; index += 1) unbothered.push(await costOf(slow, await question()));
    }
    expect(medianOf(waited)).toBeGreaterThan(LIMIT_MS - 5);
    // A request that waited for the answers would wait for two, or for one and the limit; a busy machine adds its own delay.
    expect(medianOf(waited)).toBeLessThan(LIMIT_MS + 50);
    expect(medianOf(unbothered)).toBeLessThan(LIMIT_MS / 2);
  });
});

describe('a stopped Redis', () => {
  it('is not needed, and is used again after its restart', async () => {
    const url = freshUrl();
    await server().stop();
    expect((await ask(app(0), url)).cache).toBe('database miss');
    expect((await ask(app(0), url)).cache).toBe('l1 hit');
    expect((await ask(app(1), url)).cache).toBe('database miss');
    await server().start();
    await expect.poll(shared, { timeout: 10_000 }).toBe('l2 hit');
  });
});

describe('a load during which Redis stops', () => {
  it.each(['pause', 'stop'] as const)('fails no request, and soon no longer waits for Redis: %s', async (fault) => {
    let isOver = false;
    let answers = 0;
    const lane = async (index: number) => {
      while (!isOver) {
        expect((await ask(app(index % 2), freshUrl())).status).toBe(200);
        answers += 1;
      }
    };
    const more = (many: number) => {
      const enough = answers + many;
      return expect.poll(() => answers, { timeout: 20_000 }).toBeGreaterThan(enough);
    };
    const lanes = Promise.all(Array.from({ length: 4 }, (_, index) => lane(index)));
    try {
      await Promise.race([lanes, more(40)]);
      await server()[fault]();
      for (const { hotpath } of [app(0), app(1)]) {
        await Promise.race([
          lanes,
          expect.poll(() => hotpath.cacheStats.breaker, { timeout: 20_000 }).not.toBe('closed'),
        ]);
      }
      await Promise.race([lanes, more(40)]);
    } finally {
      isOver = true;
      await lanes;
      await server().stop();
      await server().start();
    }
  });
});

describe('a database whose server does not answer', () => {
  const [kept, changed, inRedis] = ['/v1/products/1', '/v1/products/2', '/v1/products/3'] as const;

  it('leaves earlier answers available, for as long as the policy allows; never those behind a guard', async () => {
    const [{ id, user_id }] = (await sql(
      `select project_id as id, user_id from permissions where role = 'owner' limit 1`,
    )) as [{ id: number; user_id: number }];
    const project = `/v1/projects/${id}?fields=name`;
    const before = await ask(app(0), kept);
    expect((await ask(app(0), project, as(user_id))).status).toBe(200);
    await whileDown(async () => {
      const rescued = await ask(app(0), kept);
      expect([rescued.status, rescued.cache, rescued.body]).toEqual([200, 'l1 rescued', before.body]);
      // The follower has not read the log for some seconds, though the answer is within its time.
      expect(rescued.headers['cache-status']).toMatch(/^hotpath; hit; ttl=-[1-9]\d?; detail=l1-rescued$/);
      const ageOfNext = async () => Number((await ask(app(0), kept)).headers.age);
      await expect.poll(ageOfNext, { timeout: 5000 }).toBeGreaterThan(0);
      expect(rescued.headers['cache-control']).toBe('no-store');
      // A 304 would state that the client's copy is current.
      const again = await ask(app(0), kept, { 'if-none-match': before.headers.etag! });
      expect([again.status, again.cache, again.body]).toEqual([200, 'l1 rescued', before.body]);
      const together = await Promise.all([1, 2, 3].map(() => ask(app(0), kept)));
      expect(together.map(({ cache }) => cache)).toEqual(together.map(() => 'l1 rescued'));
      // A request with the token of a write that this instance has not seen gets no older answer.
      const unheard = { 'consistency-token': `900000000:900000000:@${app(0).hotpath.follower.epoch}` };
      expect((await ask(app(0), kept, unheard)).status).toBe(503);
      expect((await ask(app(0), project, as(user_id))).status).toBe(503);
      expect((await ask(app(0), freshUrl())).status).toBe(503);
    });
  });

  it('leaves no entry that a known change has outdated, in memory or in Redis', async () => {
    await expect.poll(shared, { timeout: 10_000 }).toBe('l2 hit');
    await redis.flushall();
    for (const url of [kept, changed, inRedis]) await ask(app(0), `${url}?fields=name`);
    await settled();
    await expect.poll(() => redis.keys('hotpath:*}'), { timeout: 10_000 }).toHaveLength(3);
    await sql(`update products set name = 'changed' where id = 2`);
    for (const each of service().apps) {
      await expect.poll(() => each.hotpath.follower.catchUp(), { timeout: 10_000 }).toBe(true);
    }
    await whileDown(async () => {
      const cacheOf = async (index: number, url: string) => (await ask(app(index), `${url}?fields=name`)).cache;
      expect(await cacheOf(0, kept)).toBe('l1 rescued');
      await expect.poll(() => cacheOf(1, inRedis), { timeout: 10_000 }).toBe('l2 rescued');
      for (const each of service().apps) expect(await refusal(each, `${changed}?fields=name`)).toBe(UNAVAILABLE);
    });
    expect(JSON.parse((await ask(app(0), `${changed}?fields=name`)).body).data.name).toBe('changed');
  });

  it('leaves no entry that is older than the policy allows, nor any after the follower has been behind for too long', async () => {
    const HOUR_MS = 3_600_000;
    const [shortest, longest] = [270_000, 300_000];
    await ask(app(0), kept);
    const rescued = async () => (await ask(app(0), kept)).cache;
    await whileDown(async () => {
      expect(await rescued()).toBe('l1 rescued');
      const { now } = Date;
      const clock = vi.spyOn(Date, 'now');
      onTestFinished(() => clock.mockRestore());
      // A busy machine has a minute.
      clock.mockImplementation(() => now() + HOUR_MS + shortest - 60_000);
      expect(await rescued()).toBe('l1 rescued');
      clock.mockImplementation(() => now() + HOUR_MS + longest);
      expect(await refusal(app(0), kept)).toBe(UNAVAILABLE);
      clock.mockRestore();
      expect(await rescued()).toBe('l1 rescued');
      const unheard = vi.spyOn(app(0).hotpath.follower, 'ageMs', 'get').mockReturnValue(HOUR_MS + 1);
      onTestFinished(() => unheard.mockRestore());
      expect(await refusal(app(0), kept)).toBe(UNAVAILABLE);
      unheard.mockRestore();
      expect(await rescued()).toBe('l1 rescued');
    });
  });

  const UNAVAILABLE = '503 DATABASE_UNAVAILABLE';

  async function refusal(from: App, url: string): Promise<string> {
    const { status, body } = await ask(from, url);
    return `${status} ${JSON.parse(body).code}`;
  }

  /** Uses a session of its own, since other sessions end with the database. */
  async function sql(text: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: service().databaseUrl });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  async function whileDown(work: () => Promise<void>): Promise<void> {
    const { apps } = service();
    await door.shut();
    try {
      for (const {
        hotpath: { follower },
      } of apps) {
        await expect.poll(() => follower.isCurrent, { timeout: 10_000 }).toBe(false);
      }
      await work();
    } finally {
      await door.open();
    }
    for (const each of apps) {
      await expect.poll(async () => (await ask(each, kept)).cache, { timeout: 10_000 }).toBe('l1 hit');
    }
  }
});

describe('a database whose server answers', () => {
  const url = '/v1/products/4?fields=name';

  it('and refuses connections is reachable: nothing is rescued', async () => {
    await ask(app(0), url);
    await setDatabaseDown(service().databaseUrl, true);
    try {
      await expect.poll(() => app(0).hotpath.follower.isCurrent, { timeout: 10_000 }).toBe(false);
      await expect.poll(async () => (await ask(app(0), url)).status, { timeout: 10_000 }).toBe(503);
    } finally {
      await setDatabaseDown(service().databaseUrl, false);
    }
    await expect.poll(async () => (await ask(app(0), url)).cache, { timeout: 10_000 }).toBe('l1 hit');
  });

  it('and takes too long for a statement is reachable: nothing is rescued', async () => {
    await ask(app(0), url);
    const { now } = Date;
    const pastEveryTtl = vi.spyOn(Date, 'now').mockImplementation(() => now() + 400_000);
    const psql = new pg.Client({ connectionString: service().databaseUrl });
    await psql.connect();
    onTestFinished(async () => {
      pastEveryTtl.mockRestore();
      await psql.end();
    });
    await psql.query('begin; lock table products in access exclusive mode');
    const late = await ask(app(0), url);
    await psql.query('rollback');
    expect([late.status, JSON.parse(late.body).code]).toEqual([504, 'STATEMENT_TIMEOUT']);
  });
});

/** Ends every session of a database, and refuses new ones; or accepts them again. */
async function setDatabaseDown(url: string, isDown: boolean): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  await admin.query(`alter database "${name}" with allow_connections ${!isDown}`);
  if (isDown) await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await admin.end();
}
