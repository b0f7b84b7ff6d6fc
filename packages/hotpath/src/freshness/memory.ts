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
  readonly #xids = new Set<number>();
  #byTag = new Map<string, number[]>();

  /** @param most transactions that are remembered. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns whether there was room. */
  learn(xid: number, changes: readonly LoggedChange[]): boolean {
    if (this.#xids.size >= this.#most) return false;
    this.#xids.add(xid);
    for (const { source, tags } of changes)
      for (const tag of new Set(['', ...tags])) if (tag !== null) this.#note(source + tag, xid);
    return true;
  }

  /** A reading of the log has ended. */
  dropSeen(seen: Snapshot): void {
    const unseen = [...this.#xids].filter((xid) => !isVisible(xid, seen));
    if (unseen.length === this.#xids.size) return;
    this.#keep(new Set(unseen));
  }

  /** The ids of transactions mean others from now on. */
  clear(): void {
    this.#keep(new Set());
  }

  isFresh(snapshot: Snapshot, tags: readonly string[]): boolean {
    if (this.#xids.size === 0) return true;
    return tags.every((tag) => this.#unseenIn(tag, snapshot) === undefined);
  }

  /** The changes because of which `isFresh` is false: one for each tag. */
  culprits(snapshot: Snapshot, tags: readonly string[]): Culprit[] {
    return tags.flatMap((tag) => {
      const xid = this.#unseenIn(tag, snapshot);
      return xid === undefined ? [] : [{ tag, xid }];
    });
  }

  /** The last transaction that changed a tag, and that a snapshot does not see. */
  #unseenIn(tag: string, snapshot: Snapshot): number | undefined {
    const isUnseen = (xid: number) => !isVisible(xid, snapshot);
    return this.#byTag.get(tag)?.findLast(isUnseen) ?? this.#byTag.get(anyOf(tag))?.findLast(isUnseen);
  }

  #note(tag: string, xid: number): void {
    const xids = this.#byTag.get(tag);
    if (!xids) this.#byTag.set(tag, [xid]);
    else if (xids.at(-1) !== xid) xids.push(xid);
  }

  #keep(kept: ReadonlySet<number>): void {
    const before = this.#byTag;
    this.#xids.clear();
    this.#byTag = new Map();
    for (const xid of kept) this.#xids.add(xid);
    if (kept.size === 0) return;
    for (const [tag, xids] of before) {
      const left = xids.filter((xid) => kept.has(xid));
      if (left.length > 0) this.#byTag.set(tag, left);
    }
  }
}

/** `product?categoryId=7`: `product?categoryId=*`. Of a table's own tag it is `*`, which no change has. */
const anyOf = (tag: string): string => `${tag.slice(0, tag.search(/[=:]/) + 1)}*`;
