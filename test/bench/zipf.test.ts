import { expect, it } from 'vitest';
import { zipf } from '../../bench/support/zipf.ts';

const THINGS = Array.from({ length: 100 }, (_, index) => index);

it("Zipf's law draws the item at place p with a weight of 1/p", () => {
  const draws = zipf(THINGS, { seed: 7, count: 100_000 });
  const times = (thing: number) => draws.filter((each) => each === thing).length;
  expect(times(0) / times(1)).toBeCloseTo(2, 0);
  expect(times(0) / times(9)).toBeGreaterThan(8);
  expect(times(0) / times(9)).toBeLessThan(12);
  expect(times(99)).toBeGreaterThan(0);
});

it("Zipf's law draws the same items for the same seed", () => {
  const draws = (seed: number) => zipf(THINGS, { seed, count: 50 });
  expect(draws(7)).toEqual(draws(7));
  expect(draws(7)).not.toEqual(draws(8));
});
