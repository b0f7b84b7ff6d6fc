/**
 * The events of a process, as one union: an inspector, or any other observer, gets them.
 *
 *     const port = new ObservationPort();
 *     port.observer = { wantsLines: true, observe: (event) => console.log(event.kind) };
 *
 * The code that sends statements, answers from the cache, follows changes or runs jobs is given the port. While the port
 * has no observer, an event costs one look at a property, and nothing is made for it. Times of the field `startedAt` are
 * of `performance.now()`, those of the field `at` are milliseconds since 1970.
 */

/** One event; its `kind` names its type. */
export type ObservedEvent =
  | StatementEnded
  | ConnectionAwaited
  | CacheAsked
  | EntryOutdated
  | EntryEvicted
  | RedisAsked
  | ChangesLearned
  | JobEnded;

/** PostgreSQL has answered a statement, or refused it. */
export interface StatementEnded {
  readonly kind: 'statement';
  readonly text: string;
  readonly values: readonly unknown[];
  readonly startedAt: number;
  readonly ms: number;
  readonly rows: number | undefined;
  /** A SQLSTATE, or the name of an error; undefined if it succeeded. */
  readonly failure: string | undefined;
  /**
   * Lines of the application's own code that led to it, the nearest first (`file:line:column`). Those of a lazy query are
   * known a little later, so the observer reads them at the end of the request.
   */
  lines(): readonly string[];
  /** False for what only frames other statements, such as `BEGIN`. */
  readonly isCounted: boolean;
}

/** A request waited for a connection of a pool. */
export interface ConnectionAwaited {
  readonly kind: 'connection';
  readonly startedAt: number;
  readonly ms: number;
}

/**
 * Why the cache had to ask the database: it kept `nothing`; a change had `outdated` what it kept; that was past its
 * time (`expired`); the follower of changes was not current (`unfollowed`); or the request was sent past it (`asked`).
 */
export type MissReason = 'nothing' | 'outdated' | 'expired' | 'unfollowed' | 'asked';

/** The cache has answered. */
export interface CacheAsked {
  readonly kind: 'cache';
  readonly key: string;
  readonly tier: 'l1' | 'l2' | 'database';
  readonly outcome: string;
  /** Undefined for a hit. */
  readonly reason: MissReason | undefined;
  readonly startedAt: number;
  readonly ms: number;
  readonly entry: ObservedEntry;
}

/** The entry that answered. */
export interface ObservedEntry {
  readonly tags: readonly string[];
  readonly snapshot: { readonly xmin: number; readonly xmax: number; readonly xip: readonly number[] };
  /** Milliseconds since 1970. */
  readonly readAt: number;
  readonly ttlMs: number;
  readonly bodies: { readonly identity: { readonly length: number } };
}

/** A change that an entry does not show. */
export interface Culprit {
  /** Undefined where the whole entry is older than what the follower remembers. */
  readonly tag: string | undefined;
  /** The transaction; undefined where the follower has forgotten which one it was. */
  readonly xid: number | undefined;
}

/** The cache found an entry that a committed change had outdated. */
export interface EntryOutdated {
  readonly kind: 'outdated';
  readonly key: string;
  readonly tier: 'l1' | 'l2';
  readonly culprits: readonly Culprit[];
}

/** An entry left the memory of the process to make room. */
export interface EntryEvicted {
  readonly kind: 'evicted';
  readonly key: string;
}

/** Redis has answered a look-up of the cache, or did not in time. */
export interface RedisAsked {
  readonly kind: 'redis';
  readonly command: string;
  readonly startedAt: number;
  readonly ms: number;
}

/** The follower has learned of committed changes, in the order in which it read them. */
export interface ChangesLearned {
  readonly kind: 'changes';
  readonly at: number;
  readonly changes: readonly LearnedChange[];
}

/** The changes of one transaction in one table. */
export interface LearnedChange {
  readonly xid: number;
  readonly source: string;
  /** Each without its source; null for none. */
  readonly tags: readonly (string | null)[];
}

/** A try of a job has ended. */
export interface JobEnded {
  readonly kind: 'job';
  readonly job: string;
  readonly outcome: 'done' | 'failed' | 'dead';
  readonly at: number;
  readonly ms: number;
}
