/** What the plugin adds to a Fastify server: `hotpath`, and the two kinds of routes that read. */
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
import type { Gap } from '../freshness/coverage.ts';
import type { Follower } from '../freshness/follower.ts';
import type { Watched } from '../freshness/watched.ts';
import type { Registry } from '../resource/registry.ts';
import type { SelectionParser } from '../resource/selection.ts';
import type { SessionPool } from '../session/session-pool.ts';
import type { RegisteredClient } from './prisma-client.ts';
import type { ReplyBurst } from './reads/burst.ts';
import type { ReadRoute } from './reads/read-route.ts';
import type { ServedRead } from './reads/served-reads.ts';

/** A Redis that processes share, and the breaker before it. */
export interface SharedRedis {
  readonly client: RedisClient;
  readonly breaker: Breaker;
}

/** How rows are read. */
export interface ReadParts {
  readonly pool: SessionPool;
  readonly resources: Registry;
  readonly compiler: Compiler;
  /** Sends a compiled statement. */
  readonly execute: Execute;
  readonly selections: SelectionParser;
  /** The cached replies that this server writes at the end of a turn of the event loop. */
  readonly burst: ReplyBurst;
  /** What the work comes to. @throws `handlerTimeout` if it takes longer than a handler may. */
  inTime<T>(work: Promise<T>): Promise<T>;
}

/** How changes are known of. */
export interface Freshness {
  readonly watched: Watched;
  readonly follower: Follower;
  /** Whose changes are not all logged; undefined before the follower has looked. */
  gaps(): readonly Gap[] | undefined;
}

/** How answers are kept. */
export interface Caching {
  readonly redis: SharedRedis | undefined;
  readonly cache: Cache;
  /** What the cache has counted so far. */
  readonly cacheStats: CacheStats;
  /** Which keys are read most; nothing without Redis. */
  readonly popular: Popular | undefined;
  /** Compares hits with the database. */
  readonly hitSampler: HitSampler;
  /** What decides who may see what. */
  readonly facts: Facts;
  /** Whether the viewer of this request is of the share that is on the cache. */
  isOnCache(request: FastifyRequest): boolean;
  /** Whether the memory of the process has been filled, as far as it could be. */
  isWarm(): boolean;
}

/** The object that the plugin adds to a server as `app.hotpath`. */
export interface Hotpath extends ReadParts, Freshness, Caching {
  readonly prisma: RegisteredClient;
  /** The read routes so far. */
  readonly routes: readonly ServedRead[];
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly hotpath: Hotpath;
    /** A route that answers with one row of a resource. @throws {DeclarationError} if its path can find several. */
    item(path: string, options: ReadRoute): void;
    /** A route that answers with a page of rows of a resource. @throws {DeclarationError} */
    list(path: string, options: ReadRoute): void;
  }
}

/** The object that the plugin has added; undefined in a process that has not registered it, such as a worker. */
export const hotpathOf = (app: FastifyInstance): Hotpath | undefined =>
  app.hasDecorator('hotpath') ? app.hotpath : undefined;
