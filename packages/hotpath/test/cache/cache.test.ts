/** The cache of one process, in memory: which requests it answers, which entries it keeps, and which it never serves. */
import { STANDBY } from 'hotpath/compile/sql/read-at';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AWAY_ERROR, answerText, SimulatedDatabase, useCaches } from './simulated-database.ts';

const open = useCaches();
/** A test sets the age of its entries, so a slow machine changes nothing. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe('one process', () => {
  it('reads the database once, and answers from memory until a change of the data', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database);
    expect(await answerText(cache, database.query())).toBe('database miss a');
    expect([
      await answerText(cache, database.query()),
      cache.peek('/a\nuser')?.bodies.identity.toString(),
      database.reads,
    ]).toEqual(['l1 hit a', 'a', 1]);
    database.commit('other');
    expect(await answerText(cache, database.query())).toBe('l1 hit a');
    database.commit('t');
    expect(cache.peek('/a\nuser')).toBe(undefined);
    expect(await answerText(cache, database.query())).toBe('database miss aothert');
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
    expect(database.touched).toBeGreaterThan(4);
  });

  it('reads once for concurrent requests, unless a change comes meanwhile', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database);
    const [first, second] = [answerText(cache, database.query()), answerText(cache, database.query())];
    expect(cache.stats.fills.underway).toBe(1);
    expect(await Promise.all([first, second])).toEqual(['database miss a', 'database coalesced a']);
    database.commit('t');
    const before = answerText(cache, database.query());
    await Promise.resolve();
    database.commit('t');
    expect(await Promise.all([before, answerText(cache, database.query())])).toEqual([
      'database miss at',
      'database miss att',
    ]);
  });

  it('reads the database each time while changes are unknown, and keeps the result in memory', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database);
    database.isCurrent = false;
    expect([await answerText(cache, database.query()), await answerText(cache, database.query())]).toEqual([
      'database bypass a',
      'database bypass a',
    ]);
    expect(cache.peek('/a\nuser')).toBe(undefined);
    database.isCurrent = true;
    expect(await answerText(cache, database.query())).toBe('l1 hit a');
    expect(cache.stats.answers.database.bypass).toBe(2);
  });

  it('accepts no older state of the follower than `maxAgeMs`', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database, { maxAgeMs: 100 });
    await answerText(cache, database.query());
    database.ageMs = 99;
    expect(await answerText(cache, database.query())).toBe('l1 hit a');
    database.ageMs = 100;
    expect(await answerText(cache, database.query())).toBe('database bypass a');
  });

  it('keeps no entry that was outdated when read, none with a ttl of 0, and none of a missing row', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database);
    database.snapshotRead = '5:5:';
    database.commit('t');
    expect(await answerText(cache, database.query())).toBe('database miss at');
    expect([cache.stats.entries, cache.stats.events.stored]).toEqual([0, 0]);
    database.snapshotRead = undefined;
    await answerText(cache, database.query({ policy: { ttl: 0 } }));
    database.status = 404;
    await answerText(cache, database.query());
    expect(cache.stats.entries).toBe(0);
    await answerText(cache, database.query({ policy: { ttl: 60, negative: 5 } }));
    expect(cache.stats.entries).toBe(1);
  });

  it('serves an entry past its ttl while one refresh reads it again', async () => {
    const database = new SimulatedDatabase();
    const works: Promise<void>[] = [];
    const cache = open(database, { background: (work) => void works.push(work()) });
    const query = database.query({ policy: { ttl: 0.02, jitter: 0, staleWhileRevalidate: 60 } });
    await answerText(cache, query);
    pass(30);
    database.body = 'b';
    expect(cache.peek(query.key)).toBe(undefined);
    expect([await answerText(cache, query), await answerText(cache, query), works.length]).toEqual([
      'l1 stale a',
      'l1 stale a',
      1,
    ]);
    await Promise.all(works);
    expect([await answerText(cache, query), database.reads]).toEqual(['l1 hit b', 2]);
    pass(30);
    database.fails = AWAY_ERROR;
    await answerText(cache, query);
    await Promise.all(works);
    expect(cache.stats.events.failedRefreshes).toBe(1);
  });

  it('serves its last answer while no server answers, for a limited time, and only if it is not outdated', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database);
    const query = database.query({ policy: { ttl: 0.01, jitter: 0, staleIfError: 0.2 } });
    await answerText(cache, query);
    database.fails = new Error('a fault of ours');
    pass(20);
    await expect(cache.read(query)).rejects.toThrow('a fault of ours');
    database.fails = AWAY_ERROR;
    const rescued = await cache.read(query);
    expect([rescued.tier, rescued.outcome, rescued.overdueMs! >= 1]).toEqual(['l1', 'rescued', true]);
    database.isCurrent = false;
    database.ageMs = 150;
    expect((await cache.read(query)).overdueMs).toBeGreaterThanOrEqual(150);
    database.ageMs = 201;
    await expect(cache.read(query)).rejects.toBe(AWAY_ERROR);
    database.ageMs = 0;
    database.commit('t');
    await expect(cache.read(query)).rejects.toBe(AWAY_ERROR);
    await expect(cache.read(database.query({ key: '/b\nuser' }))).rejects.toBe(AWAY_ERROR);
  });

  it('bypasses kept entries, and renews them', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database);
    await answerText(cache, database.query());
    database.body = 'b';
    const text = async (answer: Promise<{ entry: { bodies: { identity: Buffer } } }>) =>
      String((await answer).entry.bodies.identity);
    expect(await text(cache.bypass(database.query()))).toBe('b');
    expect(await answerText(cache, database.query())).toBe('l1 hit a');
    expect(await text(cache.readPast(database.query()))).toBe('b');
    expect(await answerText(cache, database.query())).toBe('l1 hit b');
    database.body = 'c';
    await cache.renew(database.query());
    expect(await answerText(cache, database.query())).toBe('l1 hit c');
    database.fails = AWAY_ERROR;
    await expect(cache.bypass(database.query())).rejects.toBe(AWAY_ERROR);
    await expect(cache.readPast(database.query())).rejects.toBe(AWAY_ERROR);
    await expect(cache.renew(database.query())).rejects.toBe(AWAY_ERROR);
    expect(cache.stats.answers.database).toMatchObject({ bypass: 2, miss: 1 });
  });

  it('confirms an answer that a shared cache may keep', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database);
    const query = database.query({ policy: { ttl: 60, sharedMaxAge: 60, scope: 'public' } });
    const confirmed = async () => {
      const { outcome, isConfirmed } = await cache.read(query);
      return [outcome, isConfirmed];
    };
    expect(await confirmed()).toEqual(['miss', true]);
    expect(await confirmed()).toEqual(['hit', true]);
    database.catchUpFinds = false;
    expect(await confirmed()).toEqual(['hit', false]);
    database.catchUpFinds = true;
    database.isCurrent = false;
    expect(await confirmed()).toEqual(['bypass', false]);
    database.isCurrent = true;
    expect((await cache.read(database.query())).isConfirmed).toBe(undefined);
    database.snapshotRead = '5:5:';
    database.commit('t');
    expect(await confirmed()).toEqual(['miss', false]);
  });

  it('reads again if a connection led to another server, and never serves the answer of a third one', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database);
    database.incarnationRead = 'there';
    await answerText(cache, database.query());
    expect([database.doubts, database.reads, cache.stats.entries]).toEqual([['there'], 2, 0]);
    database.onDoubt = () => {
      database.incarnation = 'there';
      return true;
    };
    await answerText(cache, database.query());
    expect([database.doubts.length, database.reads, cache.stats.entries]).toEqual([2, 3, 1]);
    database.incarnation = '';
    await answerText(cache, database.query({ key: '/b\nuser' }));
    expect(database.doubts).toHaveLength(2);
    database.incarnation = 'here';
    database.snapshotRead = STANDBY;
    await answerText(cache, database.query({ key: '/c\nuser' }));
    expect([database.doubts.length, cache.peek('/c\nuser')]).toEqual([2, undefined]);
  });

  it('counts the keys of viewers, and the most read keys', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database);
    cache.countViewer(true);
    cache.countViewer(true);
    cache.countViewer(false);
    expect(cache.stats.cohorts).toEqual({ on: 2, off: 1 });
    for (let times = 0; times < 5; times += 1) await answerText(cache, database.query());
    expect(cache.takeReads(10)).toEqual([{ key: '/a\nuser', times: 4 }]);
  });

  it('limits the number of fills that read the database at once', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database, { fills: { atOnce: 1, waiting: 5 } });
    const asked = ['/a\nuser', '/b\nuser', '/c\nuser'].map((key) => answerText(cache, database.query({ key })));
    await Promise.resolve();
    await Promise.resolve();
    expect(cache.stats.fills).toEqual({ underway: 3, running: 1, waiting: 2 });
    await Promise.all(asked);
  });
});
