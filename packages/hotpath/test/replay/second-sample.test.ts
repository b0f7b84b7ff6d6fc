import { SecondSample } from 'hotpath/replay/second-sample';
import { expect, it } from 'vitest';

it('gives each item of a second the same chance', () => {
  let state = 7;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const sample = new SecondSample<number>(10, random);
  const times = new Array<number>(100).fill(0);
  const rounds = 2000;
  for (let second = 0; second < rounds; second += 1) {
    for (let item = 0; item < 100; item += 1) {
      for (const taken of sample.add(item, second * 1000 + item)) times[taken]! += 1;
    }
  }
  for (const taken of sample.take()) times[taken]! += 1;
  expect(times.reduce((sum, each) => sum + each, 0)).toBe(rounds * 10);
  expect(sample.leftOut).toBe(rounds * 90);
  // 200 each, with a standard deviation of 13.4.
  expect([Math.min(...times) > 130, Math.max(...times) < 270]).toEqual([true, true]);
});
