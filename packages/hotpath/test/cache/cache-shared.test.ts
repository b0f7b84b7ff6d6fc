/** Two caches with one real Redis: they share answers, read the database once, and go on without Redis. */
import type { Cache, CacheParts } from 'hotpath/cache/cache';
import { remoteKeys } from 'hotpath/cache/key';
import { describe, expect, it } from 'vitest';
import { stuckRemote, useRemote } from './cache-redis.ts';
import { AWAY_ERROR, answerText, SimulatedDatabase, useCaches } from './simulated-database.ts';

const remote = useRemote();
const open = useCaches();

describe('two processes with one Redis', () => {
  const two = (database: SimulatedDatabase, more: Partial<CacheParts> = {}) => [
    open(database, { remote: remote(), ...more }),
    open(database, { remote: remote(), ...more }),
  ];
  const { entry: entryKey, lease: leaseKey } = remoteKeys('n', '/a\nuser');

  it('share the answer that one has read, in every encoding, until it changes', async () => {
    const database = new SimulatedDatabase();
    database.body = JSON.stringify({ text: 'x'.repeat(3000) });
    const [one, other] = two(database) as [Cache, Cache];
    await one.read(database.query());
    await one.settled();
    const { tier, outcome, entry } = await other.read(database.query());
    expect([tier, outcome, Object.keys(entry.bodies).sort(), database.reads]).toEqual([
      'l2',
      'hit',
      ['br', 'gzip', 'identity'],
      1,
    ]);
    expect((await other.read(database.query())).tier).toBe('l1');
    expect(await remote().redis.exists(leaseKey)).toBe(0);
    expect(await remote().redis.pttl(entryKey)).toBeGreaterThan(59_000);
    database.commit('t');
    expect([await one.read(database.query()), database.reads]).toMatchObject([
      { tier: 'database', outcome: 'miss' },
      2,
    ]);
    await one.settled();
    expect(await other.read(database.query())).toMatchObject({ tier: 'l2', outcome: 'hit' });
    expect([one.stats.breaker, other.stats.events.outdated]).toEqual(['closed', 1]);
  });

  it('read the database once between them', async () => {
    const database = new SimulatedDatabase();
    const [one, other] = two(database) as [Cache, Cache];
    const answers = await Promise.all([answerText(one, database.query()), answerText(other, database.query())]);
    expect([answers.sort(), database.reads]).toEqual([['database miss a', 'l2 coalesced a'], 1]);
    await Promise.all([one.settled(), other.settled()]);
  });

  it('wait only a few leases for a holder that has died', async () => {
    const database = new SimulatedDatabase();
    const [one] = two(database, { leaseMs: 20 }) as [Cache];
    await remote().redis.set(leaseKey, 'somebody', 'PX', 100);
    expect(await answerText(one, database.query())).toBe('database miss a');
    await one.settled();
    await remote().redis.flushdb();
    await remote().redis.set(leaseKey, 'somebody else');
    database.commit('t');
    expect(await answerText(one, database.query())).toBe('database miss at');
    await one.settled();
    expect(await remote().redis.get(leaseKey)).toBe('somebody else');
  });

  it('serve a late entry from Redis during its refresh, and rescue an existing entry', async () => {
    const database = new SimulatedDatabase();
    const policy = { ttl: 0.02, jitter: 0, staleWhileRevalidate: 60, staleIfError: 60 };
    const [one, other] = two(database) as [Cache, Cache];
    await one.read(database.query({ policy }));
    await one.settled();
    await new Promise((resolve) => setTimeout(resolve, 30));
    database.body = 'b';
    expect(await answerText(other, database.query({ policy }))).toBe('l2 stale a');
    await expect.poll(() => database.reads).toBe(2);
    await other.settled();
    const third = open(database, { remote: remote() });
    database.isCurrent = false;
    database.fails = AWAY_ERROR;
    expect(await answerText(third, database.query({ policy }))).toBe('l2 rescued b');
  });

  it('continue without Redis', async () => {
    const database = new SimulatedDatabase();
    const broken = stuckRemote(remote(), 20);
    const cache = open(database, { remote: broken });
    expect([await answerText(cache, database.query()), await answerText(cache, database.query())]).toEqual([
      'database miss a',
      'l1 hit a',
    ]);
    await cache.settled();
  });

  it('keep a public answer for a short time after one request, and longer after a second', async () => {
    const database = new SimulatedDatabase();
    const isPublic = (key: string) => key.endsWith('\npublic');
    const [one, other] = two(database, { isPublic }) as [Cache, Cache];
    const query = database.query({ key: '/a\npublic' });
    const name = remoteKeys('n', query.key).entry;
    await one.read(query);
    await one.settled();
    expect(await remote().redis.pttl(name)).toBeLessThanOrEqual(30_000);
    await other.read(query);
    await other.settled();
    expect(await remote().redis.pttl(name)).toBeGreaterThan(30_000);
    const next = database.query({ key: '/b\npublic' });
    await one.read(next);
    await one.settled();
    expect(await remote().redis.pttl(remoteKeys('n', next.key).entry)).toBeLessThanOrEqual(30_000);
    await one.read(next);
    await one.settled();
    expect(await remote().redis.pttl(remoteKeys('n', next.key).entry)).toBeGreaterThan(30_000);
  });

  it('take the most read answers into memory, if they may be served', async () => {
    const database = new SimulatedDatabase();
    const [one, other] = two(database) as [Cache, Cache];
    await one.read(database.query());
    await one.settled();
    await other.preload('/a\nuser');
    await other.preload('/b\nuser');
    expect([other.peek('/a\nuser') !== undefined, other.stats.entries]).toEqual([true, 1]);
    database.commit('t');
    const third = open(database, { remote: remote() });
    await third.preload('/a\nuser');
    expect(third.stats.entries).toBe(0);
  });
});
