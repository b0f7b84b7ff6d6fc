/**
 * The cache: answers a query from memory, from Redis, by joining a request that reads it already, or by reading the
 * database, in this order.
 *
 * One check at every hit makes the answer right. The cache serves an entry only if the follower is current, and every
 * change of the entry's data that the follower knows is visible in the snapshot of the entry. The check depends on
 * nothing else. A late fill, a Redis that lost or kept too much, a lease with two holders, an older entry that replaced
 * a newer one: each costs time, and nothing more.
 *
 * - The cache never serves an entry that a change has outdated, whatever the entry's age. It serves an entry that is
 *   only past its ttl in two cases: while it refreshes the entry (`staleWhileRevalidate`), and while no database server
 *   answers (`staleIfError`).
 * - While the follower is not current, the changes are unknown. Then each request reads the database (`flight.ts` says
 *   how many requests share a read), and Redis keeps nothing. If no server answers either, `staleIfError` bounds how
 *   long the changes may have been unknown.
 * - Memory keeps the answer of a request that bypassed it, so that no later hit shows less than that request saw.
 * - A request that reads the database itself gets the result of that read, even if a change outdates it meanwhile: the
 *   read began after the request came. A request that joins another one does so under the condition of `flight.ts`.
 * - The cache confirms an answer that a shared cache may keep: it first reads the log up to a moment after the request
 *   came, then checks the entry against that reading, whatever tier the entry came from. So an answer that a shared
 *   cache fetches after the acknowledgement of a commit contains that commit, on every instance.
 */
import type { Follower } from '../freshness/follower.ts';
import type { ObservationPort } from '../observation/observation-port.ts';
import { currentSpan } from '../telemetry/context.ts';
import { AWAY } from './breaker.ts';
import { CATCH_UP_MS, DatabaseReader } from './database-reader.ts';
import type { Entry } from './entry.ts';
import type { FillLimitOptions } from './fill-limit.ts';
import { Flights } from './flight.ts';
import { Keeper } from './keeper.ts';
import { createL1, type L1 } from './l1.ts';
import { createL2, type L2, type Remote } from './l2.ts';
import type { Lease } from './lease.ts';
import { because, ObservedCache } from './observed-cache.ts';
import type { KeyReads } from './popular.ts';
import { type CacheAnswer, coalesced, type Query } from './query.ts';
import { type Cause, RemoteFill } from './remote-fill.ts';
import { coalesce, traceLookUp, traceRefresh, unanswered } from './spans.ts';
import type { StandbyReader } from './standby-reader.ts';
import { type CacheStats, count, createCounters, type Outcome, type Tier } from './stats.ts';
import { isCurrent, judge, overdue } from './verdict.ts';

export interface CacheParts {
  readonly follower: Follower;
  /** The bound of this process's memory, in bytes. */
  readonly maxBytes: number;
  /** Whether an answer is for the public, so that any client can fill the cache with it. Without it, no answer is. */
  readonly isPublic?: (key: string) => boolean;
  /** The second tier. Without it, the cache is memory alone. */
  readonly remote?: Remote | undefined;
  /** The number of fills that may read the database at once, and the number that may wait. */
  readonly fills?: FillLimitOptions;
  /** How long a lease holds, in milliseconds. */
  readonly leaseMs?: number;
  /** The highest age of the follower's last reading, in milliseconds; without it, the follower's own bound. */
  readonly maxAgeMs?: number;
  /** The standbys that may answer fills; without it every read asks the primary. */
  readonly standbys?: StandbyReader | undefined;
  /** Whether an error says that no database server answers. */
  readonly isAway: (error: unknown) => boolean;
  /** The port to the observer of answers and evictions. */
  readonly port?: ObservationPort;
  /** Runs work that belongs to no request. */
  readonly background?: (work: () => Promise<void>) => void;
}

const FILLS = { atOnce: 16, waiting: 256 };
const LEASE_MS = 500;
/** The number of reads with which an entry that a new process takes from Redis starts. */
const PRELOADED_USES = 8;
/** Outcomes that the cache can confirm: the entry is within its ttl, and was read while the changes were known. */
const CONFIRMABLE: ReadonlySet<Outcome> = new Set<Outcome>(['hit', 'miss', 'coalesced']);

export class Cache {
  readonly stats: CacheStats;
  readonly #follower: Follower;
  readonly #maxAgeMs: number;
  readonly #isAway: CacheParts['isAway'];
  readonly #background: NonNullable<CacheParts['background']>;
  readonly #counters = createCounters();
  readonly #l1: L1;
  readonly #l2: L2 | undefined;
  readonly #flights: Flights<CacheAnswer>;
  readonly #database: DatabaseReader;
  readonly #keeper: Keeper;
  readonly #remote: RemoteFill | undefined;
  readonly #observed: ObservedCache;

