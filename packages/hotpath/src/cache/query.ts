/** What the cache is asked, and what it answers. */
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
  /** The span of the look-up, if the request is traced. */
  readonly span?: Span | undefined;
  /** Room for the reason of a miss, if the request is observed. */
  readonly why?: Why | undefined;
}

/** Reads the database for one query. */
export interface ReadSource {
  load(): Promise<ReadResult>;
}

export interface CacheAnswer {
  readonly entry: Entry;
  readonly tier: Tier;
  readonly outcome: Outcome;
  /**
   * Whether it holds every change that was committed before the request came, in this process or in any other. The cache
   * finds this out only for policies with a `sharedMaxAge`.
   */
  readonly isConfirmed?: boolean;
  /** Of a rescued answer: milliseconds since its time was over, or since its changes were last known. */
  readonly overdueMs?: number;
}

/** What a request gets that waited for the fill of another request: an answer that is stale or rescued stays so. */
export const coalesced = (answer: CacheAnswer): CacheAnswer =>
  answer.outcome === 'stale' || answer.outcome === 'rescued' ? answer : { ...answer, outcome: 'coalesced' };
