/**
 * What a follower remembers of the log: for each tag the transactions that changed it, and what it has forgotten.
 *
 * To forget is to raise a floor, a snapshot in which all that was forgotten is visible: an entry whose snapshot does not
 * include the floor may be out of date, so it is. There is a floor for each tag, raised when the tag has more than a few
 * transactions, and one for all tags, raised when there are too many tags: the tag that changed longest ago goes. An
 * entry that was read after a floor is above it, whatever transactions are still open: forgetting costs entries that
 * are there, never one that is read later.
 */
import { includes, isVisible, type Snapshot } from './snapshot.ts';

/** A change of rows of one table by one transaction. */
export interface Change {
  readonly xid: number;
  readonly source: string;
  /** Each as it stands behind the source in a tag: `:7`, `?categoryId=3`; `:*` for any row. */
  readonly tags: readonly (string | null)[];
}

export interface MemoryLimits {
  /** Tags that are remembered. */
  readonly tags: number;
  /** Transactions that are remembered of one tag. */
  readonly transactions: number;
}

interface Changes {
  xids: number[];
  /** In which the latest of these is visible. */
  seen: Snapshot;
  floor: Snapshot | undefined;
}

export class Memory {
  readonly #limits: MemoryLimits;
  /** In the order of their latest change. */
  readonly #tags = new Map<string, Changes>();
  #floor: Snapshot;

  /** @param floor what is not visible in it, and only that, will be learned. */
  constructor(floor: Snapshot, limits: MemoryLimits) {
    this.#floor = floor;
    this.#limits = limits;
  }

  get size(): number {
    return this.#tags.size;
  }

  /** @param seen a snapshot in which the changes are visible, and that includes all that were given before. */
  learn(changes: readonly Change[], seen: Snapshot): void {
    for (const { xid, source, tags } of changes) {
      this.#note(source, xid, seen);
      for (const tag of tags) if (tag !== null) this.#note(source + tag, xid, seen);
    }
  }

  /** Everything that was read before is out of date. */
  forgetBefore(floor: Snapshot): void {
    if (includes(floor, this.#floor)) this.#floor = floor;
  }

  isFresh(snapshot: Snapshot, tags: readonly string[]): boolean {
    if (!includes(snapshot, this.#floor)) return false;
    return tags.every((tag) => this.#isUnchanged(tag, snapshot) && this.#isUnchanged(anyOf(tag), snapshot));
  }

  #isUnchanged(tag: string, snapshot: Snapshot): boolean {
    const changes = this.#tags.get(tag);
    if (!changes) return true;
    if (changes.floor && !includes(snapshot, changes.floor)) return false;
    return changes.xids.every((xid) => isVisible(xid, snapshot));
  }

  #note(tag: string, xid: number, seen: Snapshot): void {
    const changes = this.#tags.get(tag) ?? { xids: [], seen, floor: undefined };
    if (changes.xids.at(-1) === xid && changes.seen === seen) return;
    if (changes.xids.length < this.#limits.transactions) changes.xids.push(xid);
    else Object.assign(changes, { xids: [], floor: seen });
    changes.seen = seen;
    this.#tags.delete(tag);
    this.#tags.set(tag, changes);
    if (this.#tags.size > this.#limits.tags) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [[tag, { seen }]] = this.#tags as unknown as [[string, Changes]];
    this.#tags.delete(tag);
    this.forgetBefore(seen);
  }
}

/** `product?categoryId=7`: `product?categoryId=*`. A table's own tag stands for itself. */
function anyOf(tag: string): string {
  const end = tag.search(/[=:]/);
  return end < 0 ? tag : `${tag.slice(0, end + 1)}*`;
}
