/**
 * The cache as a whole, on a real Redis, with a follower whose state the test sets: which tier answers a request, which
 * entries are kept, and which are never served.
 */

import { AWAY, Breaker } from 'hotpath/cache/breaker';
import { Cache, type CacheParts } from 'hotpath/cache/cache';
import type { ReadResult } from 'hotpath/cache/entry';
import { Facts } from 'hotpath/cache/facts';
import { remoteKeys } from 'hotpath/cache/key';
import { createL2, type Remote } from 'hotpath/cache/l2';
import { createLeases, HELD } from 'hotpath/cache/lease';
import { createPopular } from 'hotpath/cache/popular';
import type { Query } from 'hotpath/cache/query';
import { STANDBY } from 'hotpath/compile/sql/read-at';
import type { Follower } from 'hotpath/freshness/follower';
import { isVisible, type Snapshot } from 'hotpath/freshness/snapshot';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useRedis } from '../../../../test/support/redis.ts';

const url = useRedis();
let redis: Redis;
let remote: Remote;

beforeAll(async () => {
  redis = new Redis(url(), { lazyConnect: true });
  await redis.connect();
});
afterAll(() => redis?.disconnect());
beforeEach(async () => {
  await redis.flushdb();
  remote = { redis, breaker: new Breaker({ timeoutMs: 5000 }), namespace: 'n' };
});

/**
 * A simulated database: each read sees all committed changes, and a change is known at once if the follower learns of
 * it.
 */
class World {
  xid = 10;
  isCurrent = true;
  ageMs = 0;
  epoch = 'e';
  incarnation = 'here';
  changes = 0;
  touched = 0;
  /** The result of a catch-up. */
  catchUpFinds = true;
  doubts: string[] = [];
  onDoubt: () => boolean = () => false;
  reads = 0;
  fails: Error | undefined;
  body = 'a';
  incarnationRead = 'here';
  snapshotRead: string | undefined;
  status: 200 | 404 = 200;
  readonly changed = new Map<string, number>();

  commit(tag: string): void {
    this.changed.set(tag, this.xid);
    this.xid += 1;
    this.changes += 1;
    this.body += tag;
  }

  get follower(): Follower {
    const world = this;
    const follower = {
      isFresh: (snapshot: Snapshot, tags: readonly string[]) =>
        tags.every((tag) => !world.changed.has(tag) || isVisible(world.changed.get(tag)!, snapshot)),
      get isCurrent() {
        return world.isCurrent;
      },
      get ageMs() {
        return world.ageMs;
      },
      get changes() {
        return world.changes;
      },
      get epoch() {
        return world.epoch;
      },
      get incarnation() {
        return world.incarnation;
      },
      get position() {
        return `${world.xid}:${world.xid}:`;
      },
      catchUp: async () => world.catchUpFinds,
      doubt: async (incarnation: string) => {
        world.doubts.push(incarnation);
        return world.onDoubt();
      },
      touch: () => {
        world.touched += 1;
      },
    };
    return follower as unknown as Follower;
  }

  readonly load = async (): Promise<ReadResult> => {
    this.reads += 1;
    const snapshot = this.snapshotRead ?? `${this.xid}:${this.xid}:`;
    const { body, status, incarnationRead: incarnation } = this;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.fails) throw this.fails;
    return { status, body, etag: `"${body}"`, link: '', snapshot, incarnation, tags: ['t'] };
  };

  query(more: Partial<Query> = {}): Query {
    return { key: '/a\nuser', policy: { ttl: 60, jitter: 0 }, tables: ['t'], source: this, ...more };
  }
}

const away = Object.assign(new Error('no server answers'), { code: 'AWAY' });
const opened: Cache[] = [];
/** Otherwise the commands of one test would reach the next. */
afterEach(() => Promise.all(opened.splice(0).map((cache) => cache.settled())));
function open(world: World, more: Partial<CacheParts> = {}): Cache {
  const cache = new Cache({
    follower: world.follower,
    maxBytes: 1_000_000,
    isAway: (error) => error === away,
    ...more,
  });
  opened.push(cache);
  return cache;
}

const told = async (cache: Cache, query: Query) => {
  const { tier, outcome, entry } = await cache.read(query);
  return `${tier} ${outcome} ${entry.bodies.identity}`;
};

