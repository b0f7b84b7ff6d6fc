/**
 * Facts: cached values that decide which rows a viewer may see. Once the write that ended a fact was answered, no
 * instance believes that fact.
 *
 * A fact is an entry. Both tiers keep it, and every use checks it like any other entry: an instance believes it only if
 * its snapshot sees every known change of its data. That check leaves a gap, because an instance learns of a change a
 * little later. Two times close the gap:
 * - A reader believes a fact only if its follower's latest reading of the log was sent less than `BELIEVED_MS` ago.
 *   Otherwise the reader reads the log first, or the database.
 * - A writer that ends a fact answers only when `OUTLASTED_MS` have passed since its commit. Take any use after that
 *   answer. It relies on a reading that was sent less than `BELIEVED_MS` before the use, therefore after the commit, so
 *   the reading saw the change.
 *
 * This holds for every instance, even one that no other instance knows of. It holds if Redis is away, loses
 * acknowledged values, or brings replaced ones back; for a fill that began before the change; and for data that depends
 * on a fact further up a tree. It needs clocks of equal speed, not clocks that agree.
 *
 * The writer also writes the change through (`renew`): it reads the new fact after its commit and keeps it in both
 * tiers before it answers, so that the next use, on any instance, costs no statement. No guarantee relies on this,
 * because the kept fact is an entry like any other. If two instances change a fact at once, the one that reads first
 * may write to Redis last. Then the next use finds an outdated entry, and reads the fact again. In memory an older
 * entry does not replace a newer one.
 *
 * A change made in `psql`, which has no reply to delay, ends a fact everywhere within `BELIEVED_MS` of its commit. The
 * cache serves no fact past its ttl, and none because the database is away.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Cache, type CacheParts } from './cache.ts';
import type { ReadResult } from './entry.ts';
import type { CachePolicy } from './policy.ts';
import type { Query } from './query.ts';
import type { CacheStats } from './stats.ts';

const BELIEVED_MS = 100;
/** `BELIEVED_MS` and a margin for clocks of unequal speed and for early timers. */
const OUTLASTED_MS = 120;

const POLICY: CachePolicy = { ttl: 3600 };
const NO_MORE = { etag: '', link: '' };

/** A question that a fact answers. */
export interface FactQuery {
  /** The subject that the question is about. */
  readonly subject: string;
  /** The question about this subject; it distinguishes questions. */
  readonly about: string;
  /** Every table whose change can change the answer. */
  readonly tables: readonly string[];
  /** Reads the database: the answer as text, and the data that it was made from. */
  load(): Promise<Pick<ReadResult, 'body' | 'snapshot' | 'incarnation' | 'tags'>>;
}

export interface FactsOptions extends Omit<CacheParts, 'leaseMs' | 'isAway' | 'isPublic' | 'maxAgeMs'> {
  /** Whether facts about this subject are cached. */
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

  /** @throws the error of `load`. */
  async read(query: FactQuery): Promise<string> {
    const isOn = this.#options.isCached(query.subject);
    const held = isOn ? this.#cache.peek(keyOfFact(query)) : undefined;
    if (held) return held.bodies.identity.toString();
    const asked = cacheQuery(query);
    const { entry } = await (isOn ? this.#cache.read(asked) : this.#cache.bypass(asked));
    return entry.bodies.identity.toString();
  }

  /**
   * To call after a commit. Resolves when no instance believes a fact that the commit has ended, and when both tiers
   * have the new fact, if the database and Redis answer in time. Never rejects.
   */
  async renew(query: FactQuery): Promise<void> {
    const renewedMs = OUTLASTED_MS + (this.#options.remote?.breaker.timeoutMs ?? 0);
    const late = delay(renewedMs, undefined, { ref: false });
    const written = this.#writeThrough(query).catch(() => {});
    await Promise.all([delay(OUTLASTED_MS), Promise.race([written, late])]);
  }

  /** Resolves when both tiers have all facts that were read so far. */
  settled(): Promise<void> {
    return this.#cache.settled();
  }

  /** Once the follower knows of the commit, no reader here believes the fact from before it. */
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
