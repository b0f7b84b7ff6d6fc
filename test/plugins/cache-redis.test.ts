/**
 * The cache of several instances that share a real Redis: the shared entries, and the faults of Redis that must not make an
 * answer stale.
 */

import { type Hotpath, readRow } from 'hotpath/fastify';
import { PUBLIC } from 'hotpath/resource/viewer';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { product } from '../../src/domain/catalog/resource.ts';
import { as, testEnvironment } from '../support/app.ts';
import { ask, holdNextAnswer, useInstances } from '../support/instances.ts';
import { useRedisServer } from '../support/redis.ts';

const server = useRedisServer();
const service = useInstances({ count: 4, environment: () => ({ REDIS_URL: server().url }) });

let redis: Redis;
beforeAll(() => {
  redis = new Redis(server().url);
  redis.on('error', () => {});
});
afterAll(() => redis?.disconnect());

const app = (index: number) => service().apps[index]!;
const sql = async (text: string) => (await service().psql.query(text)).rows;
const name = (body: string): string => JSON.parse(body).data.name;

const settled = () => Promise.all(service().apps.map((each) => each.hotpath.cache.settled()));
const caughtUp = () => Promise.all(service().apps.map((each) => each.hotpath.follower.catchUp()));

/** The number of commands that Redis has run, without those of this test. */
async function commands(): Promise<Record<string, number>> {
  const told = await redis.info('commandstats');
  const counts = [...told.matchAll(/cmdstat_(\w+):calls=(\d+)/g)].map(([, command, calls]) => [command, Number(calls)]);
  return Object.fromEntries(counts.filter(([command]) => command !== 'info'));
}

