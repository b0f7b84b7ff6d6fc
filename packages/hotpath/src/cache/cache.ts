/**
 * The cache: answers a query from memory, from Redis, by waiting for a request that is reading it already, or by reading
 * the database, in this order.
 *
 * What makes it right is one check, at every hit: an entry is served only if the follower is current, and every change
 * that it knows of what the entry was made from is visible in the snapshot that the entry was read at. Nothing else
 * has to be in order: a fill that is late, a Redis that lost or kept too much, a lease that two hold, an entry that was
 * overwritten by an older one cost time, and no more.
 *
 * - An entry that a change has outdated is never served again, whatever its age. An entry that is only past its ttl may
 *   be: while it is read anew (`staleWhileRevalidate`), and while no database server answers (`staleIfError`).
 * - While the follower is not current the changes are unknown, so each request reads the database (`flight.ts` says how
 *   many can share a reading), and Redis keeps nothing. If no server answers either, `staleIfError` bounds for how long the
 *   changes may have been unknown.
 * - Memory keeps what a request has read past it, so that no later hit shows less than that request saw.
 * - A request that reads the database itself is answered with what it read, whether or not that is outdated by then: it
 *   was read after the request came. A request that waits for another one does so under the condition of `flight.ts`.
 * - An answer that a shared cache may keep is confirmed first: the log is read up to a moment after the request came, and
 *   the entry is held against what that reading found, wherever it came from. So what a shared cache fetches after a
 *   commit was acknowledged holds that commit, on every instance.
 */
import type { Follower } from '../freshness/follower.ts';
import { isOfStandby } from '../freshness/snapshot.ts';
import { currentSpan } from '../telemetry/context.ts';
import { AWAY } from './breaker.ts';
import { type Entry, entryOf, type Reading } from './entry.ts';
import { createFill, type Fill } from './fill.ts';
import { createFlights } from './flight.ts';
import { createGate } from './gate.ts';
import { createL1 } from './l1.ts';
import { createL2, type Remote } from './l2.ts';
import type { Lease } from './lease.ts';
import { timesFor } from './policy.ts';
import type { Read } from './popular.ts';
import { type Answer, coalesced, type Query } from './query.ts';
import { coalesce, traceKeeping, traceLook, traceRefresh, unanswered } from './spans.ts';
import { type CacheStats, count, createCounters, type Outcome } from './stats.ts';
import { complete } from './variants.ts';
import { judge, overdue } from './verdict.ts';

export interface CacheOptions {
  readonly follower: Follower;
  /** The bound of this process's memory. */
  readonly maxBytes: number;
  /** Whether an answer is for the public, so that anybody can fill the cache with it. Without it none is. */
  readonly isPublic?: (key: string) => boolean;
  /** Without it there is one tier. */
  readonly remote?: Remote | undefined;
  /** Fills that may be with the database at once, and that wait for it. */
  readonly fills?: { readonly atOnce: number; readonly waiting: number };
  /** How long a lease holds. */
  readonly leaseMs?: number;
  /** How old the follower's knowledge may be, in milliseconds; without it, as old as the follower's own bound. */
  readonly maxAgeMs?: number;
  /** Whether an error says that no database server answers. */
  readonly isAway: (error: unknown) => boolean;
  /** Runs what belongs to no request. */
  readonly background?: (work: () => Promise<void>) => void;
}

export interface Cache {
  readonly stats: CacheStats;
  /** An entry of this process's memory that may be served as it is, counted as a hit. Without a promise. */
  peek(key: string): Entry | undefined;
  /** @throws what `load` throws, where nothing else can be served. */
  read(query: Query): Promise<Answer>;
  /** Reads the database whatever is kept, and keeps nothing. @throws what `load` throws. */
  bypass(query: Query): Promise<Answer>;
  /** Reads the database, and resolves when the answer is kept in both tiers. @throws what `load` throws. */
  renew(query: Query): Promise<void>;
  /** Reads the database whatever is kept, for a client that may know more than this process. @throws what `load` throws. */
  readPast(query: Query): Promise<Answer>;
  /** Counts a request for a cached route. */
  countViewer(isOn: boolean): void;
  /** What was read most from memory since it was last taken, most first. */
  takeReads(many: number): Read[];
  /** Takes an entry from Redis into memory, if it may be served. */
  preload(key: string): Promise<void>;
  /** Resolves when what was filled so far is kept in both tiers. */
  settled(): Promise<void>;
}

const CATCH_UP_MS = 50;
const FILLS = { atOnce: 16, waiting: 256 };
const LEASE_MS = 500;
/** Of an entry that was read from another server than the one that is followed: it is never fresh. */
const NO_EPOCH = '';
/**
 * How long Redis keeps an answer for the public that nobody has asked for again yet. A flood of distinct questions takes
 * no more of Redis than what it asks in this time.
 */
