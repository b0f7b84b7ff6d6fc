/**
 * The remote fill: asks Redis for a key that memory has no entry for. The result is an entry, the lease to read the
 * database, or the entry that the holder of the lease has stored meanwhile.
 *
 * The fill requests the lease together with a look-up, in one round trip. A look-up alone comes before that only if
 * memory had no entry: an entry that is outdated in memory is most likely outdated in Redis too.
 *
 * A trace shows the first look-up as a command of its own, and the lease as an event.
 *
 * One time limit covers all commands of a request to Redis. If Redis does not answer within it, the request reads the
 * database without a lease.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Follower } from '../freshness/follower.ts';
import { AWAY } from './breaker.ts';
import type { Entry } from './entry.ts';
import type { Keeper } from './keeper.ts';
import type { L2, Remote } from './l2.ts';
import { createLeases, HELD, type Lease, type Leases } from './lease.ts';
import type { ObservedCache } from './observed-cache.ts';
import { type CacheAnswer, coalesced, type Query } from './query.ts';
import { type CacheEvents, count } from './stats.ts';
import { isCurrent, judge } from './verdict.ts';

export interface RemoteFillParts {
  readonly follower: Follower;
  /** The highest age of the follower's last reading, in milliseconds. */
  readonly maxAgeMs: number;
  readonly remote: Remote;
  readonly l2: L2;
  readonly keeper: Keeper;
  readonly events: CacheEvents;
  readonly observed: ObservedCache;
  readonly leaseMs: number;
}

/** The reason for the fill: memory has no entry, an entry that a change has outdated, or one that is past its ttl. */
export type Cause = 'nothing' | 'outdated' | 'late';

/** An answer, or the lease for reading the database, or undefined while Redis is away. */
export type RemoteFound = CacheAnswer | Lease | undefined;

/**
 * How long a request without the lease waits, as a number of leases: long enough for a holder that died, or a slow
 * database.
 */
const LEASE_WAITS = 10;
const LEASE_POLL_MS = 10;

interface LookUp {
  readonly patienceMs?: number;
  /** The span that shows the look-up in a trace; only the first look-up has it. */
  readonly traced?: Query['span'];
}

export class RemoteFill {
  readonly #parts: RemoteFillParts;
  readonly #leases: Leases;

  constructor(parts: RemoteFillParts) {
    this.#parts = parts;
    this.#leases = createLeases(parts.remote, parts.leaseMs);
  }

  async find(query: Query, cause: Cause): Promise<RemoteFound> {
    const startedAt = performance.now();
    const isNew = cause === 'nothing';
    const answer = isNew ? await this.#lookUp(query, cause) : undefined;
    const patienceMs = this.#parts.remote.breaker.timeoutMs - (performance.now() - startedAt);
    if (answer === AWAY || patienceMs < 1) return undefined;
    if (answer) return answer;
    const got = await this.#takeOrFind(query, cause, { patienceMs, traced: isNew ? undefined : query.span });
    if (got === HELD) return this.#waitForHolder(query, cause);
    return got === AWAY ? undefined : got;
  }

  async #lookUp(query: Query, cause: Cause, patienceMs?: number): Promise<CacheAnswer | undefined | typeof AWAY> {
    const { follower, maxAgeMs, l2, events, observed } = this.#parts;
    const entry = await l2.get(query, patienceMs);
    if (!entry || entry === AWAY || !isCurrent(follower, maxAgeMs)) return entry && AWAY;
    const verdict = judge(follower, entry);
    if (verdict === 'outdated') {
      count(events, 'outdated');
      observed.outdated(query.key, entry, 'l2');
    }
    if (verdict === 'fresh') return this.#found(query, entry, 'hit');
    if (verdict !== 'late' || cause === 'late') return undefined;
    return this.#found(query, entry, 'stale');
  }

  #found({ key }: Query, entry: Entry, outcome: 'hit' | 'stale'): CacheAnswer {
    this.#parts.keeper.adopt(key, entry, outcome === 'hit');
    return { entry, tier: 'l2', outcome };
  }

  /** Requests the lease, and then the entry that its last holder stored: two commands in one round trip. */
  async #takeOrFind({ span, ...query }: Query, cause: Cause, { patienceMs, traced }: LookUp = {}) {
    const [lease, answer] = await Promise.all([
      this.#leases.take(query.key, patienceMs),
      this.#lookUp({ ...query, span: traced }, cause, patienceMs),
    ]);
    span?.event('cache.lease', { 'hotpath.cache.lease': lease === HELD ? 'held' : lease === AWAY ? 'away' : 'taken' });
    if (!answer || answer === AWAY) return lease;
    if (lease !== HELD && lease !== AWAY) void lease.release();
    return answer;
  }

  async #waitForHolder(query: Query, cause: Cause): Promise<RemoteFound> {
    const deadline = performance.now() + LEASE_WAITS * this.#parts.leaseMs;
    while (performance.now() < deadline) {
      await delay(LEASE_POLL_MS);
      const got = await this.#takeOrFind(query, cause);
      if (got === AWAY) break;
      if (got !== HELD) return 'entry' in got ? coalesced(got) : got;
    }
    return undefined;
  }
}