describe('an entry of one instance', () => {
  it('is served by another with one command to Redis, and then from its own memory', async () => {
    const url = '/v1/products?limit=30&fields=name,description';
    const first = await ask(app(0), url, { 'accept-encoding': 'gzip' });
    await settled();
    const before = await commands();
    const second = await ask(app(1), url, { 'accept-encoding': 'gzip' });
    await settled();
    // The entry is public and new: the instance records in Redis after the reply that it was read again.
    const after = { ...before, get: before['get']! + 1, pexpire: (before['pexpire'] ?? 0) + 1 };
    expect(await commands()).toEqual(after);
    expect([second.cache, second.statements]).toEqual(['l2 hit', 0]);
    expect(second.bytes).toEqual(first.bytes);
    expect(second.headers.etag).toBe(first.headers.etag);
    expect(second.headers['cache-status']).toMatch(/^hotpath; hit; ttl=\d+; detail=l2$/);
    expect((await ask(app(1), url)).cache).toBe('l1 hit');
    expect(await commands()).toEqual(after);
  });

  it('is kept for a short time after one public request, and as long as any other entry after the second', async () => {
    await redis.flushall();
    const kept = new Map<string, string>();
    const keep = async (url: string, headers = {}) => {
      await ask(app(0), url, headers);
      await settled();
      const key = (await redis.keys('hotpath:*')).find((each) => ![...kept.values()].includes(each));
      kept.set(url, key!);
    };
    const isBrief = async (url: string) => (await redis.pttl(kept.get(url)!)) <= 30_000;
    const [once, again, shared, own] = [
      '/v1/products/61',
      '/v1/products/62',
      '/v1/products/63',
      '/v1/users/3',
    ] as const;
    for (const url of [once, again, shared]) await keep(url);
    await keep(own, as(3));
    expect(await Promise.all([once, again, shared, own].map(isBrief))).toEqual([true, true, true, false]);
    await ask(app(0), again);
    await ask(app(1), shared);
    await settled();
    expect(await Promise.all([once, again, shared, own].map(isBrief))).toEqual([true, false, false, false]);
  });

  it('is looked up together with the lease, if memory has an outdated entry', async () => {
    const url = '/v1/products/9?fields=name';
    await ask(app(0), url);
    await settled();
    await sql(`update products set name = name || '.' where id = 9`);
    await caughtUp();
    const before = await commands();
    const held = holdNextAnswer(app(0));
    const asked = ask(app(0), url);
    await held.answered;
    const { get, set } = await commands();
    expect([get! - before['get']!, set! - before['set']!]).toEqual([1, 1]);
    held.release();
    expect((await asked).cache).toBe('database miss');
  });

  it('is kept under names that reveal nothing, for no longer than its times allow', async () => {
    await ask(app(0), '/v1/users/1', as(1));
    await settled();
    const keys = await redis.keys('*');
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(key).toMatch(/^hotpath:[\w-]{12}:\{[\w-]{43}\}$/);
      expect(await redis.pttl(key)).toBeGreaterThan(0);
      expect(await redis.pttl(key)).toBeLessThanOrEqual((86_400 + 86_400) * 1000);
    }
  });

  it('is not served by another that knows of a change, whichever instance stored it, and at any time', async () => {
    const url = '/v1/products/5?fields=name';
    await sql(`update products set name = 'before' where id = 5`);
    await caughtUp();
    const held = holdNextAnswer(app(0));
    const early = ask(app(0), url);
    await held.answered;
    await sql(`update products set name = 'after' where id = 5`);
    held.release();
    expect(name((await early).body)).toBe('before');
    await settled();
    await caughtUp();
    for (const each of service().apps) expect(name((await ask(each, url)).body)).toBe('after');
  });

  it('does not return after its deletion', async () => {
    const url = '/v1/products/6?fields=name';
    await sql(`update products set name = 'before' where id = 6`);
    await caughtUp();
    await redis.flushall();
    await ask(app(0), url);
    await settled();
    const [key] = await redis.keys('hotpath:*');
    const old = (await redis.getBuffer(key!))!;
    await sql(`update products set name = 'after' where id = 6`);
    await caughtUp();
    expect(name((await ask(app(0), url)).body)).toBe('after');
    await settled();
    // As after a failover to a replica that lags, or a restart from an old file.
    await redis.set(key!, old, 'KEEPTTL');
    for (const each of service().apps.slice(1)) expect(name((await ask(each, url)).body)).toBe('after');
  });

  it('may be lost or corrupted at any time', async () => {
    const url = '/v1/products/7?fields=name';
    await ask(app(0), url);
    await settled();
    await redis.flushall();
    expect((await ask(app(1), url)).cache).toBe('database miss');
    await settled();
    const [key] = await redis.keys('hotpath:*');
    const bytes = (await redis.getBuffer(key!))!;
    await redis.set(key!, bytes.subarray(0, bytes.length - 1));
    expect((await ask(app(2), url)).cache).toBe('database miss');
    await settled();
    await redis.set(key!, 'something else');
    expect((await ask(app(3), url)).cache).toBe('database miss');
  });
});