describe('one process', () => {
  it('reads the database once, and answers from memory until a change of the data', async () => {
    const world = new World();
    const cache = open(world);
    expect(await told(cache, world.query())).toBe('database miss a');
    expect([await told(cache, world.query()), cache.peek('/a\nuser')?.bodies.identity.toString(), world.reads]).toEqual(
      ['l1 hit a', 'a', 1],
    );
    world.commit('other');
    expect(await told(cache, world.query())).toBe('l1 hit a');
    world.commit('t');
    expect(cache.peek('/a\nuser')).toBe(undefined);
    expect(await told(cache, world.query())).toBe('database miss aothert');
    expect([cache.stats.events, cache.stats.entries, cache.stats.breaker]).toEqual([
      { outdated: 1, stored: 2, failedRefreshes: 0 },
      1,
      'none',
    ]);
    expect(cache.stats.answers).toMatchObject({ l1: { hit: 3 }, database: { miss: 2 } });
    expect([cache.stats.bytes > 1000, cache.stats.evictions, cache.stats.fills]).toEqual([
      true,
      0,
      { underway: 0, running: 0, waiting: 0 },
    ]);
    expect(world.touched).toBeGreaterThan(4);
  });

  it('reads once for concurrent requests, unless a change comes meanwhile', async () => {
    const world = new World();
    const cache = open(world);
    const [first, second] = [told(cache, world.query()), told(cache, world.query())];
    expect(cache.stats.fills.underway).toBe(1);
    expect(await Promise.all([first, second])).toEqual(['database miss a', 'database coalesced a']);
    world.commit('t');
    const before = told(cache, world.query());
    await Promise.resolve();
    world.commit('t');
    expect(await Promise.all([before, told(cache, world.query())])).toEqual(['database miss at', 'database miss att']);
  });

  it('reads the database each time while changes are unknown, and keeps the result in memory', async () => {
    const world = new World();
    const cache = open(world);
    world.isCurrent = false;
    expect([await told(cache, world.query()), await told(cache, world.query())]).toEqual([
      'database bypass a',
      'database bypass a',
    ]);
    expect(cache.peek('/a\nuser')).toBe(undefined);
    world.isCurrent = true;
    expect(await told(cache, world.query())).toBe('l1 hit a');
    expect(cache.stats.answers.database.bypass).toBe(2);
  });

  it('accepts no older state of the follower than `maxAgeMs`', async () => {
    const world = new World();
    const cache = open(world, { maxAgeMs: 100 });
    await told(cache, world.query());
    world.ageMs = 99;
    expect(await told(cache, world.query())).toBe('l1 hit a');
    world.ageMs = 100;
    expect(await told(cache, world.query())).toBe('database bypass a');
  });

  it('keeps no entry that was outdated when read, none with a ttl of 0, and none of a missing row', async () => {
    const world = new World();
    const cache = open(world);
    world.snapshotRead = '5:5:';
    world.commit('t');
    expect(await told(cache, world.query())).toBe('database miss at');
    expect([cache.stats.entries, cache.stats.events.stored]).toEqual([0, 0]);
    world.snapshotRead = undefined;
    await told(cache, world.query({ policy: { ttl: 0 } }));
    world.status = 404;
    await told(cache, world.query());
    expect(cache.stats.entries).toBe(0);
    await told(cache, world.query({ policy: { ttl: 60, negative: 5 } }));
    expect(cache.stats.entries).toBe(1);
  });

  it('serves an entry past its ttl while one refresh reads it again', async () => {
    const world = new World();
    const works: Promise<void>[] = [];
    const cache = open(world, { background: (work) => void works.push(work()) });
    const query = world.query({ policy: { ttl: 0.02, jitter: 0, staleWhileRevalidate: 60 } });
    await told(cache, query);
    await new Promise((resolve) => setTimeout(resolve, 30));
    world.body = 'b';
    expect(cache.peek(query.key)).toBe(undefined);
    expect([await told(cache, query), await told(cache, query), works.length]).toEqual(['l1 stale a', 'l1 stale a', 1]);
    await Promise.all(works);
    expect([await told(cache, query), world.reads]).toEqual(['l1 hit b', 2]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    world.fails = away;
    await told(cache, query);
    await Promise.all(works);
    expect(cache.stats.events.failedRefreshes).toBe(1);
  });

  it('serves its last answer while no server answers, for a limited time, and only if it is not outdated', async () => {
    const world = new World();
    const cache = open(world);
    const query = world.query({ policy: { ttl: 0.01, jitter: 0, staleIfError: 0.2 } });
    await told(cache, query);
    world.fails = new Error('a fault of ours');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(cache.read(query)).rejects.toThrow('a fault of ours');
    world.fails = away;
    const rescued = await cache.read(query);
    expect([rescued.tier, rescued.outcome, rescued.overdueMs! >= 1]).toEqual(['l1', 'rescued', true]);
    world.isCurrent = false;
    world.ageMs = 150;
    expect((await cache.read(query)).overdueMs).toBeGreaterThanOrEqual(150);
    world.ageMs = 201;
    await expect(cache.read(query)).rejects.toBe(away);
    world.ageMs = 0;
    world.commit('t');
    await expect(cache.read(query)).rejects.toBe(away);
    await expect(cache.read(world.query({ key: '/b\nuser' }))).rejects.toBe(away);
  });

  it('bypasses kept entries, and renews them', async () => {
    const world = new World();
    const cache = open(world);
    await told(cache, world.query());
    world.body = 'b';
    const text = async (answer: Promise<{ entry: { bodies: { identity: Buffer } } }>) =>
      String((await answer).entry.bodies.identity);
    expect(await text(cache.bypass(world.query()))).toBe('b');
    expect(await told(cache, world.query())).toBe('l1 hit a');
    expect(await text(cache.readPast(world.query()))).toBe('b');
    expect(await told(cache, world.query())).toBe('l1 hit b');
    world.body = 'c';
    await cache.renew(world.query());
    expect(await told(cache, world.query())).toBe('l1 hit c');
    world.fails = away;
    await expect(cache.bypass(world.query())).rejects.toBe(away);
    await expect(cache.readPast(world.query())).rejects.toBe(away);
    await expect(cache.renew(world.query())).rejects.toBe(away);
    expect(cache.stats.answers.database).toMatchObject({ bypass: 2, miss: 1 });
  });

  it('confirms an answer that a shared cache may keep', async () => {
    const world = new World();
    const cache = open(world);
    const query = world.query({ policy: { ttl: 60, sharedMaxAge: 60, scope: 'public' } });
    const confirmed = async () => {
      const { outcome, isConfirmed } = await cache.read(query);
      return [outcome, isConfirmed];
    };
    expect(await confirmed()).toEqual(['miss', true]);
    expect(await confirmed()).toEqual(['hit', true]);
    world.catchUpFinds = false;
    expect(await confirmed()).toEqual(['hit', false]);
    world.catchUpFinds = true;
    world.isCurrent = false;
    expect(await confirmed()).toEqual(['bypass', false]);
    world.isCurrent = true;
    expect((await cache.read(world.query())).isConfirmed).toBe(undefined);
    world.snapshotRead = '5:5:';
    world.commit('t');
    expect(await confirmed()).toEqual(['miss', false]);
  });

  it('reads again if a connection led to another server, and never serves the answer of a third one', async () => {
    const world = new World();
    const cache = open(world);
    world.incarnationRead = 'there';
    await told(cache, world.query());
    expect([world.doubts, world.reads, cache.stats.entries]).toEqual([['there'], 2, 0]);
    world.onDoubt = () => {
      world.incarnation = 'there';
      return true;
    };
    await told(cache, world.query());
    expect([world.doubts.length, world.reads, cache.stats.entries]).toEqual([2, 3, 1]);
    world.incarnation = '';
    await told(cache, world.query({ key: '/b\nuser' }));
    expect(world.doubts).toHaveLength(2);
    world.incarnation = 'here';
    world.snapshotRead = STANDBY;
    await told(cache, world.query({ key: '/c\nuser' }));
    expect([world.doubts.length, cache.peek('/c\nuser')]).toEqual([2, undefined]);
  });

  it('counts the keys of viewers, and the most read keys', async () => {
    const world = new World();
    const cache = open(world);
    cache.countViewer(true);
    cache.countViewer(true);
    cache.countViewer(false);
    expect(cache.stats.cohorts).toEqual({ on: 2, off: 1 });
    for (let times = 0; times < 5; times += 1) await told(cache, world.query());
    expect(cache.takeReads(10)).toEqual([{ key: '/a\nuser', times: 4 }]);
  });

  it('limits the number of fills that read the database at once', async () => {
    const world = new World();
    const cache = open(world, { fills: { atOnce: 1, waiting: 5 } });
    const asked = ['/a\nuser', '/b\nuser', '/c\nuser'].map((key) => told(cache, world.query({ key })));
    await Promise.resolve();
    await Promise.resolve();
    expect(cache.stats.fills).toEqual({ underway: 3, running: 1, waiting: 2 });
    await Promise.all(asked);
  });
});

describe('two processes with one Redis', () => {
  const two = (world: World, more: Partial<CacheParts> = {}) => [
    open(world, { remote, ...more }),
    open(world, { remote, ...more }),
  ];
  const { entry: entryKey, lease: leaseKey } = remoteKeys('n', '/a\nuser');

  it('share the answer that one has read, in every encoding, until it changes', async () => {
    const world = new World();
    world.body = JSON.stringify({ text: 'x'.repeat(3000) });
    const [one, other] = two(world) as [Cache, Cache];
    await one.read(world.query());
    await one.settled();
    const { tier, outcome, entry } = await other.read(world.query());
    expect([tier, outcome, Object.keys(entry.bodies).sort(), world.reads]).toEqual([
      'l2',
      'hit',
      ['br', 'gzip', 'identity'],
      1,
    ]);
    expect((await other.read(world.query())).tier).toBe('l1');
    expect(await redis.exists(leaseKey)).toBe(0);
    expect(await redis.pttl(entryKey)).toBeGreaterThan(59_000);
    world.commit('t');
    expect([await one.read(world.query()), world.reads]).toMatchObject([{ tier: 'database', outcome: 'miss' }, 2]);
    await one.settled();
    expect(await other.read(world.query())).toMatchObject({ tier: 'l2', outcome: 'hit' });
    expect([one.stats.breaker, other.stats.events.outdated]).toEqual(['closed', 1]);
  });

  it('read the database once between them', async () => {
    const world = new World();
    const [one, other] = two(world) as [Cache, Cache];
    const answers = await Promise.all([told(one, world.query()), told(other, world.query())]);
    expect([answers.sort(), world.reads]).toEqual([['database miss a', 'l2 coalesced a'], 1]);
    await Promise.all([one.settled(), other.settled()]);
  });

  it('wait only a few leases for a holder that has died', async () => {
    const world = new World();
    const [one] = two(world, { leaseMs: 20 }) as [Cache];
    await redis.set(leaseKey, 'somebody', 'PX', 100);
    expect(await told(one, world.query())).toBe('database miss a');
    await one.settled();
    await redis.flushdb();
    await redis.set(leaseKey, 'somebody else');
    world.commit('t');
    expect(await told(one, world.query())).toBe('database miss at');
    await one.settled();
    expect(await redis.get(leaseKey)).toBe('somebody else');
  });

  it('serve a late entry from Redis during its refresh, and rescue an existing entry', async () => {
    const world = new World();
    const policy = { ttl: 0.02, jitter: 0, staleWhileRevalidate: 60, staleIfError: 60 };
    const [one, other] = two(world) as [Cache, Cache];
    await one.read(world.query({ policy }));
    await one.settled();
    await new Promise((resolve) => setTimeout(resolve, 30));
    world.body = 'b';
    expect(await told(other, world.query({ policy }))).toBe('l2 stale a');
    await expect.poll(() => world.reads).toBe(2);
    await other.settled();
    const third = open(world, { remote });
    world.isCurrent = false;
    world.fails = away;
    expect(await told(third, world.query({ policy }))).toBe('l2 rescued b');
  });

  it('continue without Redis', async () => {
    const world = new World();
    const broken = { ...remote, breaker: new Breaker({ timeoutMs: 20 }), redis: stuck() };
    const cache = open(world, { remote: broken });
    expect([await told(cache, world.query()), await told(cache, world.query())]).toEqual([
      'database miss a',
      'l1 hit a',
    ]);
    await cache.settled();
  });

  it('keep a public answer for a short time after one request, and longer after a second', async () => {
    const world = new World();
    const isPublic = (key: string) => key.endsWith('\npublic');
    const [one, other] = two(world, { isPublic }) as [Cache, Cache];
    const query = world.query({ key: '/a\npublic' });
    const name = remoteKeys('n', query.key).entry;
    await one.read(query);
    await one.settled();
    expect(await redis.pttl(name)).toBeLessThanOrEqual(30_000);
    await other.read(query);
    await other.settled();
    expect(await redis.pttl(name)).toBeGreaterThan(30_000);
    const next = world.query({ key: '/b\npublic' });
    await one.read(next);
    await one.settled();
    expect(await redis.pttl(remoteKeys('n', next.key).entry)).toBeLessThanOrEqual(30_000);
    await one.read(next);
    await one.settled();
    expect(await redis.pttl(remoteKeys('n', next.key).entry)).toBeGreaterThan(30_000);
  });

  it('take the most read answers into memory, if they may be served', async () => {
    const world = new World();
    const [one, other] = two(world) as [Cache, Cache];
    await one.read(world.query());
    await one.settled();
    await other.preload('/a\nuser');
    await other.preload('/b\nuser');
    expect([other.peek('/a\nuser') !== undefined, other.stats.entries]).toEqual([true, 1]);
    world.commit('t');
    const third = open(world, { remote });
    await third.preload('/a\nuser');
    expect(third.stats.entries).toBe(0);
  });
});

/** A Redis that never answers. */
const stuck = () => new Proxy({}, { get: () => () => new Promise(() => {}) }) as unknown as Remote['redis'];

describe('a lease', () => {
  it('is held by one process, extended while it works, and released by its holder alone', async () => {
    const leases = createLeases(remote, 60);
    const { lease: name } = remoteKeys('n', 'k');
    const lease = await leases.take('k');
    if (lease === HELD || lease === AWAY) throw new Error('not taken');
    expect([await leases.take('k'), await redis.pttl(name)]).toEqual([HELD, expect.closeTo(60, -2)]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await leases.take('k')).toBe(HELD);
    await redis.set(name, 'another');
    await lease.release();
    expect(await redis.get(name)).toBe('another');
    await redis.del(name);
    const next = await leases.take('k');
    if (next === HELD || next === AWAY) throw new Error('not taken');
    await next.release();
    expect(await redis.exists(name)).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await redis.exists(name)).toBe(0);
    const broken = createLeases({ ...remote, breaker: new Breaker({ timeoutMs: 10 }), redis: stuck() }, 60);
    expect(await broken.take('k')).toBe(AWAY);
  });
});

