/** Runs cases of the oracle in batches: data drawn once, then a hundred arguments drawn over it. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { type Database, empty, fill } from './data.ts';
import { type Case, drawCase, oracle, type Verdict } from './oracle.ts';

const BATCH = 100;

/** How often each verdict was given; of refusals, how often each reason. */
export type Tally = Map<string, number>;

export interface Run {
  readonly cases: number;
  readonly seed: number;
  readonly onBatch?: (done: number) => void;
}

/** @throws Difference for the smallest arguments found that are answered differently. */
export async function run(database: Database, { cases, seed, onBatch }: Run): Promise<Tally> {
  const tally: Tally = new Map();
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
  const property = fc.asyncProperty(
    fc.gen().map((draw) => drawCase(database, draw)),
    async (given) => {
      const verdict = await check(given);
      count(tally, verdict);
      if (verdict.kind === 'different') throw new Error('different');
    },
  );
  const result = await fc.check(property, { seed, numRuns: size });
  if (result.failed) throw await differenceIn(result, check, seed);
}

function count(tally: Tally, verdict: Verdict): void {
  const key = 'reason' in verdict ? `${verdict.kind}: ${verdict.reason}` : verdict.kind;
  tally.set(key, (tally.get(key) ?? 0) + 1);
}

async function differenceIn(
  { counterexample, errorInstance }: fc.RunDetails<[Case]>,
  check: (given: Case) => Promise<Verdict>,
  seed: number,
): Promise<Difference> {
  const [given] = counterexample!;
  const verdict = await check(given).catch(() => undefined);
  return new Difference(given, verdict, { seed, cause: errorInstance });
}

/** A read that the compiler answers otherwise than Prisma, or not at all. */
export class Difference extends Error {
  override readonly name = 'Difference';

  constructor(given: Case, verdict: Verdict | undefined, { seed, cause }: { seed: number; cause: unknown }) {
    const show = (value: unknown) => inspect(value, { depth: null, breakLength: 120, maxArrayLength: 20 });
    const parts = [`Seed ${seed}: ${show(given)}`];
    if (verdict?.kind === 'different') {
      parts.push(verdict.text, `compiled: ${show(verdict.actual)}`, `Prisma:   ${show(verdict.expected)}`);
    }
    super(parts.join('\n'), { cause });
  }
}
