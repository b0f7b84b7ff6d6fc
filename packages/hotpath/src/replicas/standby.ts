/**
 * One standby: its pool, what its watch says of it, and the counts of what was read on it.
 *
 * It is used once a probe has found that it has replayed the life and the catalog of the follower's epoch. At that moment its
 * pool replaces the older connections: what was prepared on them may be prepared for the columns of before.
 */
import type { PoolOrUrl } from '../budget/reading-pool.ts';
import { LinkedList } from '../collections/linked-list.ts';
import { type Execute, executeOn } from '../compile/execute.ts';
import { lifeOn } from '../compile/sql/read-at.ts';
import type { Follower } from '../freshness/follower.ts';
import { isOfStandby } from '../freshness/snapshot.ts';
import { type ShownState, stampOf, standbyFault } from '../freshness/standby-proof.ts';
import { connectionOf } from '../session/connection.ts';
import { PositionHistory } from './position-history.ts';
import { openStandbyPool, type StandbyPool } from './standby-pool.ts';
import { type StandbyProbe, StandbyWatch } from './standby-watch.ts';

/**
 * The outcome of a read on a standby. `proved`: the library used its answer. After the others it read the primary: `behind`
 * and `elsewhere` as in `StandbyFault`; `unfollowed` if the follower was not current; `failed` after an error, or without an
 * answer in time.
 */
export type StandbyOutcome = 'proved' | 'behind' | 'elsewhere' | 'unfollowed' | 'failed';

/** `elsewhere`: it replays another life than that of the follower, or was promoted. */
export type StandbyState = 'ready' | 'elsewhere' | 'behind' | 'away';

export interface StandbyOptions {
  readonly server: PoolOrUrl;
  readonly follower: Follower;
  readonly onState?: ((standby: Standby, error?: unknown) => void) | undefined;
}

/** A standby that lags more than this is not read, in milliseconds. */
const LONGEST_DELAY_MS = 10_000;

export class Standby {
  /** Its host and port. */
  readonly name: string;
  readonly reads: Record<StandbyOutcome, number> = { proved: 0, behind: 0, elsewhere: 0, unfollowed: 0, failed: 0 };
  readonly #options: StandbyOptions;
  readonly #pool: StandbyPool;
  readonly #execute: Execute;
  readonly #watch: StandbyWatch;
  readonly #history = new PositionHistory();
  #state: StandbyState = 'away';
  /** The follower's epoch for which it was found ready. */
  #epoch = '';
  #missedSince: number | undefined;
  #shown: ShownState | undefined;
  /** How to end each read that it has in hand. */
  readonly #reading = new LinkedList<(error: Error) => void>();

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#pool = openStandbyPool(options.server, () => this.doubt());
    const { pool } = this.#pool;
    this.#execute = executeOn(pool);
    this.name = nameOf(options.server);
    this.#watch = new StandbyWatch({
      connection: connectionOf(pool),
      onProbe: (probe) => this.#found(probe),
      onAway: (error) => this.#lost(error),
    });
  }

  get state(): StandbyState {
    return this.#state;
  }

  get isUsable(): boolean {
    return this.#state === 'ready' && this.#epoch === this.#options.follower.epoch && this.delayMs < LONGEST_DELAY_MS;
  }

  /** How far it is behind the follower, as the latest probe found. */
  get delayMs(): number {
    return this.#missedSince === undefined ? 0 : performance.now() - this.#missedSince;
  }

  /** The state that every statement sent to it from now on shows, as the latest probe found. */
  get shown(): ShownState | undefined {
    return this.#shown;
  }

  /** The reads that it has in hand. */
  get busy(): number {
    return this.#reading.size;
  }

  /** Reads on it. @throws the error of the work, and an error as soon as the standby is found to be away. */
  async run<T>(work: (execute: Execute) => Promise<T>): Promise<T> {
    this.#watch.touch();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const reading = this.#reading.add(reject);
    try {
      work(this.#execute).then(resolve, reject);
      return await promise;
    } finally {
      this.#reading.remove(reading);
    }
  }

  /** Resolves when a probe that is sent from now on has found what it shows, or that it is away. */
  probe(): Promise<void> {
    return this.#watch.probe();
  }

  /** Probes it at once, after a read on it has failed. */
  doubt(): void {
    if (this.#state !== 'away') this.#watch.wake();
  }

  async close(): Promise<void> {
    await this.#watch.close();
    await this.#pool.pool.end();
  }

  #found({ snapshot, incarnation, replayed }: StandbyProbe): void {
    const { follower } = this.#options;
    const { epoch, life } = follower;
    this.#history.note(follower, performance.now());
    this.#missedSince = this.#history.missedSince(BigInt(replayed));
    const isOfLife = life !== '' && lifeOn(incarnation) === life && !isOfStandby(snapshot);
    const known = isOfLife ? this.#history.shownBy(BigInt(replayed)) : undefined;
    this.#shown = known && { snapshot: known, incarnation };
    const reading = { snapshot: stampOf({ snapshot, incarnation }, this.#shown), incarnation, tags: [] };
    const fault = standbyFault(follower, reading, epoch);
    if (fault === undefined && this.#epoch !== epoch) {
      this.#pool.pool.replaceOlderThan(performance.now());
      this.#epoch = epoch;
    }
    this.#enter(fault ?? 'ready');
  }

  #lost(error: unknown): void {
    this.#shown = undefined;
    this.#enter('away', error);
    this.#pool.breakOff();
    for (const end of this.#reading.all()) end(new StandbyAwayError(this.name));
  }

  #enter(state: StandbyState, error?: unknown): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState?.(this, error);
  }
}

/** A read that a standby did not answer: it is away. */
class StandbyAwayError extends Error {
  override readonly name = 'StandbyAwayError';

  constructor(standby: string) {
    super(`The standby ${standby} does not answer.`);
  }
}

function nameOf(server: PoolOrUrl): string {
  if (typeof server !== 'string') {
    const { host = 'localhost', port = 5432, connectionString } = server.options as ServerOptions;
    return connectionString === undefined ? `${host}:${port}` : nameOf(connectionString);
  }
  const url = URL.parse(server);
  return url ? `${url.hostname}:${url.port || 5432}` : 'standby';
}

interface ServerOptions {
  readonly host?: string;
  readonly port?: number;
  readonly connectionString?: string;
}
