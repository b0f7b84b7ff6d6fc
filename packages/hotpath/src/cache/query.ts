/** A query to the cache, and its answer. */
import type { Execute } from '../compile/execute.ts';
import type { Span } from '../telemetry/span.ts';
import type { Entry, ReadResult } from './entry.ts';
import type { Why } from './observed-cache.ts';
import type { CachePolicy } from './policy.ts';
import type { Outcome, Tier } from './stats.ts';

export interface Query {
  readonly key: string;
  readonly policy: CachePolicy;
  /** Every table whose change can change the answer. */
  readonly tables: readonly string[];
  readonly source: ReadSource;
  /**
   * The entry that memory had, if it may not be served any more. An answer of a standby must include its snapshot, so that
   * a process shows no older state after a newer one.
   */
  readonly after?: Entry | undefined;
  /** The span of the look-up, if the request is traced. */
  readonly span?: Span | undefined;
  /** Room for the reason of a miss, if the request is observed. */
  readonly why?: Why | undefined;
}

/** Reads the database for one query. */
export interface ReadSource {
  load(): Promise<ReadResult>;
  /** Takes back the count of the latest `load`: its answer is not used, and the same read follows. */
  setAside?(): void;
  /** Reads a standby; a source without it reads the primary alone. */
  loadFrom?(standby: Execute): Promise<ReadResult>;
}

export interface CacheAnswer {
  readonly entry: Entry;
  /** The body as text, of an answer that was just read from the database. */
  readonly body?: string;
  readonly tier: Tier;
  readonly outcome: Outcome;
  /**
   * Whether it contains every change that was committed before the request came, in this process or in any other. The
   * cache determines this only for policies with a `sharedMaxAge`.
   */
  readonly isConfirmed?: boolean;
  /** For a rescued answer: milliseconds since its ttl ended, or since its changes were last known. */
  readonly overdueMs?: number;
}

/** The answer for a request that joined the fill of another request: a stale or rescued answer keeps its outcome. */
export const coalesced = (answer: CacheAnswer): CacheAnswer =>
  answer.outcome === 'stale' || answer.outcome === 'rescued' ? answer : { ...answer, outcome: 'coalesced' };
