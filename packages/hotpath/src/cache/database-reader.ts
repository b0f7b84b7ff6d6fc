/**
 * The reader: how the cache reads the database. It stamps each entry with the epoch that was known before the read. If
 * the connection turns out to lead to another server than the one that the follower follows, the reader reads again.
 */
import type { Follower } from '../freshness/follower.ts';
import { isOfStandby } from '../freshness/snapshot.ts';
import { type Entry, entryOf, type ReadResult } from './entry.ts';
import { FillLimit, type FillLimitOptions } from './fill-limit.ts';
import { timesFor } from './policy.ts';
import type { Query } from './query.ts';

/** How long a read may wait for the follower to catch up, in milliseconds. */
export const CATCH_UP_MS = 50;

/** The epoch of an entry from another server than the one that the follower follows. Such an entry is never fresh. */
const NO_EPOCH = '';

export class DatabaseReader {
  readonly limit: FillLimit;
  readonly #follower: Follower;

  constructor(follower: Follower, limit: FillLimitOptions) {
    this.#follower = follower;
    this.limit = new FillLimit(limit);
  }

  /** @throws the error of the query's source. */
  async read({ source, policy }: Query): Promise<Entry> {
    let { epoch } = this.#follower;
    let reading = await this.limit.run(() => source.load());
    if (this.#isInDoubt(reading) && !(await this.#follower.doubt(reading.incarnation, CATCH_UP_MS))) {
      // The pool has replaced the connection by now. The old one led to a server that the address no longer leads to.
      epoch = this.#follower.epoch;
      reading = await this.limit.run(() => source.load());
    }
    const times = timesFor(policy, reading.status, Math.random());
    return entryOf(reading, { ...times, epoch: this.#isElsewhere(reading) ? NO_EPOCH : epoch, readAt: Date.now() });
  }

  /**
   * The follower cannot follow a standby, so a read on a standby does not show whether the follower follows the right
   * server.
   */
  #isInDoubt(reading: ReadResult): boolean {
    return this.#isElsewhere(reading) && !isOfStandby(reading.snapshot);
  }

  /** Before the follower's first reading the cache keeps no entry. */
  #isElsewhere({ incarnation }: ReadResult): boolean {
    return this.#follower.incarnation !== '' && this.#follower.incarnation !== incarnation;
  }
}
