/**
 * The cache in the service: what it is made of, and what writes owe to reads.
 *
 * A write is answered once its own instance knows of it, so that whoever reads there next sees it. Its reply carries a
 * `Consistency-Token`; a read that brings it back to another instance waits there until that knows of the write, too,
 * or goes past the cache.
 */
import { hash } from 'node:crypto';
import type { FastifyError, FastifyInstance, FastifyRequest, onSendHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';
import { Ledger, withLedger } from '../engine/budget/ledger.ts';
import { type Cache, createCache } from '../engine/cache/cache.ts';
import type { Entry } from '../engine/cache/entry.ts';
import { createFacts, type Facts } from '../engine/cache/facts.ts';
import { createPopular, type Popular } from '../engine/cache/popular.ts';
import { isWithin } from '../engine/cache/rollout.ts';
import { createSampler, type Sampler } from '../engine/cache/sampler.ts';
import type { CacheStats } from '../engine/cache/stats.ts';
import type { DataModel } from '../engine/compile/data-model.ts';
import type { Resource } from '../engine/resource/resource.ts';
import { requestErrorOf } from './known-errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly cache: Cache;
    /** What the cache has counted so far. */
    readonly cacheStats: CacheStats;
    /** Which keys are read most; nothing without Redis. */
    readonly popular: Popular | undefined;
    /** Compares hits with the database. */
    readonly sampler: Sampler;
    /** What decides who may see what. */
    readonly facts: Facts;
    /** Whether the viewer of this request is of the share that is on the cache. */
    isOnCache(request: FastifyRequest): boolean;
  }
}

export interface CachePluginOptions {
  readonly config: Config['cache'];
  readonly resources: readonly Resource[];
}

export const cache = fp<CachePluginOptions>(
  async (app, { config, resources }) => {
    const { redis, follower } = app;
    const isWithinRollout = (name: string) => isWithin(config.rolloutPercent, name);
    if (!redis) app.log.info('Without REDIS_URL the cache is in this process alone.');
    const parts = {
      follower,
      remote: redis && {
        redis: redis.client,
        breaker: redis.breaker,
        namespace: namespaceOf(app.resources.dataModel, resources),
      },
      background: (work: () => Promise<void>) => void withLedger(new Ledger(), work),
    };
    const made = createCache({ ...parts, maxBytes: config.memoryBytes, isAway: isDatabaseAway });
    const facts = createFacts({ ...parts, maxBytes: FACT_BYTES, isCached: isWithinRollout });
    app.decorate('cache', made);
    app.decorate('cacheStats', made.stats);
    app.decorate('facts', facts);
    app.decorate(
      'sampler',
      createSampler({ ...parts, oneIn: config.sampleOneIn, onInconsistent: (entry) => tell(app, entry) }),
    );
    app.decorate('popular', parts.remote && createPopular(parts.remote));
    app.decorate('isOnCache', ({ viewer, ip }: FastifyRequest) => isWithinRollout(viewer.subject ?? ip));
    app.decorateRequest('served');
    app.addHook('onClose', async () => void (await Promise.all([made.settled(), facts.settled()])));
    catchUpAfterWrites(app);
  },
  { name: 'cache', dependencies: ['redis', 'freshness'] },
);

function tell({ log }: FastifyInstance, { tags, snapshot, readAt }: Entry): void {
  log.error(
    { tags, snapshot, readAt: new Date(readAt) },
    'A cached response differs from the database, and no change explains it.',
  );
}

/** Of memory for facts, beside that for responses. */
const FACT_BYTES = 8 * 1024 * 1024;

const AWAY = ['DATABASE_UNAVAILABLE', 'STATEMENT_TIMEOUT'];

const isDatabaseAway = (error: unknown): boolean => AWAY.includes(requestErrorOf(error as FastifyError).code);

/**
 * A name for what responses are made by, so that processes of two versions, which declare resources differently, share
 * a Redis and no entry.
 */
function namespaceOf(dataModel: DataModel, resources: readonly Resource[]): string {
  const text = JSON.stringify([dataModel, resources], (_key, value) =>
    typeof value === 'symbol' ? '$subject' : value,
  );
  return hash('sha256', text, 'base64url').slice(0, 12);
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

function catchUpAfterWrites(app: FastifyInstance): void {
  const { follower } = app;
  const catchUp: onSendHookHandler = (_request, reply, _payload, done) => {
    if (reply.statusCode >= 300) return done();
    // Where it cannot catch up within its bound it is not current, and the cache bypasses itself.
    void follower.catchUp().then((isCaughtUp) => {
      if (isCaughtUp) reply.header('consistency-token', follower.token);
      done();
    });
  };
  app.addHook('onRoute', (route) => {
    if ([route.method].flat().every((method) => SAFE_METHODS.includes(method))) return;
    route.onSend = [route.onSend ?? [], catchUp].flat();
  });
}
