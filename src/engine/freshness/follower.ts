/**
 * The follower: keeps an instance up with the invalidation log, so that it can tell of any entry whether it may still be
 * served. It decides by transactions alone. No clock of another machine, no message that can be lost, no order of
 * commits takes part.
 *
 * The rule. Every committed change of a watched table has a row in the log, written by a trigger in the same
 * transaction: both are visible to a snapshot, or neither is. An entry keeps the snapshot of the statement that read it.
 * It is fresh if every transaction in the log that touched one of its tags is visible in that snapshot. What was read
 * before a change is therefore stale for ever, however late it is stored, by whichever instance. What was read on a
 * standby has no snapshot that tells what was open there, and is never fresh.
 *
 * Reading the log. The follower keeps the snapshot of its latest reading, its position. It asks for the rows that are
 * visible now and were not at its position; the reading's own snapshot becomes the next position. Nothing is missed and
 * nothing read twice, in whatever order transactions began, wrote and committed: ids are given at the first write, so a
 * later id may commit first, and a follower that asked for `id > last` would miss the earlier one. A transaction that
 * stays open for hours is in every snapshot's list of open ones; others' changes are learned, and what is read after
 * them is fresh, as if it were not there. A snapshot changes whenever a transaction that has written ends: while it stands
 * still, in the same epoch, there is nothing to read, and asking for it costs a fraction of a reading.
 *
 * Floors. The log is bounded: what is visible in the epoch's floor may have been deleted. The floor is raised before
 * anything is deleted, and both are read in one snapshot. If the position does not include the floor, changes may have
 * gone unread: everything that was read before the floor is forgotten. After a lost connection nothing else happens:
 * while the log still holds what came after the position, nothing is missed and nothing is forgotten needlessly.
 *
 * Epochs. The log and the epoch are unlogged tables, which cost a write little. PostgreSQL empties them when it recovers
 * from a crash, and they are empty on a replica that is promoted; so whoever finds no epoch begins one, with a new id. A
 * crash may undo transactions and give their ids to others, so snapshots of two epochs cannot be compared: entries are
 * kept under the epoch that was known before they were read, and one of another epoch is not found. A prepared
 * transaction survives the crash, but its row in the log does not. So the transactions that were open when the epoch
 * began are waited for: when one of them ends, everything that was read before is forgotten.
 *
 * Bounds. What the follower knows is as old as the moment at which its latest reading was sent. Past the bound, or
 * before the first reading after an idle time, it is not current, and its user goes to the database. A connection that
 * does not answer within the bound is given up for a new one. It holds no state of the session, so it may go through a
 * pooler in transaction mode.
 *
 * Read-only servers. Where the server takes no writes, the log is read and not cleared away; and the connection is
 * replaced every few seconds, for its address may lead to a server that does.
 */
import type pg from 'pg';
import { READ_ONLY, sqlstateOf } from '../session/error-codes.ts';
import { SessionClient } from '../session/session-client.ts';
import { findGaps } from './coverage.ts';
import { Knowledge } from './knowledge.ts';
import { beginEpoch, isStandingStill, type Reading, readLog, trimLog } from './log.ts';
import { CHANNEL } from './notify.ts';
import { includes, readSnapshot, type Snapshot, snapshotText } from './snapshot.ts';
import type { Watched } from './watched.ts';

export interface Follower {
  /**
   * Whether every change of these tags that is known is visible in the snapshot, and the snapshot is not older than what
   * is remembered. Of memory alone.
   */
  isFresh(snapshot: Snapshot, tags: readonly string[]): boolean;
  /** Whether what is known is as new as its bound wants. */
  readonly isCurrent: boolean;
  /** Whether it reads the log, often or seldom, and the triggers are there: whether entries can be served at all. */
  readonly isFollowing: boolean;
  /** How old what is known is, in milliseconds; infinite before the first reading. */
  readonly ageMs: number;
  /** Counts the changes learned: while it stands still, what was fresh is fresh. */
  readonly changes: number;
  /** Names the time in which snapshots can be compared: to be taken before a read, and kept with what it gives. */
  readonly epoch: string;
  /** The snapshot of the latest reading, as text: what is known is all that is visible in it. */
  readonly position: string;
  /** The position and its epoch: names all that is known, to other followers of the database. */
  readonly token: string;
  /**
   * Resolves with whether it knows what every transaction changed that had committed when it was called; with false
   * after the bound, and where triggers are missing.
   */
  catchUp(timeoutMs?: number): Promise<boolean>;
  /** Resolves with whether it knows all that the token of another follower names. Of anything else it is false. */
  reach(token: string, timeoutMs: number): Promise<boolean>;
  /** Says that entries are served, so that the log is read often. */
  touch(): void;
  close(): Promise<void>;
}

