/** The breaker, the limit of fills, flights and the sampler: the edge cases that `order.test.ts` leaves out. */

import { AWAY, Breaker } from 'hotpath/cache/breaker';
import { type Entry, entryOf, type ReadResult } from 'hotpath/cache/entry';
import { FillLimit } from 'hotpath/cache/fill-limit';
import { Flights } from 'hotpath/cache/flight';
import { HitSampler } from 'hotpath/cache/hit-sampler';
import { overdue } from 'hotpath/cache/verdict';
import type { Follower } from 'hotpath/freshness/follower';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const reading: ReadResult = {
  ...{ status: 200, body: '{}', etag: '"x"', link: '', snapshot: '1:1:', incarnation: 'here', tags: [] },
};
const entry = entryOf(reading, { ttlMs: 1000, staleMs: 0, rescueMs: 0, epoch: 'e', readAt: 0 });
const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

describe('a breaker', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const fails = () => Promise.reject(new Error('away'));
  const never = () => new Promise<never>(() => {});

  it('opens at the fifth failure in a row, and probes after a second, unless it has other options', async () => {
    const changes: unknown[] = [];
    const breaker = new Breaker({ timeoutMs: 50, onChange: (...change) => changes.push(change) });
    expect([breaker.state, breaker.timeoutMs]).toEqual(['closed', 50]);
    for (let times = 0; times < 4; times += 1) expect(await breaker.attempt(fails)).toBe(AWAY);
    expect(breaker.state).toBe('closed');
    await breaker.attempt(fails);
    expect(breaker.state).toBe('open');
    await vi.advanceTimersByTimeAsync(999);
    expect([await breaker.attempt(async () => 1), breaker.state]).toEqual([AWAY, 'open']);
    await vi.advanceTimersByTimeAsync(1);
    expect([await breaker.attempt(async () => 1), breaker.state]).toEqual([1, 'closed']);
    expect(changes).toEqual([['open', new Error('away')], ['closed']]);
  });

  it("names the work that was late, and gives a probe its whole time, whatever the caller's limit", async () => {
    const changes: unknown[] = [];
    const breaker = new Breaker({ timeoutMs: 50, failures: 1, onChange: (_, cause) => changes.push(cause) });
    const late = breaker.attempt(never);
    await vi.advanceTimersByTimeAsync(49);
    expect(breaker.state).toBe('closed');
    await vi.advanceTimersByTimeAsync(2);
    expect([await late, changes]).toEqual([AWAY, [new Error('It took longer than 50 ms.')]]);
    await vi.advanceTimersByTimeAsync(1000);
    const probe = Promise.withResolvers<string>();
    const probing = breaker.attempt(() => probe.promise, 10);
    await vi.advanceTimersByTimeAsync(40);
    probe.resolve('back');
    expect(await probing).toBe('back');
  });

  it('waits no longer than its own limit, and counts late work that began before it opened once', async () => {
    const onChange = vi.fn();
    const breaker = new Breaker({ timeoutMs: 50, failures: 2, onChange });
    const late = [breaker.attempt(never, 1000), breaker.attempt(never), breaker.attempt(never)];
    await vi.advanceTimersByTimeAsync(51);
    expect([await Promise.all(late), breaker.state, onChange.mock.calls.length]).toEqual([
      [AWAY, AWAY, AWAY],
      'open',
      1,
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a limit of fills', () => {
  it('without a queue lets every fill pass', async () => {
    const limit = new FillLimit({ atOnce: 1, waiting: 0 });
    const ends = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
    const all = ends.map(({ promise }) => limit.run(() => promise));
    await settle();
    expect([limit.running, limit.waiting]).toEqual([2, 0]);
    ends.forEach(({ resolve }, index) => {
      resolve(index);
    });
    expect([await Promise.all(all), limit.running]).toEqual([[0, 1], 0]);
  });

  it('starts no waiting fill while more run than the limit allows', async () => {
    const limit = new FillLimit({ atOnce: 1, waiting: 1 });
    const ends = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    const begun: number[] = [];
    const all = ends.map(({ promise }, index) =>
      limit.run(async () => {
        begun.push(index);
        await promise;
      }),
    );
    await settle();
    expect(begun).toEqual([0, 2]);
    ends[0]!.resolve();
    await all[0];
    await settle();
    expect([begun, limit.running, limit.waiting]).toEqual([[0, 2], 1, 1]);
    ends[2]!.resolve();
    await all[2];
    await settle();
    expect([begun, limit.running, limit.waiting]).toEqual([[0, 2, 1], 1, 0]);
    ends[1]!.resolve();
    await all[1];
    expect(limit.running).toBe(0);
  });
});

describe('flights', () => {
  const follower = { epoch: 'e', position: '5:7:6', changes: 3, isFresh: vi.fn(() => true) };

  it("carry the follower's position at their start", async () => {
    const flights = new Flights<string>(follower);
    const work = Promise.withResolvers<string>();
    const landing = flights.start('k', ['product'], () => work.promise);
    follower.changes += 1;
    expect(flights.join('k')).toEqual({
      epoch: 'e',
      since: { xmin: 5, xmax: 7, xip: [6] },
      changes: 3,
      tables: ['product'],
      landing: expect.any(Promise),
      span: undefined,
    });
    expect(follower.isFresh).toHaveBeenLastCalledWith({ xmin: 5, xmax: 7, xip: [6] }, ['product']);
    expect(flights.inTheAir).toBe(1);
    work.resolve('landed');
    expect(await landing).toBe('landed');
    expect([flights.inTheAir, flights.join('k')]).toEqual([0, undefined]);
  });

  it('that are replaced do not remove the later one when they land', async () => {
    const flights = new Flights<string>(follower);
    const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const landing = flights.start('k', [], () => first.promise);
    void flights.start('k', [], () => second.promise);
    first.resolve('first');
    await landing;
    await settle();
    expect([flights.inTheAir, flights.join('k') !== undefined]).toEqual([1, true]);
    second.resolve('second');
    await vi.waitFor(() => expect(flights.inTheAir).toBe(0));
  });

  it('in turn are one in the air and one that waits', async () => {
    const flights = new Flights<number>(follower);
    const begun: PromiseWithResolvers<number>[] = [];
    const work = () => {
      begun.push(Promise.withResolvers<number>());
      return begun.at(-1)!.promise;
    };
    const [first, second, third] = [0, 1, 2].map(() => flights.joinNext('k', work));
    expect([second === third, first === second, begun.length, flights.inTheAir]).toEqual([true, false, 1, 1]);
    begun[0]!.resolve(1);
    await vi.waitFor(() => expect(begun).toHaveLength(2));
    const fourth = flights.joinNext('k', work);
    expect(fourth === second).toBe(false);
    begun[1]!.resolve(2);
    await vi.waitFor(() => expect(begun).toHaveLength(3));
    begun[2]!.resolve(3);
    expect(await Promise.all([first, second, third, fourth])).toEqual([1, 2, 2, 3]);
    await vi.waitFor(() => expect(flights.inTheAir).toBe(0));
    void flights.joinNext('k', work);
    expect(begun).toHaveLength(4);
  });
});

describe('the sampler', () => {
  const follower = { epoch: 'e', changes: 1, isFresh: () => true, catchUp: async () => true };
  const make = (more: object = {}, oneIn = 1) => {
    const differs: Entry[] = [];
    const works: Promise<void>[] = [];
    const sampler = new HitSampler({
      follower: { ...follower, ...more } as unknown as Follower,
      oneIn,
      background: (work) => void works.push(work()),
      onInconsistent: (found) => differs.push(found),
    });
    const compare = async (read: () => Promise<ReadResult>) => {
      sampler.compare(entry, { load: read });
      await Promise.all(works);
      return [sampler.stats, differs.length];
    };
    return { sampler, compare };
  };
  afterEach(() => void vi.restoreAllMocks());

  it('is due once in its number of hits, and never if it is off', () => {
    const random = vi.spyOn(Math, 'random');
    const { sampler } = make({}, 4);
    random.mockReturnValue(0.2499);
    expect(sampler.isDue()).toBe(true);
    random.mockReturnValue(0.25);
    expect(sampler.isDue()).toBe(false);
    random.mockReturnValue(0);
    expect(make({}, 0).sampler.isDue()).toBe(false);
  });

  it('compares one at a time', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { sampler, compare } = make();
    const read = Promise.withResolvers<ReadResult>();
    const done = compare(() => read.promise);
    expect(sampler.isDue()).toBe(false);
    read.resolve(reading);
    expect(await done).toEqual([{ compared: 1, inconsistent: 0 }, 0]);
    expect(sampler.isDue()).toBe(true);
    await compare(() => Promise.reject(new Error('away')));
    expect([sampler.isDue(), sampler.stats.compared]).toEqual([true, 1]);
  });

  it.each<[string, Partial<ReadResult>, object, number, number]>([
    ['another body', { body: '{"a":1}' }, {}, 1, 1],
    ['another status', { status: 404 }, {}, 1, 1],
    ['the same', {}, {}, 1, 0],
    ['another body after a change', { body: 'x' }, { epoch: 'f' }, 0, 0],
    ['another body while the log cannot be read', { body: 'x' }, { catchUp: async () => false }, 0, 0],
  ])('reports %s as unexplained', async (_, read, known, compared, inconsistent) => {
    const { compare } = make(known);
    expect(await compare(async () => ({ ...reading, ...read }))).toEqual([{ compared, inconsistent }, inconsistent]);
  });
});

it('an entry is overdue by the time since its ttl ended', () => {
  expect([999, 1000, 1500].map((now) => overdue(entry, now))).toEqual([-1, 0, 500]);
});
