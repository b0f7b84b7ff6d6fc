/** Reads for fills that a standby may answer. */
import type { ReadResult } from './entry.ts';
import type { ReadSource } from './query.ts';

/** An answer of a standby that contains every known change of its tags. */
export interface ProvedReading {
  readonly reading: ReadResult;
  /** The follower's epoch, from before the read until after it. */
  readonly epoch: string;
}

/** Both never reject: without a proved answer they resolve with `undefined`, and the primary is to be asked. */
export interface StandbyReader {
  /** The answer contains every change that the follower, which is current, knows. */
  read(source: ReadSource): Promise<ProvedReading | undefined>;
  /** The answer contains every change that was known when the follower was last current: for a time without a primary. */
  readAsLastKnown(source: ReadSource): Promise<ProvedReading | undefined>;
}
