/** How one connection replaces another, by a clock that stands still; and a pause that ends early. */

import { Rest } from 'hotpath/freshness/rest';
import { Successor } from 'hotpath/freshness/successor';
import type { SessionClient } from 'hotpath/session/session-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const LIFE_MS = 10_000;

/** A connection of which a test uses only the end. */
const connection = () => {
  const end = vi.fn(async () => {});
  return { end, client: { end } as unknown as SessionClient };
};
const settle = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => void vi.useFakeTimers({ now: 0, toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

describe('the successor of a connection', () => {
  it("is opened at the end of the first connection's life, and then replaces it", async () => {
    const { client } = connection();
    const connect = vi.fn(async () => client);
    const successor = new Successor(connect, LIFE_MS);
    const openedAt = performance.now();
    vi.advanceTimersByTime(LIFE_MS);
    expect([successor.isDue(openedAt), connect.mock.calls.length]).toEqual([false, 0]);
    vi.advanceTimersByTime(1);
    expect([successor.isDue(openedAt), successor.isDue(openedAt), connect.mock.calls.length]).toEqual([
      false,
      false,
      1,
    ]);
    await settle();
    expect(successor.isDue(openedAt)).toBe(true);
    expect([successor.take(), successor.take()]).toEqual([client, undefined]);
    expect(successor.isDue(performance.now())).toBe(false);
  });

  it('is tried again after a second, and the first connection stays for one more life', async () => {
    const connect = vi.fn(() => Promise.reject(new Error('away')));
    const successor = new Successor(connect, LIFE_MS);
    const openedAt = performance.now();
    vi.advanceTimersByTime(LIFE_MS + 1);
    expect(successor.isDue(openedAt)).toBe(false);
    await settle();
    vi.advanceTimersByTime(1000);
    expect([successor.isDue(openedAt), connect.mock.calls.length]).toEqual([false, 1]);
    vi.advanceTimersByTime(1);
    expect([successor.isDue(openedAt), connect.mock.calls.length]).toEqual([false, 2]);
    await settle();
    vi.advanceTimersByTime(LIFE_MS - 1002);
    expect(successor.isDue(openedAt)).toBe(false);
    await settle();
    vi.advanceTimersByTime(1);
    expect(successor.isDue(openedAt)).toBe(true);
    expect(successor.take()).toBe(undefined);
  });

  it('is not opened twice, even if opening takes long', async () => {
    const connect = vi.fn(() => new Promise<SessionClient>(() => {}));
    const successor = new Successor(connect, LIFE_MS);
    const openedAt = performance.now();
    vi.advanceTimersByTime(LIFE_MS + 1);
    successor.isDue(openedAt);
    vi.advanceTimersByTime(5000);
    successor.isDue(openedAt);
    expect(connect).toHaveBeenCalledTimes(1);
  });

  it('is ended if no follower takes it, even if it opens late', async () => {
    const [ready, late] = [connection(), connection()];
    const first = new Successor(async () => ready.client, LIFE_MS);
    first.isDue(-LIFE_MS - 1);
    await settle();
    expect(ready.end).not.toHaveBeenCalled();
    first.abandon();
    expect(ready.end).toHaveBeenCalledTimes(1);
    const second = new Successor(async () => late.client, LIFE_MS);
    second.isDue(-LIFE_MS - 1);
    second.abandon();
    await settle();
    expect(late.end).toHaveBeenCalledTimes(1);
    expect(second.take()).toBe(undefined);
    new Successor(async () => late.client, LIFE_MS).abandon();
  });
});

describe('a rest', () => {
  it('lasts for its time unless it is ended', async () => {
    vi.useFakeTimers();
    const rest = new Rest();
    rest.end();
    const ended: string[] = [];
    void rest.for(1000).then(() => ended.push('whole'));
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toEqual(['whole']);
    void rest.for(1000).then(() => ended.push('early'));
    rest.end();
    await vi.advanceTimersByTimeAsync(0);
    expect([ended, vi.getTimerCount()]).toEqual([['whole', 'early'], 0]);
  });
});
