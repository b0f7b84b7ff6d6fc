/** The commands that the cache sends to Redis, and their spans: no answer takes more commands than it needs. */
import { gunzipSync } from 'node:zlib';
import { Breaker } from 'hotpath/cache/breaker';
import { Cache } from 'hotpath/cache/cache';
import { entryOf, type ReadResult } from 'hotpath/cache/entry';
import { remoteKeys } from 'hotpath/cache/key';
import type { Remote } from 'hotpath/cache/l2';
import type { Query } from 'hotpath/cache/query';
import { bytesOf, complete, variantFor } from 'hotpath/cache/variants';
import type { Follower } from 'hotpath/freshness/follower';
import { COMPRESSED_FROM_BYTES } from 'hotpath/http/encoding';
import type { CommonAttributes } from 'hotpath/telemetry/common-attributes';
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
  remote = { redis: client, breaker: new Breaker({ timeoutMs: 5000 }), namespace: 'n' };
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
/** Otherwise the commands of one test would reach the next. */
afterEach(() => Promise.all(opened.splice(0).map((cache) => cache.settled())));
function open(more: object = {}): Cache {
  const cache = new Cache({ follower, maxBytes: 1_000_000, isAway: () => false, remote, ...more });
  opened.push(cache);
  return cache;
}
const FILL = ['getBuffer entry', 'set lease', 'getBuffer entry', 'set entry', 'hotpathReleaseLease lease'];

describe('the commands of an answer', () => {
  it('that no tier has are a look-up, the lease with a look-up, and then the set', async () => {
    const cache = open();
    await cache.read(query());
    await cache.settled();
    expect(sent).toEqual(FILL);
    await cache.read(query());
    await cache.settled();
    expect([sent.length, known.reads, await redis.exists(LEASE)]).toEqual([5, 1, 0]);
  });

  it('that another process has kept are one look-up', async () => {
    const first = open();
    await first.read(query());
    await first.settled();
    sent.length = 0;
    const second = open();
    expect((await second.read(query())).tier).toBe('l2');
    await second.settled();
    expect([sent, known.reads]).toEqual([['getBuffer entry'], 1]);
  });

  it('that a change has outdated here are at once the lease with a look-up, and nothing before', async () => {
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

  it('that Redis has by then although memory is outdated release the lease', async () => {
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

  it('are none if the first look-up is too late', async () => {
    const late = { ...remote, breaker: new Breaker({ timeoutMs: 20 }) };
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

  it('of which Redis has an outdated entry are those of a missing entry, and it is counted', async () => {
    const first = open();
    await first.read(query());
    await first.settled();
    known.isFresh = false;
    const second = open();
    await second.read(query());
    await second.settled();
    expect([second.stats.events.outdated, known.reads]).toEqual([2, 2]);
  });

  it('that was read while changes became unknown are none', async () => {
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
      end: (attributes?: object, common?: CommonAttributes) => told.push(['end', { ...common?.values, ...attributes }]),
      link: (other: unknown) => told.push(['link', other]),
      child: (name: string, kind: string, attributes: Record<string, unknown>) => {
        told.push([name, kind, attributes['db.query.text']]);
        return { end: () => {}, fail: () => {} };
      },
    };
    return span as typeof span & NonNullable<Query['span']>;
  };
  const miss = { 'cache.hit': false, 'hotpath.cache.tier': 'none', 'hotpath.cache.outcome': 'miss' };

  it('of a fill has the look-up, how it got the lease, and that no entry was found', async () => {
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

  it('of a fill that waits for the lease of another shows it', async () => {
    const span = spanOf();
    await redis.set(LEASE, 'another', 'PX', 30);
    const cache = open();
    await cache.read(query({ span }));
    await cache.settled();
    expect(span.told).toContainEqual(['cache.lease', { 'hotpath.cache.lease': 'held' }]);
    expect(span.told).toContainEqual(['cache.lease', { 'hotpath.cache.lease': 'taken' }]);
  });

  it('of a bypass shows it, and without Redis it shows that the lease was away', async () => {
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

  it('are only the plain one for a small body', () => {
    expect(variantFor(entry(COMPRESSED_FROM_BYTES - 1), 'gzip')).toBe('identity');
    expect(variantFor(entry(COMPRESSED_FROM_BYTES), 'gzip')).toBe('gzip');
  });

  it('are made once for several requests', async () => {
    const large = entry(5000);
    const [one, other] = await Promise.all([bytesOf(large, 'gzip'), bytesOf(large, 'gzip')]);
    expect([one === other, large.bodies.gzip === one, gunzipSync(one).length]).toEqual([true, true, 5000]);
    expect(await bytesOf(large, 'gzip')).toBe(one);
    expect((await bytesOf(large, 'identity')).length).toBe(5000);
    delete large.bodies.gzip;
    expect(await bytesOf(large, 'gzip')).not.toBe(one);
  });

  it('are all made for an existing row, and none for a missing row', async () => {
    const [there, gone, small] = [entry(5000), entry(5000, 404), entry(10)];
    await Promise.all([there, gone, small].map(complete));
    expect([there, gone, small].map(({ bodies }) => Object.keys(bodies).sort())).toEqual([
      ['br', 'gzip', 'identity'],
      ['identity'],
      ['identity'],
    ]);
  });
});