describe('a warm-up from Redis into memory', () => {
  /** The key of a request, reported by an instance that has served it from memory. */
  async function keyOf(index: number, url: string): Promise<string> {
    app(index).hotpath.cache.takeReads(1000);
    for (const _ of [1, 2, 3]) expect((await ask(app(index), url)).cache).toBe('l1 hit');
    return app(index).hotpath.cache.takeReads(1)[0]!.key;
  }

  it('takes no outdated entry, nor one that a change outdates on the way', async () => {
    const urls = ['/v1/products/9?fields=name', '/v1/products/10?fields=name', '/v1/products/11?fields=name'] as const;
    for (const url of urls) await ask(app(0), url);
    await settled();
    const [known, coming, untouched] = [await keyOf(0, urls[0]), await keyOf(0, urls[1]), await keyOf(0, urls[2])];
    await sql(`update products set name = 'after' where id = 9`);
    await caughtUp();
    const { entries } = app(1).hotpath.cacheStats;
    await app(1).hotpath.cache.preload(known);
    server().pause();
    const loading = app(1).hotpath.cache.preload(coming);
    await sql(`update products set name = 'after' where id = 10`);
    await caughtUp();
    server().resume();
    await loading;
    expect(app(1).hotpath.cacheStats.entries).toBe(entries);
    await app(1).hotpath.cache.preload(untouched);
    expect(app(1).hotpath.cacheStats.entries).toBe(entries + 1);
    expect((await ask(app(1), urls[2])).cache).toBe('l1 hit');
    for (const url of urls.slice(0, 2)) expect(name((await ask(app(1), url)).body)).toBe('after');
  });

  it('takes no entry that a change has outdated before the process starts', async () => {
    const [changed, other] = ['/v1/products/16?fields=name', '/v1/products/17?fields=name'] as const;
    await redis.flushall();
    app(0).hotpath.cache.takeReads(1000);
    for (const _ of [1, 2, 3, 4]) for (const url of [changed, other]) await ask(app(0), url);
    await settled();
    const reads = app(0).hotpath.cache.takeReads(10);
    expect(reads).toHaveLength(2);
    await app(0).hotpath.popular!.report(reads);
    await sql(`update products set name = 'after' where id = 16`);
    const own = { REDIS_URL: server().url, CACHE_WARM_UP_ENTRIES: '10' };
    const started = buildApp(loadConfig({ ...testEnvironment(service().databaseUrl), ...own }));
    try {
      await started.ready();
      await expect.poll(() => started.hotpath.isWarm(), { timeout: 10_000 }).toBe(true);
      expect(started.hotpath.cacheStats.entries).toBe(1);
      expect((await ask(started, other)).cache).toBe('l1 hit');
      const read = await ask(started, changed);
      expect([read.cache, name(read.body)]).toEqual(['database miss', 'after']);
    } finally {
      await started.close();
    }
  });
});

describe("a write by Prisma's $executeRaw", () => {
  it('outdates the changed entries on every instance and in Redis, and no other', async () => {
    const [changed, other] = ['/v1/products/12?fields=name', '/v1/products/13?fields=name'] as const;
    for (const each of service().apps) for (const url of [changed, other]) await ask(each, url);
    for (const each of service().apps) expect((await ask(each, changed)).cache).toBe('l1 hit');
    await settled();
    expect(await app(0).prisma.$executeRaw`update products set name = ${'by raw SQL'} where id = 12`).toBe(1);
    await caughtUp();
    const replies = await Promise.all(service().apps.map((each) => ask(each, changed)));
    expect(replies.map(({ body }) => name(body))).toEqual(replies.map(() => 'by raw SQL'));
    expect(replies.filter(({ cache }) => cache === 'database miss')).toHaveLength(1);
    for (const each of service().apps) expect((await ask(each, other)).cache).toBe('l1 hit');
  });
});

describe('a read inside a transaction', () => {
  class Undone extends Error {}

  /** The content of Redis, as one text. */
  async function keptInRedis(): Promise<string> {
    const values = await Promise.all((await redis.keys('*:{*}')).map((key) => redis.getBuffer(key)));
    return Buffer.concat(values.map((value) => value!)).toString('latin1');
  }

  it.each([
    ['rolled back', 14, 'before'],
    ['committed', 15, 'uncommitted'],
  ])('fills nothing: others see the old state until the end, and then the state that was %s', async (how, id, then) => {
    const url = `/v1/products/${id}?fields=name`;
    const seenByAll = async () => {
      const replies = await Promise.all(service().apps.map((each) => ask(each, url)));
      return [...new Set(replies.map(({ body }) => name(body)))];
    };
    await sql(`update products set name = 'before' where id = ${id}`);
    await caughtUp();
    const wrote = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const transaction = app(0).prisma.$transaction(
      async (tx) => {
        await tx.product.update({ where: { id }, data: { name: 'uncommitted' } });
        const { json } = await readRow(app(0).hotpath, { resource: product, where: { id }, viewer: PUBLIC }, tx);
        expect(JSON.parse(json!).name).toBe('uncommitted');
        // No request has read it before, and the one that reads it now has the transaction open.
        const inside = await ask(app(0), url);
        expect([inside.cache, name(inside.body)]).toEqual(['database miss', 'before']);
        wrote.resolve();
        await end.promise;
        if (how === 'rolled back') throw new Undone();
      },
      { timeout: 20_000 },
    );
    const ended = transaction.catch((error) => expect(error).toBeInstanceOf(Undone));
    await Promise.race([wrote.promise, transaction]);
    expect(await seenByAll()).toEqual(['before']);
    await settled();
    expect(await keptInRedis()).toContain('"before"');
    expect(await keptInRedis()).not.toContain('uncommitted');
    end.resolve();
    await ended;
    await caughtUp();
    expect(await seenByAll()).toEqual([then]);
    await settled();
    expect((await keptInRedis()).includes('uncommitted')).toBe(then === 'uncommitted');
    for (const each of service().apps) expect((await ask(each, url)).cache).toBe('l1 hit');
  });
});