const BRIEF_MS = 30_000;
/** What was read most comes back into memory as if it had been read so often there. */
const PRELOADED_USES = 8;

export function createCache(options: CacheOptions): Cache {
  const { follower, remote, leaseMs = LEASE_MS, isAway, background = (work) => void work() } = options;
  const { maxAgeMs = Number.POSITIVE_INFINITY, isPublic = () => false } = options;
  const l1 = createL1(options);
  const l2 = remote && createL2(remote);
  const flights = createFlights<Answer>(follower);
  const gate = createGate(options.fills ?? FILLS);
  const { answers, cohorts, events } = createCounters();
  const keeping = new Set<Promise<void>>();
  /** Entries that Redis keeps for a short time. */
  const brief = new WeakSet<Entry>();
  const onOutdated = () => count(events, 'outdated');
  const fill: Fill = remote
    ? createFill({ ...{ follower, isCurrent, l1, remote, leaseMs, load, onOutdated, onFound: prolong } })
    : (query) => load(query);

  function isCurrent(): boolean {
    return follower.isCurrent && follower.ageMs < maxAgeMs;
  }

  /** What memory holds for a key. */
  function lookUp(key: string, now: number) {
    const entry = l1.get(key);
    if (!entry) return undefined;
    const verdict = judge(follower, entry, now);
    if (verdict !== 'outdated') {
      if (entry.reads === 0 && brief.delete(entry)) void untilDone(afterReplies().then(() => l2?.set({ key }, entry)));
      entry.reads += 1;
    }
    return { entry, verdict };
  }

  /** What another instance kept for a short time and this one asks for as well is kept like everything else. */
  function prolong(key: string, entry: Entry): void {
    if (Date.now() - entry.readAt < BRIEF_MS && isPublic(key)) void untilDone(l2!.prolong(key, entry));
  }

  function untilDone(done: Promise<void>): Promise<void> {
    keeping.add(done);
    return done.finally(() => keeping.delete(done));
  }

  function peek(key: string): Entry | undefined {
    follower.touch();
    const held = isCurrent() ? lookUp(key, Date.now()) : undefined;
    if (held?.verdict !== 'fresh') return undefined;
    count(answers.l1, 'hit');
    return held.entry;
  }

  async function confirm(query: Query): Promise<Answer> {
    follower.touch();
    // Requests that come during a reading wait for the next one together.
    const isCaughtUp = await follower.catchUp(CATCH_UP_MS);
    const answer = await resolve(query);
    const isConfirmed = isCaughtUp && VOUCHED_FOR.has(answer.outcome) && judge(follower, answer.entry) !== 'outdated';
    return { ...answer, isConfirmed };
  }

  async function resolve(query: Query): Promise<Answer> {
    follower.touch();
    // After an idle time it has to look first, which is less work than any read.
    if (!isCurrent()) await follower.catchUp(CATCH_UP_MS);
    if (!isCurrent()) return flights.joinNext(query.key, () => pastOrRescued(query));
    const { entry, verdict } = lookUp(query.key, Date.now()) ?? {};
    if (entry && verdict === 'fresh') return { entry, tier: 'l1', outcome: 'hit' };
    if (entry && verdict === 'late') {
      readAnew(query);
      return { entry, tier: 'l1', outcome: 'stale' };
    }
    if (verdict === 'outdated') {
      onOutdated();
      l1.delete(query.key);
    }
    const flight = flights.join(query.key);
    if (flight) {
      coalesce(query.look, flight.span);
      return coalesced(await flight.landing);
    }
    const cause = verdict === 'outdated' ? 'outdated' : 'nothing';
    const answer = await flights.start(query.key, query.tables, () => fill(query, cause));
    // Now that the flight has landed: while it is in the air, nothing is read anew beside it.
    if (answer.outcome === 'stale') readAnew(query);
    return answer;
  }

  /** Reads an entry anew in the background, unless it is being read already. */
  function readAnew(query: Query): void {
    if (flights.join(query.key)) return;
    const refresh = () => flights.start(query.key, query.tables, () => traceLook(query, (look) => fill(look, 'late')));
    background(() => traceRefresh(refresh).then(noted, () => count(events, 'failedRefreshes')));
  }

  async function load(query: Query, held?: Lease): Promise<Answer> {
    unanswered(query.look, 'miss');
    try {
      const entry = await readDatabase(query);
      void keep(query.key, entry, held);
      return { entry, tier: 'database', outcome: 'miss' };
    } catch (error) {
      void held?.release();
      return rescue(query, error);
    }
  }

  async function bypass(query: Query): Promise<Answer> {
    unanswered(query.look, 'bypass');
    return { entry: await readDatabase(query), tier: 'database', outcome: 'bypass' };
  }

  async function past(query: Query): Promise<Answer> {
    const answer = await bypass(query);
    keepHere(query.key, answer.entry);
    return answer;
  }

  const pastOrRescued = (query: Query): Promise<Answer> => past(query).catch((error) => rescue(query, error));

  async function readDatabase({ load, policy }: Query): Promise<Entry> {
    let { epoch } = follower;
    let reading = await gate.run(load);
    if (isInDoubt(reading) && !(await follower.doubt(reading.incarnation, CATCH_UP_MS))) {
      // The connection that read led to a server that the address no longer leads to, and is replaced by now.
      epoch = follower.epoch;
      reading = await gate.run(load);
    }
    const times = timesFor(policy, reading.status, Math.random());
    return entryOf(reading, { ...times, epoch: isElsewhere(reading) ? NO_EPOCH : epoch, readAt: Date.now() });
  }

  /** A standby cannot be followed, so a read on one says nothing of the server that is. */
  function isInDoubt(reading: Reading): boolean {
    return isElsewhere(reading) && !isOfStandby(reading.snapshot);
  }

  /** Before the follower's first reading nothing is kept anyway. */
  function isElsewhere({ incarnation }: Reading): boolean {
    return follower.incarnation !== '' && follower.incarnation !== incarnation;
  }

  /** If no server answers, an entry that is not known to be outdated is served past its ttl. @throws the error, else. */
  async function rescue({ key }: Query, error: unknown): Promise<Answer> {
    if (!isAway(error)) throw error;
    const local = l1.get(key);
    const entry = local ?? (await l2?.get({ key, look: currentSpan() }));
    if (!entry || entry === AWAY || judge(follower, entry) === 'outdated') throw error;
    const overdueMs = Math.max(overdue(entry, Date.now()), follower.ageMs, 1);
    if (overdueMs > entry.rescueMs) throw error;
    return { entry, tier: local ? 'l1' : 'l2', outcome: 'rescued', overdueMs };
  }

  /** Keeps an entry here at once; in Redis, with every variant, once the replies that wait for it are on their way. */
  function keep(key: string, entry: Entry, lease?: Lease): Promise<void> {
    const isNew = isPublic(key) && !l1.knows(key);
    const isKept = keepHere(key, entry);
    if (isKept && isNew) brief.add(entry);
    return untilDone(
      afterReplies().then(async () => {
        if (isKept) await spread(key, entry);
        await lease?.release();
      }),
    );
  }

  function keepHere(key: string, entry: Entry): boolean {
    const isKept = entry.ttlMs > 0 && judge(follower, entry) === 'fresh';
    if (!isKept) return false;
    count(events, 'stored');
    l1.set(key, entry);
    return true;
  }

  const spread = (key: string, entry: Entry): Promise<void> =>
    traceKeeping(entry, async (look) => {
      await complete(entry);
      // It has grown by its variants.
      if (l1.get(key) === entry) l1.set(key, entry);
      await l2?.set({ key, look }, entry, brief.has(entry) ? BRIEF_MS : undefined);
    });

  async function counted(resolved: Promise<Answer>): Promise<Answer> {
    const answer = await resolved;
    count(answers[answer.tier], answer.outcome);
    return answer;
  }

  return {
    peek,
    read: (query) => counted(traceLook(query, query.policy.sharedMaxAge === undefined ? resolve : confirm)),
    bypass: (query) => counted(traceLook(query, bypass)),
    readPast: (query) => counted(traceLook(query, past)),
    renew: async (query) => keep(query.key, await readDatabase(query)),
    takeReads: (many) => l1.takeReads(many),
    async preload(key) {
      const entry = await l2?.get({ key });
      if (entry && entry !== AWAY && judge(follower, entry) === 'fresh') l1.set(key, entry, PRELOADED_USES);
    },
    countViewer: (isOn) => count(cohorts, isOn ? 'on' : 'off'),
    settled: async () => void (await Promise.all(keeping)),
    stats: {
      ...{ answers, cohorts, events },
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
        return { underway: flights.inTheAir, running: gate.running, waiting: gate.waiting };
      },
      get breaker() {
        return remote?.breaker.state ?? 'none';
      },
    },
  };
}

/** Outcomes that may be confirmed: neither past their time, nor read while it was not known what changes. */
const VOUCHED_FOR: ReadonlySet<Outcome> = new Set<Outcome>(['hit', 'miss', 'coalesced']);

const noted = () => {};

/** Replies are written at the end of a turn of the event loop, so that is waited for, and what was begun before it. */
const afterReplies = (): Promise<void> => new Promise((resolve) => setImmediate(setImmediate, resolve));
