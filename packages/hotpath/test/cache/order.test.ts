/** Requests that wait for each other: the breaker, the limit of fills, flights, and the verdict on an entry. */

import { AWAY, Breaker } from 'hotpath/cache/breaker';
import type { Entry } from 'hotpath/cache/entry';
import { FillLimit } from 'hotpath/cache/fill-limit';
import { Flights } from 'hotpath/cache/flight';
import { judge } from 'hotpath/cache/verdict';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

describe('the breaker', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const fails = () => Promise.reject(new Error('away'));
  const never = () => new Promise<never>(() => {});

  it('opens after a number of failures in a row, probes once, and closes if the probe succeeds', async () => {
    const told: string[] = [];
    const breaker = new Breaker({ timeoutMs: 50, failures: 3, openMs: 1000, onChange: (state) => told.push(state) });
    for (const work of [fails, fails, async () => 1, fails, fails]) await breaker.attempt(work);
    expect(breaker.state).toBe('closed');
    await breaker.attempt(fails);
    expect(breaker.state).toBe('open');
    const work = vi.fn(fails);
    expect(await breaker.attempt(work)).toBe(AWAY);
    expect(work).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    await breaker.attempt(work);
    expect([work.mock.calls.length, breaker.state]).toEqual([1, 'open']);
    await vi.advanceTimersByTimeAsync(1000);
    const probe = Promise.withResolvers<string>();
    const probing = breaker.attempt(() => probe.promise);
    expect([breaker.state, await breaker.attempt(work), work.mock.calls.length]).toEqual(['probing', AWAY, 1]);
    probe.resolve('back');
    expect([await probing, breaker.state]).toEqual(['back', 'closed']);
    expect(told).toEqual(['open', 'closed']);
  });

  it("counts late work as a failure, but not work that exceeds only the caller's limit", async () => {
    const breaker = new Breaker({ timeoutMs: 50, failures: 1 });
    const impatient = breaker.attempt(never, 10);
    await vi.advanceTimersByTimeAsync(11);
    expect([await impatient, breaker.state]).toEqual([AWAY, 'closed']);
    const patient = breaker.attempt(never);
    await vi.advanceTimersByTimeAsync(51);
    expect([await patient, breaker.state]).toEqual([AWAY, 'open']);
  });
});

describe('the limit of fills', () => {
  it('runs a limited number at once and lets a limited number wait; the others pass it by', async () => {
    const limit = new FillLimit({ atOnce: 2, waiting: 1 });
    const ends = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const begun: number[] = [];
    const running = ends.map(({ promise }, index) =>
      limit.run(async () => {
        begun.push(index);
        await promise;
      }),
    );
    await Promise.resolve();
    expect([begun, limit.running, limit.waiting]).toEqual([[0, 1, 3], 3, 1]);
    ends[0]!.resolve();
    await running[0];
    expect([begun, limit.running]).toEqual([[0, 1, 3], 2]);
    ends[1]!.reject(new Error('a fill that fails'));
    await expect(running[1]).rejects.toThrow();
    await vi.waitFor(() => expect(begun).toEqual([0, 1, 3, 2]));
    ends[2]!.resolve();
    ends[3]!.resolve();
    await Promise.all([running[2], running[3]]);
    expect([limit.running, limit.waiting]).toEqual([0, 0]);
  });
});

describe('a flight', () => {
  const knowledge = { epoch: 'e', position: '5:5:', changes: 0, stale: [] as string[] };
  const follower = {
    get epoch() {
      return knowledge.epoch;
    },
    get position() {
      return knowledge.position;
    },
    get changes() {
      return knowledge.changes;
    },
    isFresh: (_snapshot: unknown, tags: readonly string[]) => !tags.some((tag) => knowledge.stale.includes(tag)),
  };

  it('is joined until a change of its tables is known, and until it lands', async () => {
    const flights = new Flights<string>(follower);
    const first = Promise.withResolvers<string>();
    void flights.start('k', ['product'], () => first.promise);
    // A change that its own session has reported lies ahead of the position, and was known at the start.
    knowledge.stale = ['product'];
    expect(flights.join('k')).toBeDefined();
    knowledge.changes += 1;
    knowledge.stale = ['device'];
    expect(flights.join('k')).toBeDefined();
    expect(flights.join('other')).toBeUndefined();
    knowledge.stale = ['product'];
    expect(flights.join('k')).toBeUndefined();
    knowledge.stale = [];
    const second = Promise.withResolvers<string>();
    void flights.start('k', ['product'], () => second.promise);
    first.resolve('first');
    await vi.waitFor(async () => expect(await Promise.race([first.promise])).toBe('first'));
    second.resolve('second');
    expect(await flights.join('k')?.landing).toBe('second');
    await vi.waitFor(() => expect(flights.inTheAir).toBe(0));
  });

  it('of another epoch is not joined', () => {
    const flights = new Flights<string>(follower);
    void flights.start('k', [], () => new Promise(() => {}));
    knowledge.epoch = 'f';
    expect(flights.join('k')).toBeUndefined();
  });

  it('that waits for the one in the air is shared; the one in the air is not, and its failure is its own', async () => {
    const flights = new Flights<number>(follower);
    const begun: PromiseWithResolvers<number>[] = [];
    const work = () => {
      begun.push(Promise.withResolvers<number>());
      return begun.at(-1)!.promise;
    };
    const asked = [flights.joinNext('k', work), flights.joinNext('k', work), flights.joinNext('k', work)];
    expect(begun).toHaveLength(1);
    begun[0]!.reject(new Error('away'));
    await expect(asked[0]).rejects.toThrow('away');
    await vi.waitFor(() => expect(begun).toHaveLength(2));
    begun[1]!.resolve(2);
    expect(await Promise.all(asked.slice(1))).toEqual([2, 2]);
  });
});

describe('the verdict', () => {
  const entry = (more: Partial<Entry> = {}) =>
    ({ epoch: 'e', checkedAt: -1, readAt: 1000, ttlMs: 100, staleMs: 50, tags: [], ...more }) as unknown as Entry;
  const fresh = { epoch: 'e', changes: 1, isFresh: () => true };

  it.each([
    [1100, 'fresh'],
    [1101, 'late'],
    [1150, 'late'],
    [1151, 'lapsed'],
  ])('at %d ms is %s by age', (now, verdict) => expect(judge(fresh, entry(), now)).toBe(verdict));

  it('is outdated whatever the age, by a change or by another epoch', () => {
    expect(judge({ ...fresh, isFresh: () => false }, entry(), 1000)).toBe('outdated');
    expect(judge({ ...fresh, epoch: 'f' }, entry(), 1000)).toBe('outdated');
  });

  it('is computed again when a change is learned, and not before', () => {
    const isFresh = vi.fn(() => true);
    const held = entry();
    for (const changes of [1, 1, 2]) judge({ epoch: 'e', changes, isFresh }, held, 1000);
    expect(isFresh).toHaveBeenCalledTimes(2);
  });
});