export interface FollowerOptions {
  readonly url: string;
  /** From one reading to the next while entries are served, and while none are. In milliseconds, as all times here. */
  readonly pollMs?: number;
  readonly idlePollMs?: number;
  /** After the last touch. */
  readonly idleAfterMs?: number;
  /** How old what it knows may be, and how long a reading may take. */
  readonly boundMs?: number;
  /** How long the log keeps what nobody has needed: one such time, two at most. */
  readonly windowMs?: number;
  /** From one clearing of the log, and look at the triggers, to the next. */
  readonly upkeepMs?: number;
  /** Whether the database is asked to tell of changes at once, which it does if `notify.ts` has been switched on. */
  readonly listen?: boolean;
  /** What the triggers in the database must log; without it they are believed. */
  readonly watched?: Watched;
  readonly onState?: (state: FollowerState) => void;
}

/** Told when it changes. The follower is not current while triggers are missing, and when it has been lost for its bound. */
export type FollowerState =
  | { readonly is: 'following' }
  | { readonly is: 'lost'; readonly error: unknown }
  | { readonly is: 'uncovered'; readonly sources: readonly string[] };

const DEFAULTS = {
  pollMs: 20,
  idlePollMs: 1000,
  idleAfterMs: 10_000,
  boundMs: 1000,
  windowMs: 600_000,
  upkeepMs: 10_000,
  listen: false,
};
/** From one reading to the next that the database asks for: many commits are one wake-up. */
const WAKE_UP_MS = 5;
const LIMITS = { tags: 200_000, transactions: 8 };
/** Changes in one reading. Where there are more, all is forgotten instead. */
const MOST_CHANGES = 50_000;
const TRIMMED_ROWS = 5_000;
const NEVER = Number.NEGATIVE_INFINITY;
/** Between a position and its epoch. */
const OF = '@';
const RETRY = { firstMs: 10, lastMs: 2000 };

