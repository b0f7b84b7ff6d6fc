/** What the cache sends to Redis, and what it says in a trace: no command more than an answer takes. */
import { gunzipSync } from 'node:zlib';
import { createBreaker } from 'hotpath/cache/breaker';
import { Cache } from 'hotpath/cache/cache';
import { entryOf, type ReadResult } from 'hotpath/cache/entry';
import { remoteKeys } from 'hotpath/cache/key';
import type { Remote } from 'hotpath/cache/l2';
import type { Query } from 'hotpath/cache/query';
import { bytesOf, complete, variantFor } from 'hotpath/cache/variants';
import type { Follower } from 'hotpath/freshness/follower';
import { COMPRESSED_FROM_BYTES } from 'hotpath/http/encoding';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useRedis } from '../../../../test/support/redis.ts';

const url = useRedis();
let redis: Redis;
let sent: string[];
let remote: Remote;
const KEY = '/a\nuser';
const { entry: ENTRY, lease: LEASE } = remoteKeys('n', KEY);

beforeAll(async () => {
  redis = new Redis(url(), { lazyConnect: true });
  await redis.connect();
});
afterAll(() => redis?.disconnect());
beforeEach(async () => {
  await redis.flushdb();
  sent = [];
  const client = new Proxy(redis, {
    get(target, name: keyof Redis) {
      const command = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        const key = args.find((each) => each === ENTRY || each === LEASE);
        if (key !== undefined) sent.push(`${String(name)} ${key === LEASE ? 'lease' : 'entry'}`);
        return command.apply(target, args);
      };
    },
  });
  remote = { redis: client, breaker: createBreaker({ timeoutMs: 5000 }), namespace: 'n' };
});

const known = { isFresh: true, changes: 0, reads: 0, isCurrent: true };
const follower = {
  isFresh: () => known.isFresh,
  get isCurrent() {
    return known.isCurrent;
  },
  get changes() {
    return known.changes;
  },
  ...{ ageMs: 0, epoch: 'e', incarnation: '', position: '10:10:', catchUp: async () => true, touch: () => {} },
} as unknown as Follower;
beforeEach(() => void Object.assign(known, { isFresh: true, reads: 0, isCurrent: true }));

const reading = (body: string): ReadResult => ({
  ...{ status: 200, body, etag: '"1"', link: '', snapshot: '10:10:', incarnation: '', tags: ['t'] },
});
const query = (more: Partial<Query> = {}): Query => ({
  ...{ key: KEY, policy: { ttl: 60, jitter: 0 }, tables: ['t'] },
  source: {
    load: async () => {
      known.reads += 1;
      return reading('a');
    },
  },
  ...more,
});
const opened: Cache[] = [];
/** What one test still sends would be there for the next. */
afterEach(() => Promise.all(opened.splice(0).map((cache) => cache.settled())));
function open(more: object = {}): Cache {
  const cache = new Cache({ follower, maxBytes: 1_000_000, isAway: () => false, remote, ...more });
  opened.push(cache);
  return cache;
}
const FILL = ['getBuffer entry', 'set lease', 'getBuffer entry', 'set entry', 'hotpathReleaseLease lease'];

describe('the commands of an answer', () => {
  it('that nothing has are a look, the lease with a look, and then what is kept', async () => {
    const cache = open();
    await cache.read(query());
    await cache.settled();
    expect(sent).toEqual(FILL);
    await cache.read(query());
    await cache.settled();
    expect([sent.length, known.reads, await redis.exists(LEASE)]).toEqual([5, 1, 0]);
  });

  it('that another process has kept are one look', async () => {
    const first = open();
    await first.read(query());
    await first.settled();
    sent.length = 0;
    const second = open();
    expect((await second.read(query())).tier).toBe('l2');
    await second.settled();
    expect([sent, known.reads]).toEqual([['getBuffer entry'], 1]);
  });

  it('that a change has outdated here are the lease with a look at once, and nothing before', async () => {
    const cache = open();
    await cache.read(query());
    await cache.settled();
    known.isFresh = false;
    known.changes += 1;
    sent.length = 0;
    await cache.read(query());
    await cache.settled();
    expect(sent).toEqual(['set lease', 'getBuffer entry', 'hotpathReleaseLease lease']);
    expect([cache.stats.events.outdated, cache.stats.entries]).toEqual([2, 0]);
  });

  it('that Redis has by then where memory is outdated give the lease back', async () => {
    const [one, other] = [open(), open()];
    for (const cache of [one, other]) {
      await cache.read(query());
      await cache.settled();
    }
    const isFresh = [false, true];
    known.changes += 1;
    sent.length = 0;
    const judged = { ...known };
    Object.defineProperty(known, 'isFresh', { get: () => isFresh.shift() ?? true, set: () => {}, configurable: true });
    expect((await one.read(query())).tier).toBe('l2');
    Object.defineProperty(known, 'isFresh', { value: judged.isFresh, writable: true, configurable: true });
    await expect.poll(() => sent).toEqual(['set lease', 'getBuffer entry', 'hotpathReleaseLease lease']);
    await expect.poll(() => redis.exists(LEASE)).toBe(0);
  });

  it('are none of Redis where its first look comes too late', async () => {
    const late = { ...remote, breaker: createBreaker({ timeoutMs: 20 }) };
    const slow = new Proxy(remote.redis, {
      get: (_, name) => () => {
        if (name !== 'defineCommand') sent.push(String(name));
        return new Promise(() => {});
      },
    });
    const cache = open({ remote: { ...late, redis: slow } });
    expect((await cache.read(query())).outcome).toBe('miss');
    expect(sent).toEqual(['getBuffer']);
    await cache.settled();
  });

  it('of which Redis has one that is outdated are those of none, and it is counted', async () => {
    const first = open();
    await first.read(query());
    await first.settled();
    known.isFresh = false;
    const second = open();
    await second.read(query());
    await second.settled();
    expect([second.stats.events.outdated, known.reads]).toEqual([2, 2]);
  });

  it('that was read while changes became unknown are not those of Redis', async () => {
    const first = open();
    await first.read(query());
    await first.settled();
    const slow = new Proxy(remote.redis, {
      get: (target, name: keyof Redis) => {
        known.isCurrent = false;
        return (target as unknown as Record<string, (...args: unknown[]) => unknown>)[String(name)]!.bind(target);
      },
    });
    const second = open({ remote: { ...remote, redis: slow } });
    expect((await second.read(query())).tier).toBe('database');
  });
});

