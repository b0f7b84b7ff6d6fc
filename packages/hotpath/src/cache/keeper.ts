/**
 * The keeper: puts entries into both tiers. Memory gets an entry at once. Redis gets it with every encoding, after the
 * server has written the replies that wait for the entry.
 */
import { LinkedList } from '../collections/linked-list.ts';
import type { Follower } from '../freshness/follower.ts';
import type { Entry } from './entry.ts';
import type { L1 } from './l1.ts';
import type { L2 } from './l2.ts';
import type { Lease } from './lease.ts';
import { traceKeeping } from './spans.ts';
import { type CacheEvents, count } from './stats.ts';
import { complete } from './variants.ts';
import { judge } from './verdict.ts';

/**
 * How long Redis keeps a public answer that only one request has asked for, in milliseconds. A flood of distinct
 * requests occupies no more of Redis than the requests of this time.
 */
const BRIEF_MS = 30_000;

export interface KeeperParts {
  readonly follower: Follower;
  readonly l1: L1;
  readonly l2: L2 | undefined;
  readonly events: CacheEvents;
  /** Whether an answer is for the public, so that any client can fill the cache with it. */
  readonly isPublic: (key: string) => boolean;
}

export class Keeper {
  readonly #parts: KeeperParts;
  readonly #underway = new LinkedList<Promise<void>>();
  /** Entries that Redis keeps only for `BRIEF_MS`. */
  readonly #brief = new WeakSet<Entry>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Keeps an entry in both tiers, then releases the lease. */
  keep(key: string, entry: Entry, lease?: Lease): Promise<void> {
    const { isPublic, l1 } = this.#parts;
    const isNew = isPublic(key) && !l1.knows(key);
    const isKept = this.keepInMemory(key, entry);
    if (isKept && isNew) this.#brief.add(entry);
    return this.#track(
      afterReplies().then(async () => {
        if (isKept) await this.#keepInRedis(key, entry);
        await lease?.release();
      }),
    );
  }

  /** @returns whether the entry was fresh, so that memory keeps it. */
  keepInMemory(key: string, entry: Entry): boolean {
    const { follower, l1, events } = this.#parts;
    const isKept = entry.ttlMs > 0 && judge(follower, entry) === 'fresh';
    if (!isKept) return false;
    count(events, 'stored');
    l1.set(key, entry);
    return true;
  }

  /** Counts a read from memory. After its second request, Redis keeps the entry as long as it may be served. */
  noteRead(key: string, entry: Entry): void {
    if (entry.reads === 0 && this.#brief.delete(entry)) {
      void this.#track(afterReplies().then(() => this.#parts.l2?.set({ key }, entry)));
    }
    entry.reads += 1;
  }

  /**
   * Keeps an entry from Redis in memory. If another instance kept it in Redis for a short time, Redis keeps it longer
   * now.
   */
  adopt(key: string, entry: Entry, isFresh: boolean): void {
    const { isPublic, l1, l2 } = this.#parts;
    l1.set(key, entry);
    const isBrief = isFresh && Date.now() - entry.readAt < BRIEF_MS && isPublic(key);
    if (isBrief) void this.#track(l2!.prolong(key, entry));
  }

  /** Resolves when all entries so far are kept. */
  async settled(): Promise<void> {
    await Promise.all(this.#underway.all());
  }

  #keepInRedis(key: string, entry: Entry): Promise<void> {
    const { l1, l2 } = this.#parts;
    return traceKeeping(entry, async (span) => {
      await complete(entry);
      // The entry has grown by its encodings.
      if (l1.get(key) === entry) l1.set(key, entry);
      await l2?.set({ key, span }, entry, this.#brief.has(entry) ? BRIEF_MS : undefined);
    });
  }

  #track(work: Promise<void>): Promise<void> {
    const link = this.#underway.add(work);
    return work.finally(() => this.#underway.remove(link));
  }
}

/**
 * The server writes replies at the end of a turn of the event loop; this promise resolves in the turn after the next.
 */
const afterReplies = (): Promise<void> => new Promise((resolve) => setImmediate(setImmediate, resolve));
