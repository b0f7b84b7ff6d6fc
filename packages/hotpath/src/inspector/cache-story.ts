/** Why the cache answered as it did, in sentences. */
import type { ChangeLog } from './change-log.ts';
import type { KeptAnswer, Trail } from './trail.ts';

/** The cache's part in one request. */
export interface CacheStory {
  readonly key: string;
  readonly tier: string;
  readonly outcome: string;
  readonly reason: string | undefined;
  /** The events, one sentence each. */
  readonly sentences: readonly string[];
  readonly snapshot: string;
  readonly tags: readonly string[];
  readonly tagCount: number;
  /** When the answer was read from PostgreSQL; milliseconds since 1970. */
  readonly readAt: number;
  readonly ttlMs: number;
  readonly bodyBytes: number;
}

interface Told {
  readonly trail: Trail;
  readonly changes: ChangeLog;
  /** When the request came; milliseconds since 1970. */
  readonly at: number;
}

export function cacheStories({ trail, changes, at }: Told): CacheStory[] {
  return trail.answers.map((answer) => {
    const { key, tier, outcome, reason, snapshot, tags, tagCount, readAt, ttlMs, bodyBytes } = answer;
    const blamed = trail.outdated.map((event) => outdatedSentence(event, changes));
    const sentences = [...blamed, sentenceOf(answer, at)];
    return { key, tier, outcome, reason, sentences, snapshot, tags, tagCount, readAt, ttlMs, bodyBytes };
  });
}

const TIERS: Readonly<Record<string, string>> = { l1: 'Memory', l2: 'Redis', database: 'PostgreSQL' };

function sentenceOf({ tier, outcome, reason, readAt, ttlMs, evictedAt }: KeptAnswer, at: number): string {
  const age = duration(Math.max(0, at - readAt));
  if (outcome === 'hit') return `${TIERS[tier]} had it: read ${age} before, for ${duration(ttlMs)} at most.`;
  if (outcome === 'stale') return `${TIERS[tier]} had it, past its time: it was sent while it is read anew.`;
  if (outcome === 'rescued') return `No database server answered, so the last known answer was sent, ${age} old.`;
  if (outcome === 'coalesced')
    return 'Another request was reading the same from PostgreSQL, and this one waited for it.';
  if (reason === 'unfollowed') return 'The follower of changes was not current, so the cache was not asked.';
  if (reason === 'asked') return 'The request was sent past the cache.';
  if (reason === 'expired') return 'What was kept is past its time.';
  if (reason === 'outdated') return 'So PostgreSQL was asked.';
  if (evictedAt !== undefined)
    return `Nothing was kept: the entry was evicted ${duration(Math.max(0, at - evictedAt))} before, to make room.`;
  return 'Nothing was kept for this question.';
}

function outdatedSentence({ tier, culprits }: Trail['outdated'][number], changes: ChangeLog): string {
  const culprit = culprits.find(({ xid }) => xid !== undefined) ?? culprits[0];
  const what = `The entry in ${tier === 'l1' ? 'memory' : 'Redis'} was outdated`;
  if (!culprit) return `${what}.`;
  if (culprit.tag === undefined) return `${what}: it is older than what the follower remembers.`;
  const tags = [...new Set(culprits.filter(({ xid }) => xid === culprit.xid).map(({ tag }) => tag))];
  const learnedAt = changes.learnedAt(culprit);
  const time = learnedAt === undefined ? '' : ` at ${new Date(learnedAt).toISOString().slice(11, 23)}`;
  const who = culprit.xid === undefined ? 'an earlier transaction' : `transaction ${culprit.xid}`;
  return `${what} by ${who}, which changed ${tags.join(', ')}${time}.`;
}

const SECOND = 1000;
const MINUTE = 60_000;

export function duration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  return ms < 2 * MINUTE ? `${(ms / SECOND).toFixed(1)} s` : `${Math.round(ms / MINUTE)} min`;
}
