/**
 * Backward reads: on one instance, a page never shows an older version of a cell than an earlier read of it has shown.
 * An earlier read is one that had been answered when the later one was sent; reads that overlap may have any order. After a
 * failover that lost commits, earlier reads no longer count.
 */
interface ShownVersion {
  readonly number: number;
  readonly answeredAt: number;
  readonly cache: string | undefined;
}

/** A read that went back: it shows a number lower than the one that was shown before. */
export interface Backward {
  readonly cell: string;
  readonly shown: number;
  readonly before: number;
  /** How the cache answered the earlier read. */
  readonly cacheBefore: string | undefined;
  /** How long before it was sent the other was answered, in milliseconds. */
  readonly afterMs: number;
}

export interface AnsweredRead {
  /** Names the page and the instance. */
  readonly of: string;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly cache: string | undefined;
  /** Numbers by cell. */
  readonly shown: ReadonlyMap<string, number>;
}

/** More reads of one page than overlap. */
const KEPT = 64;

export class BackwardReads {
  /** Of each cell on each page the numbers that were shown, ascending, with when each was first answered. */
  readonly #shown = new Map<string, ShownVersion[]>();
  #since = 0;

  /** Reads that are sent before this time count no more. A time of `performance.now()`. */
  forgetBefore(time: number): void {
    this.#since = time;
    this.#shown.clear();
  }

  /** Remembers a read. To be called in the order of the answers. @returns where it went back. */
  note({ of, sentAt, answeredAt, cache, shown }: AnsweredRead): Backward[] {
    if (sentAt < this.#since) return [];
    return [...shown].flatMap(([cell, number]) => {
      const name = `${of} ${cell}`;
      const versions = this.#shown.get(name) ?? [];
      this.#shown.set(name, versions);
      const known = versions.findLast((version) => version.answeredAt < sentAt);
      if (number > (versions.at(-1)?.number ?? -1)) versions.push({ number, answeredAt, cache });
      if (versions.length > KEPT) versions.shift();
      if (!known || known.number <= number) return [];
      const afterMs = sentAt - known.answeredAt;
      return [{ cell, shown: number, before: known.number, cacheBefore: known.cache, afterMs }];
    });
  }
}
