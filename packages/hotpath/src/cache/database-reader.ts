/**
 * The reader: how the cache reads the database. It stamps each entry with the epoch that was known before the read. If
 * the connection turns out to lead to another server than the one that the follower follows, the reader reads again.
 *
 * A standby may answer a fill. Its answer is kept like one of the primary, stamped with the transactions that the standby
 * certainly sees.
 */
import type { Follower } from '../freshness/follower.ts';
import { isOfStandby } from '../freshness/snapshot.ts';
import { type Entry, entryOf, type ReadResult } from './entry.ts';
import { FillLimit, type FillLimitOptions } from './fill-limit.ts';
import { type CachePolicy, timesFor } from './policy.ts';
import type { Query } from './query.ts';
import type { ProvedReading, StandbyReader } from './standby-reader.ts';

/** How long a read may wait for the follower to catch up, in milliseconds. */
export const CATCH_UP_MS = 50;

export interface DatabaseReaderParts {
  readonly follower: Follower;
  readonly fills: FillLimitOptions;
  /** Without it every read asks the primary. */
  readonly standbys?: StandbyReader | undefined;
}

/** An answer of the database: the entry for the tiers, and its body as text, which leaves in one write with its head. */
export interface DatabaseAnswer {
  readonly entry: Entry;
  readonly body: string;
}

interface Circumstances {
  readonly policy: CachePolicy;
  readonly epoch: string;
  readonly isKept?: boolean;
}

function answerOf(reading: ReadResult, { policy, epoch, isKept = true }: Circumstances): DatabaseAnswer {
  const times = timesFor(policy, reading.status, Math.random());
  return { entry: entryOf(reading, { ...times, epoch, readAt: Date.now() }, isKept), body: reading.body };
}

const answerOfProved = ({ reading, epoch }: ProvedReading, { policy }: Query): DatabaseAnswer =>
  answerOf(reading, { policy, epoch });

/** The epoch of an entry from another server than the one that the follower follows. Such an entry is never fresh. */
const NO_EPOCH = '';

export class DatabaseReader {
  readonly limit: FillLimit;
  readonly #follower: Follower;
  readonly #standbys: StandbyReader | undefined;

  constructor({ follower, fills, standbys }: DatabaseReaderParts) {
    this.#follower = follower;
    this.#standbys = standbys;
    this.limit = new FillLimit(fills);
  }

  /** The query with the entry that memory had, which a standby's answer must not be older than. */
  after(query: Query, entry: Entry): Query {
    return this.#standbys ? { ...query, after: entry } : query;
  }

  /** Reads for an entry that is kept: on a standby if its answer is proved. @throws the error of the query's source. */
  fill(query: Query): Promise<DatabaseAnswer> {
    return this.#standbys ? this.#fillFrom(this.#standbys, query) : this.read(query);
  }

  async #fillFrom(standbys: StandbyReader, query: Query): Promise<DatabaseAnswer> {
    const proved = await this.limit.run(() => standbys.read(query));
    return proved ? answerOfProved(proved, query) : this.read(query);
  }

  /** An answer of a standby to the last known changes, for a time without a primary. */
  async fillAsLastKnown(query: Query): Promise<DatabaseAnswer | undefined> {
    const proved = await this.#standbys?.readAsLastKnown(query);
    return proved && answerOfProved(proved, query);
  }

  /**
   * Reads the primary.
   * @param isKept whether memory keeps the answer.
   * @throws the error of the query's source.
   */
  async read({ source, policy }: Query, isKept = true): Promise<DatabaseAnswer> {
    let { epoch } = this.#follower;
    let reading: ReadResult;
    // As `limit.run` does, in the promise of this read.
    const place = this.limit.enter();
    if (place) await place;
    try {
      reading = await source.load();
    } finally {
      this.limit.leave();
    }
    if (this.#isInDoubt(reading) && !(await this.#follower.doubt(reading.incarnation, CATCH_UP_MS))) {
      // The pool has replaced the connection by now. The old one led to a server that the address no longer leads to.
      epoch = this.#follower.epoch;
      source.setAside?.();
      reading = await this.limit.run(() => source.load());
    }
    return answerOf(reading, { policy, epoch: this.#isElsewhere(reading) ? NO_EPOCH : epoch, isKept });
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
