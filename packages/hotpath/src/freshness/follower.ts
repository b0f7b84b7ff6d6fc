/**
 * The follower: keeps an instance up to date with the invalidation log, so that the instance knows of any entry whether it
 * may still serve it. It decides by transactions alone, never by the clock of another machine, by a message that can be lost,
 * or by the order of commits.
 *
 * The rule. Every committed change of a watched table has a row in the log, written by a trigger in the same
 * transaction: both are visible to a snapshot, or neither is. An entry keeps the snapshot of the statement that read it.
 * It is fresh if every transaction in the log that touched one of its tags is visible in that snapshot. So an entry that
 * was read before a change is stale for ever, however late an instance stores it.
 *
 * Reading the log. The follower keeps the snapshot of its latest reading, its position. It asks for the rows that are
 * visible now and were not at its position; the reading's own snapshot becomes the next position. Nothing is missed and
 * nothing is read twice, in whatever order transactions began, wrote and committed. A transaction that stays open for
 * hours is in every snapshot's list of open ones, and delays no follower. While the snapshot stands still no transaction
 * that wrote has ended, so there is nothing to read, and asking for it costs a fraction of a reading.
 *
 * Floors. The log is bounded: rows that are visible in the epoch's floor may have been deleted. The floor is raised
 * before anything is deleted, and both are read in one snapshot. If the position does not include the floor, changes
 * may have gone unread: everything that was read before the floor is forgotten.
 *
 * Epochs. Snapshots can be compared within one run of one database only, so the name of an epoch contains everything that can end it:
 * - its row in an unlogged table, which a crash and a promotion empty; an instance that finds no row begins another epoch. A
 *   crash may undo transactions and give their ids to others. Transactions that were open when the row was made are
 *   waited for: when one of them ends, everything that was read before is forgotten;
 * - the incarnation: the server's start and the place of the database in it. A copy, a restored backup and another
 *   server behind the same address have another one;
 * - the catalog's fingerprint (`catalog.ts`).
 * An entry is kept under the epoch that was known before it was read, and one of another epoch is not found.
 *
 * One server. Every read returns the incarnation that it saw. If that is not the follower's (`doubt`), one of the two is
 * connected to a server that the address no longer leads to. Then the follower is deaf until it has connected again. It
 * also connects again every few seconds, for an address may move while old connections live on.
 *
 * Bounds. The knowledge of a follower is as old as the moment at which its latest reading was sent. Past the bound, or
 * before the first reading after an idle time, it is not current, and its user catches up first or reads the database.
 * The connection holds no state of the session, so it may go through a pooler in transaction mode.
 */
import type pg from 'pg';
import type { ObservationPort } from '../observation/observation-port.ts';
import type { Culprit } from '../observation/observed-event.ts';
import type { Gap } from './coverage.ts';
import type { OwnChanges } from './log.ts';
import type { Snapshot } from './snapshot.ts';
import type { Watched } from './watched.ts';

export interface Follower {
  /**
   * Whether every change of these tags that is known is visible in the snapshot, and the snapshot is not older than what
   * is remembered. Of memory alone.
   */
  isFresh(snapshot: Snapshot, tags: readonly string[]): boolean;
  /** Whether a standby that reads at the snapshot has replayed the catalog of the epoch. */
  hasCatalog(snapshot: Snapshot): boolean;
  /** The changes because of which `isFresh` is false, for people to read. */
  culprits(snapshot: Snapshot, tags: readonly string[]): readonly Culprit[];
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
  /** The life of the database that is followed; empty before the first reading. */
  readonly incarnation: string;
  /** The name by which standbys know the life that is followed; empty while it is not written, or not to be. */
  readonly life: string;
  /** The snapshot of the latest reading, as text: what is known is all that is visible in it. */
  readonly position: string;
  /** The position with its place in the write-ahead log; undefined without `namesLife`. One object for each position. */
  readonly walPosition: WalPosition | undefined;
  /** The position and its epoch: names all that is known, to other followers of the database. */
  readonly token: string;
  /**
   * Resolves with whether it knows what every transaction changed that had committed when it was called; with false
   * after the bound, and where triggers are missing.
   */
  catchUp(timeoutMs?: number): Promise<boolean>;
  /**
   * Learns all changes of a committed transaction, before the log was read up to it.
   * @returns a token that names it, too; undefined if the log must be read: the transaction is of another life of the
   * database, changes go unlogged, standbys are to be proved, or the position lies too many transactions behind.
   */
  learn(own: OwnChanges): string | undefined;
  /** Resolves with whether it knows all that the token of another follower names. Of anything else it is false. */
  reach(token: string, timeoutMs: number): Promise<boolean>;
  /**
   * Reports that a read saw another incarnation. Nothing is current until the follower has connected again.
   * @returns whether the follower sees that incarnation, too, by then.
   */
  doubt(incarnation: string, timeoutMs?: number): Promise<boolean>;
  /** Says that entries are served, so that the log is read often. */
  touch(): void;
  close(): Promise<void>;
}

/** A snapshot, and the place in the write-ahead log before which everything that is visible in it lies. */
export interface WalPosition {
  readonly snapshot: Snapshot;
  readonly lsn: bigint;
}

export interface FollowerOptions {
  /** How the database is reached. */
  readonly connection: pg.ClientConfig;
  /** From one reading to the next while entries are served, and while none are. In milliseconds, as all times here. */
  readonly pollMs?: number;
  readonly idlePollMs?: number;
  /** After the last touch. */
  readonly idleAfterMs?: number;
  /** How old what it knows may be. */
  readonly boundMs?: number;
  /** How long one connection is kept. */
  readonly connectionMs?: number;
  /** How long the log keeps rows that no follower needs: at least once this time, at most twice. */
  readonly windowMs?: number;
  /** From one clearing of the log to the next. */
  readonly upkeepMs?: number;
  /** Whether the follower listens for NOTIFY, which the database sends if `notify.ts` has switched it on. */
  readonly listen?: boolean;
  /**
   * Whether the follower writes the name of the primary's life, and reads the place in its write-ahead log: answers of
   * standbys are proved by both.
   */
  readonly namesLife?: boolean;
  /** The tables whose changes the database must log; without it the follower does not check the triggers. */
  readonly watched?: Watched;
  readonly onState?: (state: FollowerState) => void;
  /** The port to the observer of the learned changes. */
  readonly port?: ObservationPort;
  /**
   * Called when connections that were opened before this moment must be replaced: a read and the follower saw two
   * incarnations, or the follower has met another one, so they may lead to another server; or columns have changed, so
   * statements may be prepared on them for other types. A time of `performance.now()`.
   */
  readonly onReplace?: (before: number) => void;
}

/** The state of a follower, for `onState`. It is not current while changes go unlogged, and when it has been lost for its bound. */
export type FollowerState =
  | { readonly is: 'following' }
  | { readonly is: 'lost'; readonly error: unknown }
  | { readonly is: 'uncovered'; readonly gaps: readonly Gap[] };
