/**
 * The freshness check: two instances of the service as processes of their own, a Redis, writers and readers that work
 * for a while, and faults. Every read is compared with the journal of what had been committed when it was sent; and now
 * and then, with the writers at rest, every page with what the database answers.
 */
import { BOUND_MS } from './bounds.ts';
import { injectFaults } from './faults/index.ts';
import { type Ground, type Pauses, prepareGround } from './ground.ts';
import { Journal } from './journal.ts';
import { createRandom } from './random.ts';
import { compare, readOn } from './readers.ts';
import { StandbyReads, type StandbyShare } from './replicas.ts';
import { newTally, type Tally } from './stage.ts';
import { pages } from './world.ts';
import { type Writer, writersOf } from './writers.ts';
import { Writing } from './writing.ts';

export interface CheckOptions {
  /** A migrated database without rows. */
  readonly databaseUrl: string;
  readonly seconds: number;
  readonly seed: number;
  /** Names of faults. */
  readonly faults: readonly string[];
  /** The number of standbys that answer reads; none without it. */
  readonly replicas?: number;
  /** The name of a guard that the instances lack, as the check is to find out. */
  readonly without?: string | undefined;
  /** Whether the first stale read is enough. */
  readonly stopsAtStale?: boolean;
  /** Gets the progress, line by line. */
  readonly log?: (line: string) => void;
}

export interface Outcome extends Omit<Tally, 'looked' | 'history'> {
  readonly writes: number;
  /** From a commit to the latest read, of those that did not know of it, that did not show it. In milliseconds. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly worst: number };
  readonly pauses: Pauses;
  /** The latest errors that the instances have logged. */
  readonly logged: readonly string[];
  /** With standbys: the fills of the cache, and those of them that a standby answered. */
  readonly standbyReads?: StandbyShare;
}

const READERS = 6;
/** Between two times of rest for the writers, on average. */
const ROUND_MS = 4000;

export async function check(options: CheckOptions): Promise<Outcome> {
  const { databaseUrl, seconds, seed, faults, without, replicas = 0, stopsAtStale = false, log = () => {} } = options;
  await using stack = new AsyncDisposableStack();
  const [journal, tally, writing] = [new Journal(BOUND_MS), newTally(), new Writing()];
  const random = createRandom(seed);
  let isOver = false;
  let fault: string | undefined;
  const hasEnough = () => stopsAtStale && tally.stale.length > 0;
  const state = { isOver: () => isOver || hasEnough(), fault: () => fault };
  const ground = await prepareGround({
    stack,
    databaseUrl,
    journal,
    random,
    writing,
    without,
    replicaCount: replicas,
    ...state,
  });
  const standbyReads = new StandbyReads();
  const stage = { ground, pages: pages(), tally };
  const progress = () => `${tally.reads} reads, ${journal.writes.length} writes, ${wrongIn(tally)}`;
  const onFault = (name: string) => {
    tally.faults += 1;
    fault = name;
    log(`${name}: ${progress()}`);
  };
  const endAt = performance.now() + 1000 * seconds;
  const mayGoOn = () => performance.now() < endAt && !hasEnough();
  const working = [
    ...Array.from({ length: READERS }, () => readOn(stage)),
    ...writersOf(stage).map((writer) => writeOn(writer, ground, mayGoOn)),
  ];
  const faulting = injectFaults(stage, faults, onFault);
  while (mayGoOn()) {
    await random.pause(Math.min(stopsAtStale ? ROUND_MS / 2 : 2 * ROUND_MS, endAt - performance.now()));
    if (!hasEnough()) await writing.hold(() => compare(stage));
    if (replicas > 0) await standbyReads.note(ground.instances, ground.ask);
    log(progress());
  }
  isOver = true;
  await Promise.all([...working, faulting]);
  return { ...outcomeOf(stage), ...(replicas > 0 && { standbyReads: standbyReads.share }) };
}

export const wrongIn = ({ stale, backward, failures }: Pick<Tally, 'stale' | 'backward' | 'failures'>): string =>
  `${stale.length} stale, ${backward.length} backward, ${failures.length} failed`;

async function writeOn(writer: Writer, { random, writing }: Ground, mayGoOn: () => boolean): Promise<void> {
  while (mayGoOn()) {
    await writing.run(() => writer.write());
    await random.pause(writer.pauseMs);
  }
}

function outcomeOf({ ground, tally: { looked, history: _, ...tally } }: { ground: Ground; tally: Tally }): Outcome {
  const { writes } = ground.journal;
  const delays = looked.map(({ unseenMs }) => unseenMs).sort((one, other) => one - other);
  const at = (part: number) => delays[Math.min(delays.length - 1, Math.floor(part * delays.length))] ?? 0;
  const worst = Math.max(0, ...writes.map(({ unseenMs }) => unseenMs));
  const logged = ground.instances.flatMap(({ errors }, index) => errors.map((error) => `instance ${index}: ${error}`));
  const delay = { p50: at(0.5), p99: at(0.99), worst };
  return { ...tally, writes: writes.length, delay, pauses: ground.pauses, logged };
}