describe('the second tier', () => {
  it('prolongs an entry that may be served for longer, and no other', async () => {
    const world = new World();
    const cache = open(world);
    const { entry } = await cache.read(world.query({ policy: { ttl: 60, jitter: 0, staleIfError: 30 } }));
    const l2 = createL2(remote);
    const { entry: name } = remoteKeys('n', 'k');
    await l2.set({ key: 'k' }, entry, 1000);
    expect(await redis.pttl(name)).toBeLessThanOrEqual(1000);
    await l2.prolong('k', entry);
    expect(await redis.pttl(name)).toBeGreaterThan(89_000);
    await l2.set({ key: 'k' }, entry, 1000);
    await l2.prolong('k', { ...entry, readAt: Date.now() - 91_000 });
    expect(await redis.pttl(name)).toBeLessThanOrEqual(1000);
    expect(await l2.get({ key: 'other' })).toBe(undefined);
    expect((await l2.get({ key: 'k' })) as object).toMatchObject({ etag: '"a"', tags: ['t'] });
    await redis.set(name, 'no entry');
    expect(await l2.get({ key: 'k' })).toBe(undefined);
  });
});

describe('the most read keys', () => {
  it('are added up over processes and two days, at most half of them of the public', async () => {
    const popular = createPopular(remote);
    await popular.report([
      { key: '/a\nuser', times: 3 },
      { key: '/b\nuser', times: 5 },
      { key: '/c\npublic', times: 100 },
      { key: '/d\npublic', times: 50 },
    ]);
    await popular.report([{ key: '/a\nuser', times: 4 }]);
    await popular.report([]);
    expect(await popular.top(2)).toEqual(['/c\npublic', '/a\nuser']);
    expect(await popular.top(10)).toEqual(['/c\npublic', '/d\npublic', '/a\nuser', '/b\nuser']);
    const names = await redis.keys('*');
    const day = new Date().toISOString().slice(0, 10);
    expect(names.sort()).toEqual(['public', 'viewers'].map((of) => `hotpath:n:{popular}:${of}:${day}`));
    const [name] = names as [string];
    expect(await redis.pttl(name)).toBeGreaterThan(172_000_000);
    expect(await redis.pttl(name)).toBeLessThanOrEqual(172_800_000);
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    await redis.zadd(`hotpath:n:{popular}:viewers:${yesterday}`, 90, '/b\nuser');
    expect(await popular.top(2)).toEqual(['/c\npublic', '/b\nuser']);
    const broken = createPopular({ ...remote, breaker: new Breaker({ timeoutMs: 10 }), redis: stuck() });
    expect(await broken.top(2)).toEqual([]);
  });

  it('are limited in number, and lose the least read first', async () => {
    const popular = createPopular(remote);
    const reads = Array.from({ length: 10_002 }, (_, id) => ({ key: `/${id}\nuser`, times: id + 1 }));
    await popular.report(reads);
    const [name] = (await redis.keys('*')) as [string];
    expect([
      await redis.zcard(name),
      await redis.zscore(name, '/1\nuser'),
      await redis.zscore(name, '/2\nuser'),
    ]).toEqual([10_000, null, '3']);
  });
});

