import { type TappedRequest, TrafficTap } from 'hotpath/replay/traffic-tap';
import { afterEach, describe, expect, it, vi } from 'vitest';

const request = (path: string): Omit<TappedRequest, 'id' | 'keptBytes'> => ({
  ...{ at: Date.now(), path, route: path, viewer: undefined, headers: {} },
  ...{ status: 200, ms: 1, statements: 1, leftOut: undefined },
});
const paths = (requests: readonly TappedRequest[]) => requests.map(({ path }) => path);

afterEach(() => vi.useRealTimers());

describe('a tap', () => {
  it('gives each request once, the oldest first, in replies of a bounded length', () => {
    const tap = new TrafficTap();
    const opened = tap.poll(undefined, ['accept']);
    expect([opened.requests, tap.isOpen, tap.headers]).toEqual([[], true, ['accept']]);
    for (let n = 0; n < 2500; n += 1) tap.add(request(`/${n}`));
    const first = tap.poll(opened.next, []);
    const second = tap.poll(first.next, []);
    expect([first.requests.length, first.hasMore, second.requests.length, second.hasMore]).toEqual([
      ...[2000, true, 500, false],
    ]);
    expect(paths([...first.requests, ...second.requests])).toEqual(Array.from({ length: 2500 }, (_, n) => `/${n}`));
    expect(tap.poll(second.next, []).requests).toEqual([]);
    tap.close();
  });

  it('names the requests that its bounds have lost', () => {
    const tap = new TrafficTap();
    const { next } = tap.poll(undefined, []);
    for (let n = 0; n < 20_010; n += 1) tap.add(request(`/${n}`));
    const traffic = tap.poll(next, []);
    expect([traffic.lost, traffic.requests[0]?.path]).toEqual([10, '/10']);
    tap.close();
  });

  it('closes 10 seconds after the last poll, and keeps nothing', () => {
    vi.useFakeTimers();
    const tap = new TrafficTap();
    tap.poll(undefined, ['accept']);
    vi.advanceTimersByTime(9000);
    const { next } = tap.poll(0, []);
    tap.add(request('/kept'));
    vi.advanceTimersByTime(9000);
    expect(tap.isOpen).toBe(true);
    vi.advanceTimersByTime(2000);
    expect([tap.isOpen, tap.headers]).toEqual([false, []]);
    expect(tap.poll(next, []).requests).toEqual([]);
    tap.close();
  });
});
