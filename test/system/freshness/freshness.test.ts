/** A short run of the check, for the long ones see `npm run check:freshness -- --help`. */
import { expect, it } from 'vitest';
import { scratchDatabase } from '../../support/database.ts';
import { check } from './check.ts';
import { GUARDS } from './guards.ts';
import { openOwnDatabase } from './own-database.ts';
import { complaints } from './report.ts';

/** Those that are over within a second or two. */
const QUICK = [
  'redis-flush',
  'redis-stop',
  'follower-cut',
  'link-slow',
  'instance-stop',
  'trim',
  'purge',
  'ddl',
  'virtual',
  'collations',
  'partitions',
];
const seed = Math.floor(Math.random() * 2 ** 31);

/** On a busy machine Redis may be too slow for the whole run. Then the shared cache keeps nothing, and a run proves too little. */
const isTooShort = (complaint: string) => complaint.includes('The shared cache kept nothing');

it(`shows no outdated answer, whatever fails (seed ${seed})`, { retry: 0, timeout: 240_000 }, async () => {
  const run = async (seconds: number) => check({ databaseUrl: await scratchDatabase(), seconds, seed, faults: QUICK });
  let outcome = await run(10);
  const failed = complaints(outcome, QUICK).filter((complaint) => complaint.startsWith('Failed'));
  if (failed.length > 0 && failed.every(isTooShort)) outcome = await run(40);
  expect(complaints(outcome, QUICK)).toEqual([]);
  expect(outcome.writes).toBeGreaterThan(10);
  expect(outcome.faults).toBeGreaterThan(0);
  expect(outcome.compared).toBeGreaterThan(10);
  expect(outcome.hits).toBeGreaterThan(outcome.reads / 4);
});

/** By their faults the others take longer; `--without` runs each. */
const QUICKLY_MISSED = [
  'changes',
  'floor',
  'confirmation',
  'no-cache',
  'virtual',
  'view-columns',
  'collations',
  'columns',
  'catalog',
  'partitions',
  'partition-catalog',
];

it.each(QUICKLY_MISSED)(
  `finds stale answers where the guard "%s" is missing (seed ${seed})`,
  async (without) => {
    const { fault } = GUARDS[without]!;
    const options = { seconds: 60, seed, faults: fault === undefined ? [] : [fault], without, stopsAtStale: true };
    const { stale } = await check({ databaseUrl: await scratchDatabase(), ...options });
    expect(stale.length).toBeGreaterThan(0);
  },
  180_000,
);

it.each(['epoch', 'life'])(
  `finds commits that a failover has lost where the guard "%s" is missing (seed ${seed})`,
  async (without) => {
    await using stack = new AsyncDisposableStack();
    const { fault, replicas = 0 } = GUARDS[without]!;
    const databaseUrl = await openOwnDatabase(stack, { hasStandbys: true });
    const options = { databaseUrl, seconds: 60, seed, faults: [fault!], replicas, without, stopsAtStale: true };
    const { stale, lost } = await check(options);
    expect(lost).toBeGreaterThan(0);
    expect(stale.length).toBeGreaterThan(0);
  },
  180_000,
);
