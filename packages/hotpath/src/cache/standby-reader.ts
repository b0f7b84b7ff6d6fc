/** Reads for fills that a standby may answer. */
import type { ReadResult } from './entry.ts';
import type { Query } from './query.ts';

/** An answer of a standby that contains every known change of its tags. */
export interface ProvedReading {
  readonly reading: ReadResult;
  /** The follower's epoch, from before the read until after it. */
  readonly epoch: string;
}

export type StandbyQuery = Pick<Query, 'source' | 'after' | 'tables'>;

/** Both never reject: without a proved answer they resolve with `undefined`, and the caller reads the primary. */
export interface StandbyReader {
  /** The answer contains every change that the follower, which is current, knows. */
  read(asked: StandbyQuery): Promise<ProvedReading | undefined>;
  /** The answer contains every change that was known when the follower was last current: for a time without a primary. */
  readAsLastKnown(asked: StandbyQuery): Promise<ProvedReading | undefined>;
}
