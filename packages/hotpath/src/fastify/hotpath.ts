/**
 * `hotpath`: the plugin that gives a Fastify server reads made of resources, with budgets, policies, and a cache that
 * is never stale. The server keeps its own authentication, error handler and log.
 *
 *     await app.register(hotpath, { prisma, pool, model, resources, secret, viewer: (request) => request.user });
 *     app.list('/posts', { resource: post, budget: 1, cache: { ttl: 60 } });
 */
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { BudgetMode } from '../budget/budget.ts';
import { budgets } from '../budget/budgets.ts';
import type { BudgetsOptions } from '../budget/options.ts';
import { type PoolOrUrl, readingPool } from '../budget/reading-pool.ts';
import { Breaker } from '../cache/breaker.ts';
import type { RedisClient } from '../cache/redis-client.ts';
import type { DataModel } from '../model/data-model.ts';
import { portOf } from '../observation/port-of.ts';
import type { Resource } from '../resource/resource.ts';
import { SessionPool } from '../session/session-pool.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { VERSION } from '../version.ts';
import { type FreshnessOptions, followChanges } from './cache/follow-changes.ts';
import { type CacheOptions, openCache } from './cache/open-cache.ts';
import { telemetry } from './edge/telemetry.ts';
import { addViewer, type ViewerOf } from './edge/viewer.ts';
import type { SharedRedis } from './instance.ts';
import type { RegisteredClient } from './prisma-client.ts';
import { openStandbys } from './reads/open-standbys.ts';
import { addReadRoutes } from './reads/read-routes.ts';
import { openReading } from './reads/reading.ts';
import { recordReads } from './reads/served-reads.ts';

export interface HotpathOptions {
  /** The service's own client, for writes: over `pool`, so that its statements are counted. */
  readonly prisma: RegisteredClient;
  /** The pool for reads, which the service closes, or the URL of the database. */
  readonly pool: PoolOrUrl;
  /**
   * The standbys that may answer reads of cached routes, each a URL, or a pool whose options the library takes for a pool of
   * its own. The library uses an answer of a standby only if it has every known change of its rows; otherwise it reads the
   * primary. None without it.
   */
  readonly replicas?: readonly PoolOrUrl[];
  /** The data model of the resources, as the generator `hotpath-datamodel` wrote it. */
  readonly model: DataModel;
  /** The resources that clients may read; each name once. */
  readonly resources: readonly Resource[];
  /** Signs cursors; every instance of the service shares it. */
  readonly secret: string;
  /** The viewer of a request; without it the service sets `request.viewer` itself. */
  readonly viewer?: ViewerOf;
  /**
   * The Redis that processes share; the service connects and closes it. Without it each process has a cache of its own.
   */
  readonly redis?: RedisClient | SharedRedis | undefined;
  /** The name of the code that makes answers; processes of one release share answers in Redis. Empty without it. */
  readonly release?: string | undefined;
  /**
   * The treatment of a request over its budget; `warn` without it. For other options of `budgets`, register `budgets`
   * before this plugin.
   */
  readonly mode?: BudgetMode;
  /**
   * The destination of the spans of requests; without it there are no spans. Not needed if `telemetry` is registered
   * before.
   */
  readonly tracing?: Tracing | undefined;
  /** The time limit of a cached read, in milliseconds; no limit without it. */
  readonly timeoutMs?: number;
  /** The options of the cache: see `CacheOptions`. */
  readonly cache?: CacheOptions;
  /** The options of the follower: see `FreshnessOptions`. */
  readonly freshness?: FreshnessOptions;
}

/** The plugin that gives a server read routes, budgets, policies and the cache. */
export const hotpath = fp<HotpathOptions>(
  async (app, options) => {
    const { prisma, model, resources, secret, viewer, release = '', timeoutMs = 0 } = options;
    if (!app.hasPlugin('hotpath-budget')) await app.register(budgets, budgetsFor(options));
    if (!app.hasRequestDecorator('ledger')) {
      throw new TypeError('hotpath needs `request.ledger`: register `budgets` without `decorate: false`.');
    }
    if (!app.hasPlugin('hotpath-telemetry')) await app.register(telemetry, { tracing: options.tracing });
    if (viewer) addViewer(app, viewer);
    else if (!app.hasRequestDecorator('viewer')) {
      throw new TypeError('hotpath must know the viewer of a request: pass it `viewer: (request) => …`.');
    }
    const lost = (err: Error) => app.log.warn({ err }, 'A database connection was lost.');
    const { pool, isOwn } = readingPool(options.pool, lost);
    if (isOwn) app.addHook('onClose', () => pool.end());
    portOf(app).pools.add(pool);
    const redis = options.redis && shared(app, options.redis);
    const reading = openReading({ pool, model, resources, secret, timeoutMs });
    const { replicas = [] } = options;
    const freshness = followChanges(app, reading, { ...options.freshness, namesLife: replicas.length > 0 });
    const standbys = replicas.length > 0 ? openStandbys(app, replicas, freshness.follower) : undefined;
    // Another version of the library may write another body for the same rows.
    const parts = { reading, freshness, standbys, redis, resources, release: `${VERSION} ${release}`, secret };
    const caching = openCache(app, parts, options.cache ?? {});
    const routes = recordReads(app);
    app.decorate('hotpath', { prisma, routes, standbys, ...reading, ...freshness, ...caching });
    addReadRoutes(app);
  },
  { name: 'hotpath', fastify: '5.x' },
);

/** Statements that the service sends outside of this library's own pool are counted, too. */
const budgetsFor = ({ pool, mode = 'warn' }: HotpathOptions): BudgetsOptions =>
  typeof pool === 'string' || pool instanceof SessionPool ? { mode } : { mode, pool };

/** The time after which a request continues without Redis, in milliseconds. */
const REDIS_TIMEOUT_MS = 50;

function shared({ log }: FastifyInstance, redis: NonNullable<HotpathOptions['redis']>): SharedRedis {
  if ('breaker' in redis) return redis;
  const breaker = new Breaker({
    timeoutMs: REDIS_TIMEOUT_MS,
    onChange(state, err) {
      if (state === 'closed') log.info('Redis is back.');
      else log.warn({ err }, 'Redis is away or slow: requests continue without it.');
    },
  });
  return { client: redis, breaker };
}
