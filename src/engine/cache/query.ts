/** What the cache is asked, and what it answers. */
import type { Span } from '../telemetry/span.ts';
import type { Entry, Reading } from './entry.ts';
import type { CachePolicy } from './policy.ts';
import type { Outcome, Tier } from './stats.ts';

export interface Query {
  readonly key: string;
  readonly policy: CachePolicy;
  /** Every table whose change can change the answer. */
  readonly tables: readonly string[];
  /** Reads the database. */
  load(): Promise<Reading>;
  /** The look-up in its trace, if it is traced. */
  readonly look?: Span | undefined;
}

export interface Answer {
  readonly entry: Entry;
  readonly tier: Tier;
  readonly outcome: Outcome;
}
