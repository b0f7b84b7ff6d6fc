/** The verdict on an entry: whether the cache may serve it now, given the known changes and its age. */
import type { Follower } from '../freshness/follower.ts';
import type { Entry } from './entry.ts';

/**
 * `fresh`: it may be served. `late`: past its ttl, served while the cache refreshes it. `lapsed`: served at most while
 * the database is away. `outdated`: a known or possible change of its data is not visible in its snapshot, so it is
 * never served again.
 */
export type Verdict = 'fresh' | 'late' | 'lapsed' | 'outdated';

export type Judge = Pick<Follower, 'isFresh' | 'epoch' | 'changes'>;

export function judge(follower: Judge, entry: Entry, now = Date.now()): Verdict {
  if (!seesEverything(follower, entry)) return 'outdated';
  const overdueMs = overdue(entry, now);
  if (overdueMs <= 0) return 'fresh';
  return overdueMs <= entry.staleMs ? 'late' : 'lapsed';
}

/** Whether the age of the follower's last reading is within the follower's own bound, and below `maxAgeMs`. */
export const isCurrent = (follower: Pick<Follower, 'isCurrent' | 'ageMs'>, maxAgeMs: number): boolean =>
  follower.isCurrent && follower.ageMs < maxAgeMs;

/** An entry that was fresh stays fresh until the follower learns of a change, however many tags the entry has. */
function seesEverything(follower: Judge, entry: Entry): boolean {
  const { epoch, changes } = follower;
  if (entry.epoch !== epoch) return false;
  if (entry.checkedAt === changes) return true;
  if (!follower.isFresh(entry.snapshot, entry.tags)) return false;
  entry.checkedAt = changes;
  return true;
}

/** Milliseconds past the ttl; negative before its end. */
export const overdue = ({ readAt, ttlMs }: Entry, now: number): number => now - readAt - ttlMs;
