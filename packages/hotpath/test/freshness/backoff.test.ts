/** Pauses between tries. */
import { Backoff } from 'hotpath/freshness/backoff';
import { expect, it } from 'vitest';

it('tries at once, then waits twice as long each time up to its limit, and begins again after a success', () => {
  const backoff = new Backoff(10, 50);
  expect(Array.from({ length: 6 }, () => backoff.next())).toEqual([0, 10, 20, 40, 50, 50]);
  backoff.reset();
  expect([backoff.next(), backoff.next()]).toEqual([0, 10]);
});
