/** The last committed changes that the follower has learned of, and how many entries each was found to have outdated. */
import type { ChangesLearned, Culprit, EntryOutdated } from '../observation/observed-event.ts';
import { tagWithoutValue } from './secrets.ts';

/** One transaction. */
export interface KeptTransaction {
  readonly xid: number;
  /** When the follower learned of it; milliseconds since 1970. */
  readonly at: number;
  readonly tags: readonly string[];
  /** Tags beyond those that are kept. */
  readonly more: number;
  /** Entries that look-ups have found outdated by it so far. */
  readonly outdated: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Growing = Mutable<Omit<KeptTransaction, 'tags'>> & { readonly tags: string[] };

const MOST_TRANSACTIONS = 200;
const TAGS_A_TRANSACTION = 40;

export class ChangeLog {
  /** In the order in which they were learned. */
  readonly #transactions = new Map<number, Growing>();

  learn({ at, changes }: ChangesLearned): void {
    for (const { xid, source, tags } of changes) {
      const transaction = this.#transactions.get(xid) ?? this.#add(xid, at);
      note(transaction, source);
      for (const tag of tags) if (tag !== null) note(transaction, source + tag);
    }
  }

  /** Counts an entry for each transaction that has outdated it. */
  blame({ culprits }: EntryOutdated): void {
    for (const xid of new Set(culprits.map((culprit) => culprit.xid))) {
      const transaction = xid === undefined ? undefined : this.#transactions.get(xid);
      if (transaction) transaction.outdated += 1;
    }
  }

  /** When a culprit was learned of; undefined once it is forgotten. */
  learnedAt({ xid }: Culprit): number | undefined {
    return xid === undefined ? undefined : this.#transactions.get(xid)?.at;
  }

  newest(): KeptTransaction[] {
    return [...this.#transactions.values()].reverse();
  }

  clear(): void {
    this.#transactions.clear();
  }

  #add(xid: number, at: number): Growing {
    const transaction: Growing = { xid, at, tags: [], more: 0, outdated: 0 };
    this.#transactions.set(xid, transaction);
    if (this.#transactions.size > MOST_TRANSACTIONS) {
      this.#transactions.delete(this.#transactions.keys().next().value!);
    }
    return transaction;
  }
}

function note(transaction: Growing, given: string): void {
  const tag = tagWithoutValue(given);
  if (transaction.tags.includes(tag)) return;
  if (transaction.tags.length < TAGS_A_TRANSACTION) transaction.tags.push(tag);
  else transaction.more += 1;
}