/** Follows until it is closed, whatever happens to the database. It is not current before its first reading. */
export function openFollower(options: FollowerOptions): Follower {
  const { url, pollMs, idlePollMs, idleAfterMs, boundMs, windowMs, upkeepMs, listen, watched, onState } = {
    ...DEFAULTS,
    ...options,
  };
  const knowledge = new Knowledge(LIMITS);
  const rest = createRest();
  const retreat = createRest();
  const waiting = new Set<(isKnown: boolean) => void>();
  let heardAt = NEVER;
  let touchedAt = NEVER;
  /** When the latest time without a touch ended: what was heard before is too old. */
  let wokenAt = Number.POSITIVE_INFINITY;
  let keptUpAt = performance.now();
  let state: FollowerState['is'] | undefined;
  /** The epoch for which the triggers have been looked at, on this connection. */
  let checked: string | undefined;
  /** Whether the latest reading, on this connection, found that no transaction had ended. */
  let isQuiet = false;
  let isCovered = true;
  let isClosed = false;

  const isIdle = (now: number) => now - touchedAt > idleAfterMs;

  function enter(next: FollowerState): void {
    if (next.is !== state) onState?.(next);
    state = next.is;
  }

  /** Whether the log need not be read. Who waits is not kept waiting for the answer, for most of them have written. */
  async function isUnchanged(client: pg.Client): Promise<boolean> {
    if (!isQuiet || waiting.size > 0) return false;
    const sentAt = performance.now();
    if (!(await isStandingStill(client, knowledge.position, knowledge.epoch))) return false;
    heardAt = isCovered ? sentAt : NEVER;
    return true;
  }

  /** Reads the log to its end. Who waited before it was asked learns whether it tells what they waited for. */
  async function read(client: pg.Client): Promise<void> {
    const served = [...waiting];
    const before = snapshotText(knowledge.position);
    let sentAt: number;
    let reading: Reading;
    do {
      sentAt = performance.now();
      reading = await readLog(client, knowledge.since, MOST_CHANGES);
      if (!reading.epoch) await beginEpoch(client);
    } while (!knowledge.take(reading));
    if (checked !== knowledge.epoch) await checkTriggers(client);
    isQuiet = snapshotText(knowledge.position) === before;
    heardAt = isCovered ? sentAt : NEVER;
    for (const done of served) done(isCovered);
  }

  /** New triggers begin a new epoch, so they are looked at then; and now and then, for somebody may disable them. */
  async function checkTriggers(client: pg.Client): Promise<void> {
    const sources = watched ? await findGaps(client, watched) : [];
    const wasCovered = isCovered;
    isCovered = sources.length === 0;
    checked = knowledge.epoch;
    if (!isCovered) return enter({ is: 'uncovered', sources });
    if (!wasCovered) knowledge.forget();
    enter({ is: 'following' });
  }

  async function keepUp(client: SessionClient): Promise<void> {
    if (performance.now() - keptUpAt < upkeepMs) return;
    if ((await trim(client)) === TRIMMED_ROWS) return;
    await checkTriggers(client);
    keptUpAt = performance.now();
  }

  /** Clears away nothing where the server takes no writes. @returns how many rows. */
  async function trim(client: SessionClient): Promise<number> {
    if (client.isReadOnly) return 0;
    return trimLog(client, windowMs, TRIMMED_ROWS).catch((error: unknown) => {
      if (sqlstateOf(error) === READ_ONLY) return 0;
      throw error;
    });
  }

  /** Reads again and again until the connection fails, or should be replaced. */
  async function followOn(client: SessionClient): Promise<void> {
    await client.connect();
    checked = undefined;
    isQuiet = false;
    if (listen) await listenOn(client);
    while (!isClosed && !client.isSpent) {
      if (!(await isUnchanged(client))) await read(client);
      await keepUp(client);
      if (waiting.size === 0 && !isClosed) await rest.for(isIdle(performance.now()) ? idlePollMs : pollMs);
    }
  }

  /** Rests end early where the database tells of a change, while entries are served. */
  async function listenOn(client: pg.Client): Promise<void> {
    let wakingUp: NodeJS.Timeout | undefined;
    const wakeUp = () => {
      wakingUp = undefined;
      if (!isIdle(performance.now())) rest.end();
    };
    client.on('notification', () => (wakingUp ??= setTimeout(wakeUp, WAKE_UP_MS)));
    await client.query(`LISTEN ${CHANNEL}`);
  }

  async function follow(): Promise<void> {
    for (let retryMs = 0; !isClosed; retryMs = Math.min(Math.max(2 * retryMs, RETRY.firstMs), RETRY.lastMs)) {
      const client = connectionTo(url, boundMs);
      const heardBefore = heardAt;
      await followOn(client).catch((error: unknown) => enter({ is: 'lost', error }));
      void client.end();
      if (heardAt !== heardBefore) retryMs = 0;
      if (!isClosed) await retreat.for(retryMs);
    }
  }

  function catchUp(timeoutMs = boundMs): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    // Where the process was too busy to see the answer, it is there by now, and is looked at first.
    const timer = setTimeout(() => setImmediate(done, false), timeoutMs);
    const done = (isKnown: boolean) => {
      clearTimeout(timer);
      waiting.delete(done);
      resolve(isKnown);
    };
    waiting.add(done);
    rest.end();
    return promise;
  }

  const following = follow();

  return {
    isFresh: (snapshot, tags) => knowledge.isFresh(snapshot, tags),
    get isCurrent() {
      return heardAt >= wokenAt && performance.now() - heardAt <= boundMs;
    },
    get isFollowing() {
      return state === 'following';
    },
    get ageMs() {
      return performance.now() - heardAt;
    },
    get changes() {
      return knowledge.changes;
    },
    get epoch() {
      return knowledge.epoch;
    },
    get position() {
      return snapshotText(knowledge.position);
    },
    get token() {
      return `${snapshotText(knowledge.position)}${OF}${knowledge.epoch}`;
    },
    catchUp,
    async reach(token, timeoutMs) {
      const [text = '', epoch] = token.split(OF, 2);
      const wanted = readSnapshot(text);
      if (!wanted) return false;
      // Snapshots of two epochs cannot be compared.
      const isKnown = () => epoch === knowledge.epoch && includes(knowledge.position, wanted);
      // Its follower took it before we are asked, so the next reading includes it, or it is not of this database.
      return isKnown() || ((await catchUp(timeoutMs)) && isKnown());
    },
    touch() {
      const now = performance.now();
      const wasIdle = isIdle(now);
      touchedAt = now;
      if (!wasIdle) return;
      wokenAt = now;
      rest.end();
    },
    async close() {
      isClosed = true;
      rest.end();
      retreat.end();
      await following;
    },
  };
}

/** A connection that tells when it is lost by failing what is asked of it. */
function connectionTo(url: string, boundMs: number): SessionClient {
  const client = new SessionClient({
    connectionString: url,
    application_name: 'hotpath follower',
    connectionTimeoutMillis: boundMs,
    query_timeout: boundMs,
    keepAlive: true,
  });
  return client.on('error', () => {});
}

/** A rest that can be ended early. */
function createRest() {
  let end = () => {};
  return {
    for: (ms: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: () => end(),
  };
}