describe('a trace', () => {
  const spanOf = () => {
    const told: unknown[] = [];
    const span = {
      told,
      event: (name: string, attributes: object) => told.push([name, attributes]),
      end: (attributes?: object) => told.push(['end', attributes]),
      link: (other: unknown) => told.push(['link', other]),
      child: (name: string, kind: string, attributes: Record<string, unknown>) => {
        told.push([name, kind, attributes['db.query.text']]);
        return { end: () => {}, fail: () => {} };
      },
    };
    return span as typeof span & NonNullable<Query['span']>;
  };
  const miss = { 'cache.hit': false, 'hotpath.cache.tier': 'none', 'hotpath.cache.outcome': 'miss' };

  it('of a fill has the look, how it came by the lease, and that nothing was there', async () => {
    const span = spanOf();
    const cache = open();
    await cache.read(query({ span }));
    await cache.settled();
    expect(span.told).toEqual([
      ['GET', 'client', `GET ${ENTRY}`],
      ['cache.lease', { 'hotpath.cache.lease': 'taken' }],
      ['end', miss],
    ]);
  });

  it('of one that waits for the lease of another says so', async () => {
    const span = spanOf();
    await redis.set(LEASE, 'another', 'PX', 30);
    const cache = open();
    await cache.read(query({ span }));
    await cache.settled();
    expect(span.told).toContainEqual(['cache.lease', { 'hotpath.cache.lease': 'held' }]);
    expect(span.told).toContainEqual(['cache.lease', { 'hotpath.cache.lease': 'taken' }]);
  });

  it('of one past the cache says so, and of one without Redis that the lease was away', async () => {
    const span = spanOf();
    await open().bypass(query({ span }));
    expect(span.told).toEqual([['end', { ...miss, 'hotpath.cache.outcome': 'bypass' }]]);
    const away = spanOf();
    const halfAway = new Proxy(remote.redis, {
      get: (target, name: keyof Redis) =>
        name === 'set' ? () => Promise.reject(new Error('away')) : (target[name as never] as never),
    });
    await open({ remote: { ...remote, redis: halfAway } }).read(query({ span: away }));
    expect(away.told).toContainEqual(['cache.lease', { 'hotpath.cache.lease': 'away' }]);
  });
});

describe('the variants of an entry', () => {
  const times = { ttlMs: 1, staleMs: 1, rescueMs: 1, epoch: 'e', readAt: 0 };
  const entry = (bytes: number, status: 200 | 404 = 200) => entryOf({ ...reading('x'.repeat(bytes)), status }, times);

  it('are none of a small body', () => {
    expect(variantFor(entry(COMPRESSED_FROM_BYTES - 1), 'gzip')).toBe('identity');
    expect(variantFor(entry(COMPRESSED_FROM_BYTES), 'gzip')).toBe('gzip');
  });

  it('are made once, however many ask', async () => {
    const large = entry(5000);
    const [one, other] = await Promise.all([bytesOf(large, 'gzip'), bytesOf(large, 'gzip')]);
    expect([one === other, large.bodies.gzip === one, gunzipSync(one).length]).toEqual([true, true, 5000]);
    expect(await bytesOf(large, 'gzip')).toBe(one);
    expect((await bytesOf(large, 'identity')).length).toBe(5000);
    delete large.bodies.gzip;
    expect(await bytesOf(large, 'gzip')).not.toBe(one);
  });

  it('are all made of a row that is there, and none of one that is not', async () => {
    const [there, gone, small] = [entry(5000), entry(5000, 404), entry(10)];
    await Promise.all([there, gone, small].map(complete));
    expect([there, gone, small].map(({ bodies }) => Object.keys(bodies).sort())).toEqual([
      ['br', 'gzip', 'identity'],
      ['identity'],
      ['identity'],
    ]);
  });
});
