/** A simulated database with a follower whose state the test sets, and caches that read it. */
import { Cache, type CacheParts } from 'hotpath/cache/cache';
import type { ReadResult } from 'hotpath/cache/entry';
import type { Query } from 'hotpath/cache/query';
import type { Follower } from 'hotpath/freshness/follower';
import { isVisible, type Snapshot } from 'hotpath/freshness/snapshot';
import { afterEach } from 'vitest';

/**
 * A simulated database: each read sees all committed changes, and a change is known at once if the follower learns of
 * it.
 */
export class SimulatedDatabase {
  xid = 10;
  isCurrent = true;
  ageMs = 0;
  epoch = 'e';
  incarnation = 'here';
  changes = 0;
  touched = 0;
  /** The result of a catch-up. */
  catchUpFinds = true;
  doubts: string[] = [];
  onDoubt: () => boolean = () => false;
  reads = 0;
  fails: Error | undefined;
  body = 'a';
  incarnationRead = 'here';
  snapshotRead: string | undefined;
  status: 200 | 404 = 200;
  readonly changed = new Map<string, number>();

  commit(tag: string): void {
    this.changed.set(tag, this.xid);
    this.xid += 1;
    this.changes += 1;
    this.body += tag;
  }

  get follower(): Follower {
    const database = this;
    const follower = {
      isFresh: (snapshot: Snapshot, tags: readonly string[]) =>
        tags.every((tag) => !database.changed.has(tag) || isVisible(database.changed.get(tag)!, snapshot)),
      get isCurrent() {
        return database.isCurrent;
      },
      get ageMs() {
        return database.ageMs;
      },
      get changes() {
        return database.changes;
      },
      get epoch() {
        return database.epoch;
      },
      get incarnation() {
        return database.incarnation;
      },
      get position() {
        return `${database.xid}:${database.xid}:`;
      },
      catchUp: async () => database.catchUpFinds,
      doubt: async (incarnation: string) => {
        database.doubts.push(incarnation);
        return database.onDoubt();
      },
      touch: () => {
        database.touched += 1;
      },
    };
    return follower as unknown as Follower;
  }

  readonly load = async (): Promise<ReadResult> => {
    this.reads += 1;
    const snapshot = this.snapshotRead ?? `${this.xid}:${this.xid}:`;
    const { body, status, incarnationRead: incarnation } = this;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.fails) throw this.fails;
    return { status, body, etag: `"${body}"`, link: '', snapshot, incarnation, tags: ['t'] };
  };

  query(more: Partial<Query> = {}): Query {
    return { key: '/a\nuser', policy: { ttl: 60, jitter: 0 }, tables: ['t'], source: this, ...more };
  }
}

/** The error of a read while no server answers. */
export const AWAY_ERROR = Object.assign(new Error('no server answers'), { code: 'AWAY' });

/** Opens caches of a database whose background work ends with the test: otherwise its commands would reach the next one. */
export function useCaches(): (database: SimulatedDatabase, more?: Partial<CacheParts>) => Cache {
  const opened: Cache[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((cache) => cache.settled())));
  return (database, more = {}) => {
    const isAway = (error: unknown) => error === AWAY_ERROR;
    const cache = new Cache({ follower: database.follower, maxBytes: 1_000_000, isAway, ...more });
    opened.push(cache);
    return cache;
  };
}

/** The tier, the outcome and the body of a read. */
export async function answerText(cache: Cache, query: Query): Promise<string> {
  const { tier, outcome, entry } = await cache.read(query);
  return `${tier} ${outcome} ${entry.bodies.identity}`;
}
