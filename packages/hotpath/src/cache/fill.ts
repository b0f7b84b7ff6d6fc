/**
 * The fill: how a key that this process has no entry for comes by one. From Redis; or else from the database, if the
 * lease is free; or else from Redis again, once the lease's holder has stored.
 *
 * The lease is asked for together with a look-up, in one round trip. Redis is asked alone before that only where memory
 * had nothing: what a change has outdated here it most likely has outdated there.
 *
 * A trace shows the first look-up as a command of its own, and the lease as an event.
 *
 * Redis is given one limit for a request, not one for each command. When it does not answer within it, the request
 * goes on as if there were none.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Follower } from '../freshness/follower.ts';
import { AWAY } from './breaker.ts';
import type { Entry } from './entry.ts';
import type { L1 } from './l1.ts';
import { createL2, type Remote } from './l2.ts';
import { createLeases, HELD, type Lease } from './lease.ts';
import { type Answer, coalesced, type Query } from './query.ts';
import { judge } from './verdict.ts';

/** What a fill is made with. */
export interface FillParts {
  readonly follower: Follower;
  /** Whether what the follower knows is new enough. */
  readonly isCurrent: () => boolean;
  readonly l1: L1;
  readonly remote: Remote;
  readonly leaseMs: number;
  /** Reads the database and keeps what it read, then gives the lease back. */
  readonly load: (query: Query, lease?: Lease) => Promise<Answer>;
  readonly onOutdated: () => void;
  /** Told of what was found in Redis and may be served as it is. */
  readonly onFound: (key: string, entry: Entry) => void;
}

/**
 * Why a key is filled: memory has nothing for it, or what a change has outdated, or what is past its ttl and is to be
 * read anew.
 */
export type Cause = 'nothing' | 'outdated' | 'late';

export type Fill = (query: Query, cause: Cause) => Promise<Answer>;

/** How long a request without the lease waits, in leases: long enough for a holder that died, or a slow database. */
const LEASE_WAITS = 10;
const LEASE_POLL_MS = 10;

export function createFill({ follower, isCurrent, l1, remote, leaseMs, load, ...told }: FillParts): Fill {
  const l2 = createL2(remote);
  const leases = createLeases(remote, leaseMs);

  async function lookUp(query: Query, cause: Cause, patienceMs?: number) {
    const entry = await l2.get(query, patienceMs);
    if (!entry || entry === AWAY || !isCurrent()) return entry && AWAY;
    const verdict = judge(follower, entry);
    if (verdict === 'outdated') told.onOutdated();
    if (verdict === 'fresh') return found(query, entry, 'hit');
    if (verdict !== 'late' || cause === 'late') return undefined;
    return found(query, entry, 'stale');
  }

  function found({ key }: Query, entry: Entry, outcome: 'hit' | 'stale'): Answer {
    l1.set(key, entry);
    if (outcome === 'hit') told.onFound(key, entry);
    return { entry, tier: 'l2', outcome };
  }

  /** The lease, and then whether its holder of before has stored meanwhile: two commands in one round trip. */
  async function takeOrFind({ look, ...query }: Query, cause: Cause, { patienceMs, traced }: Looking = {}) {
    const [lease, answer] = await Promise.all([
      leases.take(query.key, patienceMs),
      lookUp({ ...query, look: traced }, cause, patienceMs),
    ]);
    look?.event('cache.lease', { 'hotpath.cache.lease': lease === HELD ? 'held' : lease === AWAY ? 'away' : 'taken' });
    if (!answer || answer === AWAY) return lease;
    if (lease !== HELD && lease !== AWAY) void lease.release();
    return answer;
  }

  async function waitForHolder(query: Query, cause: Cause): Promise<Answer> {
    const deadline = performance.now() + LEASE_WAITS * leaseMs;
    while (performance.now() < deadline) {
      await delay(LEASE_POLL_MS);
      const got = await takeOrFind(query, cause);
      if (got === AWAY) break;
      if (got !== HELD) return 'entry' in got ? coalesced(got) : load(query, got);
    }
    return load(query);
  }

  return async (query, cause) => {
    const startedAt = performance.now();
    const isNew = cause === 'nothing';
    const answer = isNew ? await lookUp(query, cause) : undefined;
    const patienceMs = remote.breaker.timeoutMs - (performance.now() - startedAt);
    if (answer === AWAY || patienceMs < 1) return load(query);
    if (answer) return answer;
    const got = await takeOrFind(query, cause, { patienceMs, traced: isNew ? undefined : query.look });
    if (got === HELD) return waitForHolder(query, cause);
    if (got === AWAY) return load(query);
    return 'entry' in got ? got : load(query, got);
  };
}

interface Looking {
  readonly patienceMs?: number;
  /** Where the look-up stands in a trace: the first one does. */
  readonly traced?: Query['look'];
}
