/**
 * A race: contenders take turns on the same machine, round by round, so that what disturbs the machine disturbs them
 * all; each round begins with the next of them. The first turn of each warms it up and is thrown away.
 *
 * Numbers are compared within a round and then the median of the rounds is taken: a ratio holds on a busy machine
 * where a rate does not.
 */
import { cpuOfFamily } from './cpu.ts';
import type { Rates } from './document.ts';

export interface Racer {
  readonly name: string;
  /** Works for about so long. */
  run(seconds: number): Promise<Turn>;
}

/** The work of a contender in its turn. */
export interface Turn {
  readonly operations: number;
  readonly seconds: number;
  /** Operations of the whole turn, where some of them were not timed: PostgreSQL's CPU time is theirs. */
  readonly allOperations?: number;
  /** CPU time of the Node.js process that answered, in microseconds. */
  readonly nodeCpu?: number | undefined;
  /** CPU time of PostgreSQL, in microseconds. */
  readonly postgresCpu?: number | undefined;
  /** In milliseconds. */
  readonly p95?: number;
}

export interface RaceOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** 0: no contender warms up. */
  readonly warmUpSeconds: number;
  /** The process whose family is PostgreSQL. */
  readonly postmaster: number | undefined;
  readonly log: (line: string) => void;
}

/** The turns of each contender, a round each, in the order of the contenders. */
export type Turns = ReadonlyMap<string, readonly Turn[]>;

export async function race(racers: readonly Racer[], options: RaceOptions): Promise<Turns> {
  const { rounds, seconds, warmUpSeconds, log } = options;
  const turns = new Map<string, Turn[]>(racers.map(({ name }) => [name, []]));
  for (const racer of warmUpSeconds > 0 ? racers : []) await racer.run(warmUpSeconds);
  for (let round = 1; round <= rounds; round += 1) {
    const first = round % racers.length;
    const order = [...racers.slice(first), ...racers.slice(0, first)];
    for (const racer of order) turns.get(racer.name)!.push(await turn(racer, seconds, options.postmaster));
    const rates = racers.map(({ name }) => `${name} ${Math.round(rate(turns.get(name)!.at(-1)!))}`);
    log(`Round ${round} of ${rounds}, a second: ${rates.join(', ')}`);
  }
  return turns;
}

async function turn(racer: Racer, seconds: number, postmaster: number | undefined): Promise<Turn> {
  const before = postmaster && cpuOfFamily(postmaster);
  const done = await racer.run(seconds);
  const after = postmaster && cpuOfFamily(postmaster);
  return before === undefined || after === undefined ? done : { ...done, postgresCpu: after - before };
}

export const rate = ({ operations, seconds }: Turn): number => operations / seconds;

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
}

/** How far the rounds lie from each other: half of the way from the least to the most, as a part of the median. */
export function spread(numbers: readonly number[]): number {
  return (Math.max(...numbers) - Math.min(...numbers)) / 2 / median(numbers);
}

/** Rounds further apart than this are said to be. */
const WIDE = 0.1;

/** Warnings for the reader of the numbers: the contenders whose rounds lie too far from each other. */
export function wideRounds(rounds: Iterable<readonly [name: string, turns: readonly Turn[]]>): string[] {
  const wide = [...rounds].filter(([, turns]) => spread(turns.map(rate)) > WIDE).map(([name]) => name);
  if (wide.length === 0) return [];
  return [`Rounds lie more than ${WIDE * 100}% apart, so something else used the machine: ${wide.join(', ')}.`];
}

/** How often as much one contender did as the other: the median over the rounds. */
export function ratio(turns: Turns, name: string, other: string): number | undefined {
  const others = turns.get(other);
  return others && median(turns.get(name)!.map((turn, round) => rate(turn) / rate(others[round]!)));
}

/** An amount of each turn, an operation; undefined where it is not known. */
export function perOperation(turns: readonly Turn[], amount: 'nodeCpu' | 'postgresCpu'): number | undefined {
  const known = turns.flatMap((turn) => {
    const { operations, allOperations = operations } = turn;
    const used = turn[amount];
    return used === undefined ? [] : [used / (amount === 'postgresCpu' ? allOperations : operations)];
  });
  return known.length > 0 ? median(known) : undefined;
}

/** The figures of a race, for the document. @param limit the contender that is the limit of the others. */
export function ratesOf(turns: Turns, limit?: string): Rates {
  return Object.fromEntries(
    [...turns].map(([name, each]) => [
      name,
      {
        rate: median(each.map(rate)),
        spread: spread(each.map(rate)),
        p95Ms: each[0]?.p95 === undefined ? undefined : median(each.map(({ p95 }) => p95!)),
        nodeCpuUs: perOperation(each, 'nodeCpu'),
        postgresCpuUs: perOperation(each, 'postgresCpu'),
        ofLimit: limit === undefined ? undefined : ratio(turns, name, limit),
      },
    ]),
  );
}
