/**
 * Facts: what decides who may see what, cached so that no instance believes one that a write has ended once that write
 * was answered.
 *
 * A fact is an entry, kept in both tiers and checked at every use like any other: it is believed only if every change
 * of what it was made from is visible in its snapshot. That alone leaves a gap, since what an instance knows of changes
 * is a little old. The gap is closed by time:
 * - whoever uses a fact believes it only while his follower's latest reading was sent less than `BELIEVED_MS` ago, and
 *   else reads the log anew first, or the database;
 * - whoever ends a fact answers only once `OUTLASTED_MS` have gone by since his commit.
 * Take any use after the answer. The reading that it relies on was sent less than `BELIEVED_MS` before it, thus after
 * the commit, so it has seen the change. This holds for every instance, of whose existence nobody needs to know,
 * whether Redis is there, away, loses what it has acknowledged, or brings back what was overwritten; for a fill that
 * began before the change; for what depends on a fact further up a tree. It asks for clocks that run equally fast, not
 * for clocks that agree.
 *
 * A change is written through as well: whoever makes it reads the new fact after his commit and keeps it in both tiers
 * before he answers, so that the next use, on any instance, costs no statement (`renew`). Nothing relies on it. What it
 * keeps is an entry like any other. Of two instances that change a fact at once, the one that reads first may be the
 * last to write to Redis; then the next use finds an entry that is outdated, and reads the fact anew. In memory an older
 * entry does not replace a newer one.
 *
 * A change that nobody answers for, by `psql`, ends a fact everywhere within `BELIEVED_MS` of its commit. No fact is
 * served past its time, and none because the database is away.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type CacheOptions, createCache } from './cache.ts';
import type { Reading } from './entry.ts';
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
  /** Whom it is about. */
  readonly subject: string;
  /** What is asked of this subject; tells questions apart. */
  readonly about: string;
  /** Every table whose change can change the answer. */
  readonly tables: readonly string[];
  /** Reads the database: the answer as text, and what it was made from. */
  load(): Promise<Pick<Reading, 'body' | 'snapshot' | 'incarnation' | 'tags'>>;
}

export interface Facts {
  readonly stats: CacheStats;
  /** @throws what `load` throws. */
  read(query: FactQuery): Promise<string>;
  /**
   * After a commit: resolves when no instance believes any more what it has ended, and what holds now has been kept in
   * both tiers, if the database and Redis were in time. Never rejects.
   */
  renew(query: FactQuery): Promise<void>;
  /** Resolves when what was read so far is kept in both tiers. */
  settled(): Promise<void>;
}

export interface FactsOptions extends Omit<CacheOptions, 'leaseMs' | 'isAway' | 'isPublic' | 'maxAgeMs'> {
  /** Whether what is about this subject is cached. */
  readonly isCached: (subject: string) => boolean;
}

export function createFacts({ isCached, ...options }: FactsOptions): Facts {
  const { follower, remote } = options;
  const cache = createCache({ ...options, maxAgeMs: BELIEVED_MS, isAway: () => false });
  const renewedMs = OUTLASTED_MS + (remote?.breaker.timeoutMs ?? 0);

  /** Once the follower knows of the commit, no reader here takes what was before for an answer. */
  async function writeThrough(query: FactQuery): Promise<void> {
    if (isCached(query.subject) && (await follower.catchUp())) await cache.renew(cacheQuery(query));
  }

  return {
    stats: cache.stats,
    async read(query) {
      const isOn = isCached(query.subject);
      const held = isOn ? cache.peek(keyOfFact(query)) : undefined;
      if (held) return held.bodies.identity.toString();
      const asked = cacheQuery(query);
      const { entry } = await (isOn ? cache.read(asked) : cache.bypass(asked));
      return entry.bodies.identity.toString();
    },
    async renew(query) {
      const late = delay(renewedMs, undefined, { ref: false });
      const written = writeThrough(query).catch(() => {});
      await Promise.all([delay(OUTLASTED_MS), Promise.race([written, late])]);
    },
    settled: () => cache.settled(),
  };
}

const keyOfFact = ({ subject, about }: FactQuery): string => `fact\n${subject}\n${about}`;

const cacheQuery = (query: FactQuery): Query => ({
  key: keyOfFact(query),
  policy: POLICY,
  tables: query.tables,
  load: async () => ({ ...NO_MORE, ...(await query.load()), status: 200 }),
});
