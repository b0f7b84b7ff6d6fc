/** A short run of the check, for the long ones see `npm run check:freshness -- --help`. */
import { expect, it } from 'vitest';
import { scratchDatabase } from '../../support/database.ts';
import { check } from './check.ts';
import { FAULT_NAMES } from './faults/index.ts';

const seed = Math.floor(Math.random() * 2 ** 31);

it(`shows nobody what has been outdated, whatever fails (seed ${seed})`, async () => {
  const outcome = await check({ databaseUrl: await scratchDatabase(), seconds: 5, seed, faults: FAULT_NAMES });
  expect(outcome).toMatchObject({ stale: [], failures: [] });
  expect(outcome.writes).toBeGreaterThan(10);
  expect(outcome.faults).toBeGreaterThan(0);
  expect(outcome.compared).toBeGreaterThan(10);
  expect(outcome.hits).toBeGreaterThan(outcome.reads / 2);
}, 120_000);

it(`finds it out where a follower misses changes (seed ${seed})`, async () => {
  const options = { seconds: 60, seed, faults: [], isBroken: true, stopsAtStale: true };
  const { stale } = await check({ databaseUrl: await scratchDatabase(), ...options });
  expect(stale.length).toBeGreaterThan(0);
}, 120_000);
