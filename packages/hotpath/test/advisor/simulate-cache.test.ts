/** The simulation of a cache over recorded traffic. */
import { hitsOf } from 'hotpath/advisor/cache/simulate-cache';
import { expect, it } from 'vitest';

/** One request a second for ten seconds, for one answer. */
const EVERY_SECOND = Array.from({ length: 10 }, (_, second) => ({ at: second * 1000, key: 'posts' }));

it('counts a hit while the entry is younger than the ttl', () => {
  expect(hitsOf(EVERY_SECOND, { ttlSeconds: 60, changeRate: 0 })).toBe(9);
  expect(hitsOf(EVERY_SECOND, { ttlSeconds: 2, changeRate: 0 })).toBe(5);
  expect(hitsOf(EVERY_SECOND, { ttlSeconds: 1, changeRate: 0 })).toBe(0);
});

it('counts no hit after a change', () => {
  expect(hitsOf(EVERY_SECOND, { ttlSeconds: 60, changeRate: 1 / 5 })).toBe(8);
  expect(hitsOf(EVERY_SECOND, { ttlSeconds: 60, changeRate: 1 })).toBe(0);
});

it('keeps answers apart', () => {
  const asks = EVERY_SECOND.map(({ at }, index) => ({ at, key: `post ${index % 2}` }));
  expect(hitsOf(asks, { ttlSeconds: 60, changeRate: 0 })).toBe(8);
});
