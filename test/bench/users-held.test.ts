import { expect, it } from 'vitest';
import { usersHeld } from '../../bench/sections/before-after/users-held.ts';

const SEARCH = { first: 64, factor: 2, most: 8192, near: 0.1 };

/** A server that can serve this number of users. */
function server(limit: number) {
  const tried: number[] = [];
  const holds = async (users: number) => {
    tried.push(users);
    return users <= limit;
  };
  return { tried, holds };
}

it.each([0, 1, 5, 63, 64, 100, 1000, 5000, 8192])(
  'the search finds the %i users that a server can serve',
  async (limit) => {
    const { holds } = server(limit);
    const held = await usersHeld(holds, SEARCH);
    expect(held).toBeLessThanOrEqual(limit);
    expect(held).toBeGreaterThanOrEqual(Math.min(limit - 1, limit / 1.1));
  },
);

it('the search tries no more users than the maximum, and each number once', async () => {
  const { holds, tried } = server(1_000_000);
  expect(await usersHeld(holds, SEARCH)).toBe(8192);
  expect(Math.max(...tried)).toBe(8192);
  expect(new Set(tried).size).toBe(tried.length);
});
