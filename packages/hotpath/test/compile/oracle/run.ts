/** Runs cases of the oracle in batches: draws rows once, then a hundred arguments over them. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { type Database, empty, fill } from './data.ts';
import { type Case, type Disagreement, drawCase, oracle, type Verdict } from './oracle.ts';
import { shrink } from './shrink.ts';
import { Tally } from './tally.ts';

const BATCH = 100;

export interface Run {
  readonly cases: number;
  readonly seed: number;
  readonly onBatch?: (done: number) => void;
}

/** @throws {Difference} at the first arguments with different answers, made as small as possible. */
export async function run(database: Database, { cases, seed, onBatch }: Run): Promise<Tally> {
  const tally = new Tally();
  for (let done = 0; done < cases; done += BATCH) {
    await runBatch(database, tally, { seed: seed + done / BATCH, size: Math.min(BATCH, cases - done) });
    onBatch?.(Math.min(cases, done + BATCH));
  }
  return tally;
}

async function runBatch(
  database: Database,
  tally: Tally,
  { seed, size }: { seed: number; size: number },
): Promise<void> {
  await empty(database);
  await fill(database, fc.sample(fc.gen(), { seed, numRuns: 1 })[0]!);
  const check = oracle(database);
  for (const draw of fc.sample(fc.gen(), { seed, numRuns: size })) {
    const given = drawCase(database, draw);
    const verdict = await check(given);
    if (verdict.kind === 'different') throw await smallestDifference(database, check, { given, verdict, seed });
    tally.add(verdict);
  }
}

interface Found {
  readonly given: Case;
  readonly verdict: Disagreement;
  readonly seed: number;
}

async function smallestDifference(
  { dataModel }: Database,
  check: (given: Case) => Promise<Verdict>,
  found: Found,
): Promise<Difference> {
  let { verdict } = found;
  const given = await shrink(dataModel, found.given, async (smaller) => {
    const next = await check(smaller);
    if (next.kind !== 'different' || next.failure !== verdict.failure) return false;
    verdict = next;
    return true;
  });
  return new Difference({ ...found, given, verdict });
}

/** A read with another answer than Prisma's, or with none. */
export class Difference extends Error {
  override readonly name = 'Difference';

  constructor({ given, verdict, seed }: Found) {
    const show = (value: unknown) => inspect(value, { depth: null, breakLength: 120, maxArrayLength: 20 });
    const answers = [`compiled: ${show(verdict.actual)}`, `Prisma:   ${show(verdict.expected)}`];
    super([`Seed ${seed}: ${show(given)}`, verdict.text ?? 'There is no statement.', ...answers].join('\n'));
  }
}
