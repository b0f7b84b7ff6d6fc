/**
 * The memory of a follower: for each tag the transactions that changed it, and floors for what it has forgotten.
 *
 * To forget is to raise a floor, a snapshot in which all forgotten changes are visible: an entry whose snapshot does not
 * include the floor may be out of date, so it is not fresh. Each tag has a floor, raised when the tag has more than a few
 * transactions. All tags together have one, raised when there are too many tags. An entry that was read after a floor is
 * above it, whatever transactions are still open: forgetting costs existing entries, never one that is read later.
 *
 * Tags lie in two generations. A change puts its tag into the younger one; when that is full, the older one is forgotten
 * whole. So forgetting costs nothing for each tag.
 */
import type { Culprit } from '../observation/observed-event.ts';
import { includes, isVisible, type Snapshot } from './snapshot.ts';

/** A change of rows of one table by one transaction. */
export interface LoggedChange {
  readonly xid: number;
  readonly source: string;
  /** Each without its source: `:7`, `?categoryId=3`; `:*` for any row. */
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
  floor: Snapshot | undefined;
}

type Generation = Map<string, Changes>;

export class ChangeMemory {
  readonly #limits: MemoryLimits;
  #younger: Generation = new Map();
  #older: Generation = new Map();
  /** In which every change of the older generation is visible. */
  #olderSeen: Snapshot;
  #floor: Snapshot;

  /** @param floor every change that is not visible in it will be learned, and no other. */
  constructor(floor: Snapshot, limits: MemoryLimits) {
    this.#floor = floor;
    this.#olderSeen = floor;
    this.#limits = limits;
  }

  get size(): number {
    return this.#younger.size + this.#older.size;
  }

  /** @param seen a snapshot in which the change is visible, and that includes all that were given before. */
  learn({ xid, source, tags }: LoggedChange, seen: Snapshot): void {
    this.#note(source, xid, seen);
    for (const tag of tags) if (tag !== null) this.#note(source + tag, xid, seen);
  }

  /** Everything that was read before is out of date. */
  forgetBefore(floor: Snapshot): void {
    if (includes(floor, this.#floor)) this.#floor = floor;
  }

  isFresh(snapshot: Snapshot, tags: readonly string[]): boolean {
    if (!includes(snapshot, this.#floor)) return false;
    return tags.every((tag) => this.#isUnchanged(tag, snapshot) && this.#isUnchanged(anyOf(tag), snapshot));
  }

  /** The changes because of which `isFresh` is false. */
  culprits(snapshot: Snapshot, tags: readonly string[]): Culprit[] {
    if (!includes(snapshot, this.#floor)) return [{ tag: undefined, xid: undefined }];
    return [...new Set(tags.flatMap((tag) => [tag, anyOf(tag)]))].flatMap((tag) => this.#culpritsOf(tag, snapshot));
  }

  #culpritsOf(tag: string, snapshot: Snapshot): Culprit[] {
    const changes = this.#younger.get(tag) ?? this.#older.get(tag);
    if (!changes) return [];
    const unseen = changes.xids.filter((xid) => !isVisible(xid, snapshot)).map((xid) => ({ tag, xid }));
    const isForgotten = changes.floor !== undefined && !includes(snapshot, changes.floor);
    return isForgotten ? [...unseen, { tag, xid: undefined }] : unseen;
  }

  #isUnchanged(tag: string, snapshot: Snapshot): boolean {
    const changes = this.#younger.get(tag) ?? this.#older.get(tag);
    if (!changes) return true;
    if (changes.floor && !includes(snapshot, changes.floor)) return false;
    return changes.xids.every((xid) => isVisible(xid, snapshot));
  }

  #note(tag: string, xid: number, seen: Snapshot): void {
    const changes = this.#younger.get(tag) ?? this.#rejuvenate(tag, seen);
    if (changes.xids.at(-1) === xid) return;
    if (changes.xids.length < this.#limits.transactions) changes.xids.push(xid);
    else Object.assign(changes, { xids: [], floor: seen });
  }

  #rejuvenate(tag: string, seen: Snapshot): Changes {
    if (this.#younger.size >= this.#limits.tags / 2) this.#forgetOlder(seen);
    const changes = this.#older.get(tag) ?? { xids: [], floor: undefined };
    this.#younger.set(tag, changes);
    return changes;
  }

  #forgetOlder(seen: Snapshot): void {
    this.forgetBefore(this.#olderSeen);
    this.#older = this.#younger;
    this.#olderSeen = seen;
    this.#younger = new Map();
  }
}

/**
 * The changes of transactions that are known before the log was read up to them, because their own sessions reported them. A
 * reading of the log that sees such a transaction has its changes, so they are remembered here only until then.
 */
export class ChangesAhead {
  readonly #most: number;
  readonly #tags = new Map<number, ReadonlySet<string>>();

  /** @param most transactions that are remembered. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns whether there was room. */
  learn(xid: number, changes: readonly LoggedChange[]): boolean {
    if (this.#tags.size >= this.#most) return false;
    const tags = changes.flatMap((change) => [change.source, ...change.tags.map((tag) => change.source + (tag ?? ''))]);
    this.#tags.set(xid, new Set(tags));
    return true;
  }

  /** A reading of the log has ended. */
  dropSeen(seen: Snapshot): void {
    for (const xid of this.#tags.keys()) if (isVisible(xid, seen)) this.#tags.delete(xid);
  }

  /** Transactions of another life of the database. */
  clear(): void {
    this.#tags.clear();
  }

  isFresh(snapshot: Snapshot, tags: readonly string[]): boolean {
    return this.#tags.size === 0 || this.culprits(snapshot, tags).length === 0;
  }

  /** The changes because of which `isFresh` is false. */
  culprits(snapshot: Snapshot, tags: readonly string[]): Culprit[] {
    return [...this.#tags]
      .filter(([xid]) => !isVisible(xid, snapshot))
      .flatMap(([xid, changed]) => {
        const found = tags.filter((tag) => changed.has(tag) || changed.has(anyOf(tag)));
        return found.map((tag) => ({ tag, xid }));
      });
  }
}

/** `product?categoryId=7`: `product?categoryId=*`. Of a table's own tag it is `*`, which no change has. */
const anyOf = (tag: string): string => `${tag.slice(0, tag.search(/[=:]/) + 1)}*`;