describe('a fact', () => {
  const factsOf = (world: World, more: object = {}) =>
    new Facts({
      follower: world.follower,
      maxBytes: 100_000,
      isCached: (subject: string) => subject !== '9',
      ...more,
    });
  const fact = (world: World, subject = '7') => ({
    ...{ subject, about: 'role', tables: ['t'] },
    load: async () => await world.load(),
  });

  it('is read once, and again after a change, or if the last reading of the log is older than a tenth of a second', async () => {
    const world = new World();
    const facts = factsOf(world);
    expect([await facts.read(fact(world)), await facts.read(fact(world)), world.reads]).toEqual(['a', 'a', 1]);
    world.ageMs = 99;
    await facts.read(fact(world));
    expect(world.reads).toBe(1);
    world.ageMs = 100;
    await facts.read(fact(world));
    expect(world.reads).toBe(2);
    world.ageMs = 0;
    world.commit('t');
    expect([await facts.read(fact(world)), world.reads]).toEqual(['at', 3]);
    await facts.read(fact(world, '8'));
    await facts.read({ ...fact(world), about: 'other' });
    expect(world.reads).toBe(5);
    await facts.settled();
    expect(facts.stats.answers.l1.hit).toBeGreaterThan(0);
  });

  it('about a subject that is not cached is read each time', async () => {
    const world = new World();
    const facts = factsOf(world);
    await facts.read(fact(world, '9'));
    await facts.read(fact(world, '9'));
    expect([world.reads, facts.stats.entries]).toEqual([2, 0]);
    await facts.renew(fact(world, '9'));
    expect(world.reads).toBe(2);
  });

  it('that has ended is outlasted before the write is answered, and the new one is kept', async () => {
    const world = new World();
    const facts = factsOf(world);
    await facts.read(fact(world));
    world.commit('t');
    const began = performance.now();
    await facts.renew(fact(world));
    expect(performance.now() - began).toBeGreaterThanOrEqual(118);
    expect([world.reads, await facts.read(fact(world)), world.reads]).toEqual([2, 'at', 2]);
    world.catchUpFinds = false;
    await facts.renew(fact(world));
    expect(world.reads).toBe(2);
    world.catchUpFinds = true;
    world.fails = away;
    await facts.renew(fact(world));
    await expect(facts.read({ ...fact(world), about: 'x' })).rejects.toBe(away);
  });

  it('delays a write no longer than the limit of Redis and a moment more', async () => {
    const world = new World();
    const facts = factsOf(world, { remote: { ...remote, breaker: new Breaker({ timeoutMs: 30 }) } });
    const began = performance.now();
    await facts.renew({ ...fact(world), load: () => new Promise(() => {}) });
    const took = performance.now() - began;
    expect(took).toBeGreaterThanOrEqual(148);
    expect(took).toBeLessThan(2000);
  });
});
