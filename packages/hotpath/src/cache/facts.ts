/**
 * Facts: what decides which viewer may see what, cached so that no instance believes a fact that a write has ended once
 * that write was answered.
 *
 * A fact is an entry, kept in both tiers and checked at every use like any other: it is believed only if every change
 * of what it was made from is visible in its snapshot. That alone leaves a gap, since the knowledge of an instance is a
 * little old. Two times close the gap:
 * - a reader believes a fact only while its follower's latest reading was sent less than `BELIEVED_MS` ago, and else
 *   reads the log anew first, or the database;
 * - a writer that ends a fact answers only after `OUTLASTED_MS` have passed since its commit.
 * Take any use after the answer. The reading that it relies on was sent less than `BELIEVED_MS` before it, thus after
 * the commit, so it has seen the change. This holds for every instance, even one that no other knows of; whether Redis
 * is there, away, loses what it has acknowledged, or brings back what was overwritten; for a fill that began before the
 * change; for what depends on a fact further up a tree. It needs clocks that run equally fast, not clocks that agree.
 *
 * A change is written through as well: the writer reads the new fact after its commit and keeps it in both tiers before
 * it answers, so that the next use, on any instance, costs no statement (`renew`). Nothing relies on it. What it keeps is
 * an entry like any other. Of two instances that change a fact at once, the one that reads first may be the last to
 * write to Redis; then the next use finds an entry that is outdated, and reads the fact anew. In memory an older entry
 * does not replace a newer one.
 *
 * A change made in `psql`, which answers no request, ends a fact everywhere within `BELIEVED_MS` of its commit. No fact is
 * served past its time, and none because the database is away.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Cache, type CacheParts } from './cache.ts';
import type { ReadResult } from './entry.ts';
import type { CachePolicy } from './policy.ts';
import type { Query } from './query.ts';
import type { CacheStats } from './stats.ts';

const BELIEVED_MS = 100;
/** With something on top, for clocks that do not run equally fast, and timers that are early. */
const OUTLASTED_MS = 120;

const POLICY: CachePolicy = { ttl: 3600 };
const NO_MORE = { etag: '', link: '' };

/** A question that a fact answers. */
export interface FactQuery {
  /** The subject that it is about. */
  readonly subject: string;
  /** What is asked of this subject; tells questions apart. */
  readonly about: string;
  /** Every table whose change can change the answer. */
  readonly tables: readonly string[];
  /** Reads the database: the answer as text, and what it was made from. */
  load(): Promise<Pick<ReadResult, 'body' | 'snapshot' | 'incarnation' | 'tags'>>;
}

export interface FactsOptions extends Omit<CacheParts, 'leaseMs' | 'isAway' | 'isPublic' | 'maxAgeMs'> {
  /** Whether what is about this subject is cached. */
  readonly isCached: (subject: string) => boolean;
}

export class Facts {
  readonly #cache: Cache;
  readonly #options: FactsOptions;

  constructor(options: FactsOptions) {
    this.#options = options;
    this.#cache = new Cache({ ...options, maxAgeMs: BELIEVED_MS, isAway: () => false });
  }

  get stats(): CacheStats {
    return this.#cache.stats;
  }

  /** @throws what `load` throws. */
  async read(query: FactQuery): Promise<string> {
    const isOn = this.#options.isCached(query.subject);
    const held = isOn ? this.#cache.peek(keyOfFact(query)) : undefined;
    if (held) return held.bodies.identity.toString();
    const asked = cacheQuery(query);
    const { entry } = await (isOn ? this.#cache.read(asked) : this.#cache.bypass(asked));
    return entry.bodies.identity.toString();
  }

  /**
   * After a commit: resolves when no instance believes any more what the commit has ended, and when both tiers keep what
   * holds now, if the database and Redis were in time. Never rejects.
   */
  async renew(query: FactQuery): Promise<void> {
    const renewedMs = OUTLASTED_MS + (this.#options.remote?.breaker.timeoutMs ?? 0);
    const late = delay(renewedMs, undefined, { ref: false });
    const written = this.#writeThrough(query).catch(() => {});
    await Promise.all([delay(OUTLASTED_MS), Promise.race([written, late])]);
  }

  /** Resolves when what was read so far is kept in both tiers. */
  settled(): Promise<void> {
    return this.#cache.settled();
  }

  /** Once the follower knows of the commit, no reader here takes what was before for an answer. */
  async #writeThrough(query: FactQuery): Promise<void> {
    const { isCached, follower } = this.#options;
    if (isCached(query.subject) && (await follower.catchUp())) await this.#cache.renew(cacheQuery(query));
  }
}

const keyOfFact = ({ subject, about }: FactQuery): string => `fact\n${subject}\n${about}`;

const cacheQuery = (query: FactQuery): Query => ({
  key: keyOfFact(query),
  policy: POLICY,
  tables: query.tables,
  source: { load: async () => ({ ...NO_MORE, ...(await query.load()), status: 200 }) },
});