  constructor(options: CacheParts) {
    const { follower, remote, maxAgeMs = Number.POSITIVE_INFINITY, leaseMs = LEASE_MS } = options;
    const { isPublic = () => false, background = (work) => void work() } = options;
    const { events } = this.#counters;
    this.#follower = follower;
    this.#maxAgeMs = maxAgeMs;
    this.#isAway = options.isAway;
    this.#background = background;
    const observed = new ObservedCache(options.port, follower);
    const l1 = createL1({ ...options, onEvict: observed.evicted });
    const l2 = remote && createL2({ ...remote, port: options.port });
    const keeper = new Keeper({ follower, l1, l2, events, isPublic });
    this.#observed = observed;
    this.#l1 = l1;
    this.#l2 = l2;
    this.#keeper = keeper;
    this.#flights = new Flights<CacheAnswer>(follower);
    this.#database = new DatabaseReader({ follower, fills: options.fills ?? FILLS, standbys: options.standbys });
    if (remote && l2)
      this.#remote = new RemoteFill({ follower, maxAgeMs, remote, l2, keeper, events, observed, leaseMs });
    this.stats = this.#statsWith(remote);
  }

  /** An entry in this process's memory that may be served, counted as a hit. It returns without a promise. */
  peek(key: string): Entry | undefined {
    this.#follower.touch();
    const held = this.#isCurrent() ? this.#lookUp(key, Date.now()) : undefined;
    if (held?.verdict !== 'fresh') return undefined;
    count(this.#counters.answers.l1, 'hit');
    this.#observed.hit(key, held.entry);
    return held.entry;
  }

  /** @throws the error of the query's source, if no entry can be served instead. */
  read(query: Query): Promise<CacheAnswer> {
    const isShared = query.policy.sharedMaxAge !== undefined;
    return this.#counted(query, (asked) => (isShared ? this.#confirm(asked) : this.#resolve(asked)));
  }

  /** Reads the database without looking at the tiers, and keeps nothing. @throws the error of the query's source. */
  bypass(query: Query): Promise<CacheAnswer> {
    return this.#counted(query, (asked) => this.#bypass(asked, false));
  }

  /** Reads the database, and resolves when both tiers have the answer. @throws the error of the query's source. */
  async renew(query: Query): Promise<void> {
    const { entry } = await this.#database.read(query);
    await this.#keeper.keep(query.key, entry);
  }

  /**
   * Reads the database without looking at the tiers, for a client that may know more than this process.
   * @throws the error of the query's source.
   */
  readPast(query: Query): Promise<CacheAnswer> {
    return this.#counted(query, (asked) => this.#readPast(asked));
  }

  /** The entries in memory, by their keys. */
  all(): Iterable<readonly [key: string, entry: Entry]> {
    return this.#l1.all();
  }

  /** Counts a request for a cached route. */
  countViewer(isOn: boolean): void {
    count(this.#counters.cohorts, isOn ? 'on' : 'off');
  }

  /** The keys with the most reads from memory since the last call, most read first. */
  takeReads(many: number): KeyReads[] {
    return this.#l1.takeReads(many);
  }

  /** Takes an entry from Redis into memory, if it may be served. */
  async preload(key: string): Promise<void> {
    const entry = await this.#l2?.get({ key });
    if (entry && entry !== AWAY && judge(this.#follower, entry) === 'fresh') this.#l1.set(key, entry, PRELOADED_USES);
  }

  /** Resolves when both tiers have all entries that were filled so far. */
  settled(): Promise<void> {
    return this.#keeper.settled();
  }

  #isCurrent(): boolean {
    return isCurrent(this.#follower, this.#maxAgeMs);
  }

  /** The entry in memory for a key, with its verdict. */
  #lookUp(key: string, now: number) {
    const entry = this.#l1.get(key);
    if (!entry) return undefined;
    const verdict = judge(this.#follower, entry, now);
    if (verdict !== 'outdated') this.#keeper.noteRead(key, entry);
    return { entry, verdict };
  }

  async #confirm(query: Query): Promise<CacheAnswer> {
    this.#follower.touch();
    // Requests that come during one reading of the log share the next reading.
    const isCaughtUp = await this.#follower.catchUp(CATCH_UP_MS);
    const answer = await this.#resolve(query);
    const isKnown = isCaughtUp && CONFIRMABLE.has(answer.outcome);
    return { ...answer, isConfirmed: isKnown && judge(this.#follower, answer.entry) !== 'outdated' };
  }

  async #resolve(query: Query): Promise<CacheAnswer> {
    this.#follower.touch();
    // After an idle time the follower reads the log first, which is cheaper than any read of data.
    if (!this.#isCurrent()) await this.#follower.catchUp(CATCH_UP_MS);
    if (!this.#isCurrent()) {
      because(query, 'unfollowed');
      return this.#flights.joinNext(query.key, () => this.#readPastOrRescue(query));
    }
    const { entry, verdict } = this.#lookUp(query.key, Date.now()) ?? {};
    if (entry && verdict === 'fresh') return { entry, tier: 'l1', outcome: 'hit' };
    if (entry && verdict === 'late') {
      this.#refresh(this.#database.after(query, entry));
      return { entry, tier: 'l1', outcome: 'stale' };
    }
    if (entry && verdict === 'outdated') {
      count(this.#counters.events, 'outdated');
      this.#observed.outdated(query.key, entry, 'l1');
      this.#l1.delete(query.key);
    }
    because(query, verdict === 'outdated' ? 'outdated' : verdict === 'lapsed' ? 'expired' : 'nothing');
    const asked = entry ? this.#database.after(query, entry) : query;
    return this.#joinOrFill(asked, verdict === 'outdated' ? 'outdated' : 'nothing');
  }

  async #joinOrFill(query: Query, cause: Cause): Promise<CacheAnswer> {
    const flight = this.#flights.join(query.key);
    if (flight) {
      coalesce(query.span, flight.span);
      return coalesced(await flight.landing);
    }
    const answer = await this.#flights.start(query.key, query.tables, () => this.#fill(query, cause));
    // The refresh starts after the flight has landed, because no refresh runs beside a flight in the air.
    if (answer.outcome === 'stale') this.#refresh(query);
    return answer;
  }

  /** Refreshes an entry in the background, unless a flight reads it already. */
  #refresh(query: Query): void {
    if (this.#flights.join(query.key)) return;
    const fill = () => traceLookUp(query, (traced) => this.#fill(traced, 'late'));
    const refresh = () => this.#flights.start(query.key, query.tables, fill);
    const failed = () => count(this.#counters.events, 'failedRefreshes');
    this.#background(() => traceRefresh(refresh).then(() => {}, failed));
  }

  async #fill(query: Query, cause: Cause): Promise<CacheAnswer> {
    const found = this.#remote && (await this.#remote.find(query, cause));
    return found && 'entry' in found ? found : this.#load(query, found);
  }

  async #load(query: Query, lease?: Lease): Promise<CacheAnswer> {
    unanswered(query.span, 'miss');
    try {
      const answer = await this.#database.fill(query);
      void this.#keeper.keep(query.key, answer.entry, lease);
      return { ...answer, tier: 'database', outcome: 'miss' };
    } catch (error) {
      void lease?.release();
      return this.#rescue(query, error);
    }
  }

  async #bypass(query: Query, isKept = true): Promise<CacheAnswer> {
    if (query.why?.reason === undefined) because(query, 'asked');
    unanswered(query.span, 'bypass');
    return { ...(await this.#database.read(query, isKept)), tier: 'database', outcome: 'bypass' };
  }

  async #readPast(query: Query): Promise<CacheAnswer> {
    const answer = await this.#bypass(query);
    this.#keeper.keepInMemory(query.key, answer.entry);
    return answer;
  }

  #readPastOrRescue(query: Query): Promise<CacheAnswer> {
    return this.#readPast(query).catch((error) => this.#rescue(query, error));
  }

  /**
   * Serves an entry past its ttl, or an answer of a standby, if the primary is away and no change is known to have outdated
   * it. @throws `error` otherwise.
   */
  async #rescue(query: Query, error: unknown): Promise<CacheAnswer> {
    if (!this.#isAway(error)) throw error;
    const { key } = query;
    const local = this.#l1.get(key);
    const entry = local ?? (await this.#l2?.get({ key, span: currentSpan() }));
    const kept = entry && entry !== AWAY ? this.#rescued(entry, local ? 'l1' : 'l2') : undefined;
    const read = kept ? undefined : await this.#database.fillAsLastKnown(query);
    const answer = kept ?? (read && this.#rescued(read.entry, 'database'));
    if (!answer) throw error;
    return answer;
  }

  #rescued(entry: Entry, tier: Tier): CacheAnswer | undefined {
    if (judge(this.#follower, entry) === 'outdated') return undefined;
    const overdueMs = Math.max(overdue(entry, Date.now()), this.#follower.ageMs, 1);
    return overdueMs > entry.rescueMs ? undefined : { entry, tier, outcome: 'rescued', overdueMs };
  }

  async #counted(query: Query, answerTo: (query: Query) => Promise<CacheAnswer>): Promise<CacheAnswer> {
    const answer = await this.#observed.answer(query, (asked) => traceLookUp(asked, answerTo));
    count(this.#counters.answers[answer.tier], answer.outcome);
    return answer;
  }

  #statsWith(remote: Remote | undefined): CacheStats {
    const [l1, flights, { limit }] = [this.#l1, this.#flights, this.#database];
    return {
      ...this.#counters,
      get entries() {
        return l1.entries;
      },
      get bytes() {
        return l1.bytes;
      },
      get evictions() {
        return l1.evictions;
      },
      get fills() {
        return { underway: flights.inTheAir, running: limit.running, waiting: limit.waiting };
      },
      get breaker() {
        return remote?.breaker.state ?? 'none';
      },
    };
  }
}
