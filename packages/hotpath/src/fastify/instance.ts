/** The additions of the plugin to a Fastify server: `hotpath`, and the two kinds of read routes. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Breaker } from '../cache/breaker.ts';
import type { Cache } from '../cache/cache.ts';
import type { Facts } from '../cache/facts.ts';
import type { HitSampler } from '../cache/hit-sampler.ts';
import type { Popular } from '../cache/popular.ts';
import type { RedisClient } from '../cache/redis-client.ts';
import type { CacheStats } from '../cache/stats.ts';
import type { Compiler } from '../compile/compile.ts';
import type { Execute } from '../compile/execute.ts';
import type { PreparedReads } from '../compile/prepared-reads.ts';
import type { Gap } from '../freshness/coverage.ts';
import type { Follower } from '../freshness/follower.ts';
import type { Watched } from '../freshness/watched.ts';
import type { DataModel } from '../model/data-model.ts';
import type { Standbys } from '../replicas/standbys.ts';
import type { Registry } from '../resource/registry.ts';
import type { SelectionParser } from '../resource/selection.ts';
import type { SessionPool } from '../session/session-pool.ts';
import type { RegisteredClient } from './prisma-client.ts';
import type { ReplyBurst } from './reads/burst.ts';
import type { KnownReads } from './reads/known-reads.ts';
import type { ReadRoute } from './reads/read-route.ts';
import type { ServedRead } from './reads/served-reads.ts';

/** A Redis that processes share, and its circuit breaker. */
export interface SharedRedis {
  readonly client: RedisClient;
  readonly breaker: Breaker;
}

/** For statements on sessions of the service's own client, whose search path may not begin with the schema of the tables. */
export interface Qualified {
  /** The schema of the tables that name none. */
  readonly schema: string;
  /** The data model with the schema of each table. */
  readonly dataModel: DataModel;
  /** Compiles reads with the schema of each table. */
  readonly compiler: Compiler;
}

/** The parts that read rows. */
export interface ReadParts {
  readonly pool: SessionPool;
  readonly resources: Registry;
  readonly compiler: Compiler;
  /** The same for transactions of the service's own client. */
  readonly qualified: Qualified;
  /** Sends compiled statements on a session that the caller has. */
  readonly prepared: PreparedReads;
  /** Sends a compiled statement. */
  readonly execute: Execute;
  readonly selections: SelectionParser;
  /** The cached replies that this server writes at the end of a turn of the event loop. */
  readonly burst: ReplyBurst;
  /** The reads that the server's routes remember. */
  readonly known: KnownReads;
  /** The result of the work. @throws `handlerTimeout` if it takes longer than a handler may. */
  inTime<T>(work: Promise<T>): Promise<T>;
}

/** The parts that know of changes. */
export interface Freshness {
  readonly watched: Watched;
  readonly follower: Follower;
  /** Tables whose changes are not all logged; undefined before the follower has checked. */
  gaps(): readonly Gap[] | undefined;
}

/** The parts that keep answers. */
export interface Caching {
  readonly redis: SharedRedis | undefined;
  readonly cache: Cache;
  /** The counts of the cache so far. */
  readonly cacheStats: CacheStats;
  /** The most read keys; undefined without Redis. */
  readonly popular: Popular | undefined;
  /** Compares hits with the database. */
  readonly hitSampler: HitSampler;
  /** Cached values that decide permissions. */
  readonly facts: Facts;
  /** Whether the viewer of this request is in the share that uses the cache. */
  isOnCache(request: FastifyRequest): boolean;
  /** Whether the memory of the process has been filled, as far as possible. */
  isWarm(): boolean;
}

/** The object that the plugin adds to a server as `app.hotpath`. */
export interface Hotpath extends ReadParts, Freshness, Caching {
  readonly prisma: RegisteredClient;
  /** The standbys that may answer reads; undefined without any. */
  readonly standbys: Standbys | undefined;
  /** The read routes so far. */
  readonly routes: readonly ServedRead[];
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly hotpath: Hotpath;
    /**
     * A route that answers with one row of a resource. @throws {DeclarationError} if its path can match several rows.
     */
    item(path: string, options: ReadRoute): void;
    /** A route that answers with a page of rows of a resource. @throws {DeclarationError} */
    list(path: string, options: ReadRoute): void;
  }
}

/** The object that the plugin has added; undefined in a process that has not registered it, such as a worker. */
export const hotpathOf = (app: FastifyInstance): Hotpath | undefined =>
  app.hasDecorator('hotpath') ? app.hotpath : undefined;