describe('a write through one instance', () => {
  it('is visible on another for a client that sends its token', async () => {
    const url = '/v1/users/2';
    await ask(app(1), url, as(2));
    const headers = as(2);
    const written = await app(0).inject({ method: 'PATCH', url, headers, payload: { name: 'Renamed by instance 0' } });
    const token = String(written.headers['consistency-token']);
    expect(name((await ask(app(1), url, { ...headers, 'consistency-token': token })).body)).toBe(
      'Renamed by instance 0',
    );
  });
});

describe('a thousand concurrent requests', () => {
  /** A lease of a read lasts half a second: a machine that takes longer for all of them lets another instance read, too. */
  const leasesSince = (start: number) => 1 + Math.floor((performance.now() - start) / 500);
  const askAll = (url: string) =>
    Promise.all(Array.from({ length: 1000 }, (_, index) => ask(app(index % 4), url, { 'accept-encoding': 'gzip' })));

  it('are answered by one statement, on any instances', async () => {
    await caughtUp();
    const start = performance.now();
    const replies = await askAll('/v1/products?limit=40&sort=price');
    const sent = replies.reduce((sum, { statements }) => sum + statements, 0);
    expect(sent).toBeGreaterThanOrEqual(1);
    expect(sent).toBeLessThanOrEqual(leasesSince(start));
    expect(new Set(replies.map(({ body }) => body)).size).toBe(1);
    expect(replies.filter(({ cache }) => cache === 'database miss')).toHaveLength(sent);
  });

  it('cost one statement an instance at most when every one of them fails', async () => {
    const failures: number[] = [];
    for (const each of service().apps) {
      const instance = each.hotpath as { -readonly [K in keyof Hotpath]: Hotpath[K] };
      const { execute } = instance;
      instance.execute = async (statement) => {
        failures.push(1);
        return execute({ ...statement, text: 'select 1/0', values: [], name: 'a failing one' });
      };
    }
    const start = performance.now();
    const replies = await askAll('/v1/products?limit=41&sort=price');
    expect(replies.every(({ status }) => status === 500)).toBe(true);
    expect(failures.length).toBeLessThanOrEqual(4 * leasesSince(start));
  });
});

describe('the most read keys', () => {
  it('include those of viewers, even if the public reads far more', async () => {
    await redis.flushall();
    const own = { key: '/v1/users/3/dashboard\nuser\n3', times: 3 };
    await app(0).hotpath.popular!.report([own]);
    for (let batch = 0; batch < 30; batch += 1) {
      const flood = Array.from({ length: 500 }, (_, at) => ({
        key: `/v1/products?after=${500 * batch + at}\npublic`,
        times: 1000,
      }));
      await app(batch % 4).hotpath.popular!.report(flood);
    }
    const [top, most] = [await app(1).hotpath.popular!.top(100), await app(1).hotpath.popular!.top(20_000)];
    expect([top.length, top.includes(own.key)]).toEqual([100, true]);
    expect(most).toHaveLength(10_001);
    await redis.flushall();
  });
});
