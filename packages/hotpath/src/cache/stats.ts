/** The counts of the cache since the start of the process, as plain numbers; the metrics publish them. */

/** The source of an answer. */
export type Tier = 'l1' | 'l2' | 'database';

/**
 * How the cache found an answer. `stale`: past its ttl, while the cache refreshes it. `coalesced`: by waiting for the
 * fill of another request. `rescued`: sent because no database server answers. `bypass`: without the cache.
 */
export type Outcome = 'hit' | 'stale' | 'rescued' | 'miss' | 'coalesced' | 'bypass';

export interface CacheStats {
  readonly answers: Readonly<Record<Tier, Readonly<Record<Outcome, number>>>>;
  /** Requests for cached routes, by whether the viewer's share is on the cache. */
  readonly cohorts: { readonly on: number; readonly off: number };
  readonly events: {
    /** Entries found in a tier although a committed change had outdated them. */
    readonly outdated: number;
    /** Entries kept. */
    readonly stored: number;
    /** Refreshes in the background that failed. */
    readonly failedRefreshes: number;
  };
  readonly entries: number;
  readonly bytes: number;
  /** Entries evicted from memory. */
  readonly evictions: number;
  /** Fills under way, fills that read the database, and fills that wait for that. */
  readonly fills: { readonly underway: number; readonly running: number; readonly waiting: number };
  /** `none` without Redis. */
  readonly breaker: 'closed' | 'open' | 'probing' | 'none';
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends object ? Mutable<T[K]> : T[K] };

/** The counters; `CacheStats` computes its other members on request. */
export type Counters = Mutable<Pick<CacheStats, 'answers' | 'cohorts' | 'events'>>;

export type CacheEvents = Counters['events'];

const outcomes = () => ({ hit: 0, stale: 0, rescued: 0, miss: 0, coalesced: 0, bypass: 0 });

export const createCounters = (): Counters => ({
  answers: { l1: outcomes(), l2: outcomes(), database: outcomes() },
  cohorts: { on: 0, off: 0 },
  events: { outdated: 0, stored: 0, failedRefreshes: 0 },
});

export function count<K extends string>(counters: Record<K, number>, name: K): void {
  counters[name] += 1;
}
