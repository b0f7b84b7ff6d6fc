/**
 * The freshness check: two instances of the service as processes of their own, a Redis, writers and readers who do as
 * they please for a while, and faults. Every read is held against the journal of what had been committed when it was
 * sent; and now and then, with the writers at rest, every page against what the database answers.
 */
import { FAULTS, injectFaults } from './faults.ts';
import { type Ground, prepareGround } from './ground.ts';
import { Journal } from './journal.ts';
import { createRandom } from './random.ts';
import { compare, newTally, readOn, type Tally } from './readers.ts';
import { pages as allPages } from './world.ts';
import { type Writer, writersOf } from './writers.ts';

export interface CheckOptions {
  /** A migrated database without rows. */
  readonly databaseUrl: string;
  readonly seconds: number;
  readonly seed: number;
  /** Names of faults. */
  readonly faults: readonly string[];
  /** Whether the instances' followers miss changes, as the check is to find out. */
  readonly isBroken?: boolean;
  /** Whether the first stale read is enough. */
  readonly stopsAtStale?: boolean;
  /** Told of progress, a line each. */
  readonly log?: (line: string) => void;
}

export interface Outcome extends Pick<Tally, 'reads' | 'hits' | 'faults' | 'compared' | 'stale' | 'failures'> {
  readonly writes: number;
  /** From a commit to the latest read, by who did not know of it, that did not show it. In milliseconds. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly worst: number };
}

export const FAULT_NAMES = Object.keys(FAULTS);

/** What the service promises who does not bring a token: `FRESHNESS_BOUND_MS`. */
const LATE_MS = 1000;
const READERS = 6;
/** Between two times of rest for the writers. */
const ROUND_MS = 4000;

export async function check(options: CheckOptions): Promise<Outcome> {
  const { databaseUrl, seconds, seed, faults, isBroken = false, stopsAtStale = false, log = () => {} } = options;
  await using stack = new AsyncDisposableStack();
  const random = createRandom(seed);
  const journal = new Journal(LATE_MS);
  const tally = newTally();
  let isOver = false;
  const ground = await prepareGround({ stack, databaseUrl, journal, random, isBroken, isOver: () => isOver });
  const pages = allPages();
  const stage = { ground, pages, tally };
  const readers = Array.from({ length: READERS }, () => readOn(stage, pages));
  const onFault = (name: string) => {
    tally.faults += 1;
    log(`${name}: ${tally.reads} reads, ${journal.writes.length} writes, ${tally.stale.length} stale`);
  };
  const faulting = injectFaults(ground, faults, onFault);
  const writers = writersOf(stage);
  const endAt = performance.now() + 1000 * seconds;
  const isEnough = () => stopsAtStale && tally.stale.length > 0;
  while (performance.now() < endAt && !isEnough()) {
    const restAt = Math.min(endAt, performance.now() + (stopsAtStale ? ROUND_MS / 4 : ROUND_MS));
    await Promise.all(writers.map((writer) => writeUntil(writer, ground, restAt)));
    await compare(stage, pages);
    log(`${tally.reads} reads, ${journal.writes.length} writes, ${tally.stale.length} stale`);
  }
  isOver = true;
  await Promise.all([...readers, faulting]);
  return outcomeOf(tally, journal);
}

async function writeUntil(writer: Writer, { random }: Ground, restAt: number): Promise<void> {
  while (performance.now() < restAt) {
    await writer.write();
    await random.pause(writer.pauseMs);
  }
}

function outcomeOf({ looked, ...tally }: Tally, { writes }: Journal): Outcome {
  const delays = looked.map(({ unseenMs }) => unseenMs).sort((one, other) => one - other);
  const at = (part: number) => delays[Math.min(delays.length - 1, Math.floor(part * delays.length))] ?? 0;
  const worst = Math.max(0, ...writes.map(({ unseenMs }) => unseenMs));
  return { ...tally, writes: writes.length, delay: { p50: at(0.5), p99: at(0.99), worst } };
}
