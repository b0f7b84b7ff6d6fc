/** The verdict on an entry: whether it may be served, now, by what is known of changes and by its age. */
import type { Follower } from '../freshness/follower.ts';
import type { Entry } from './entry.ts';

/**
 * `fresh`: as it is. `late`: past its ttl, while it is read anew. `lapsed`: if at all, while the database is away.
 * `outdated`: a change of what it was made from is known, or could be, that its snapshot does not see. Never again.
 */
export type Verdict = 'fresh' | 'late' | 'lapsed' | 'outdated';

export type Judge = Pick<Follower, 'isFresh' | 'epoch' | 'changes'>;

export function judge(follower: Judge, entry: Entry, now = Date.now()): Verdict {
  if (!seesEverything(follower, entry)) return 'outdated';
  const overdueMs = overdue(entry, now);
  if (overdueMs <= 0) return 'fresh';
  return overdueMs <= entry.staleMs ? 'late' : 'lapsed';
}

/** Whether the follower's knowledge is within its own bound, and not older than `maxAgeMs`. */
export const isCurrent = (follower: Pick<Follower, 'isCurrent' | 'ageMs'>, maxAgeMs: number): boolean =>
  follower.isCurrent && follower.ageMs < maxAgeMs;

/** While no change is learned, what was fresh is fresh, however many tags it has. */
function seesEverything(follower: Judge, entry: Entry): boolean {
  const { epoch, changes } = follower;
  if (entry.epoch !== epoch) return false;
  if (entry.checkedAt === changes) return true;
  if (!follower.isFresh(entry.snapshot, entry.tags)) return false;
  entry.checkedAt = changes;
  return true;
}

/** Milliseconds past the ttl; below 0 before. */
export const overdue = ({ readAt, ttlMs }: Entry, now: number): number => now - readAt - ttlMs;
