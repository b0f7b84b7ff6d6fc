/**
 * The cache in the service: its parts, and what a write does for the reads that follow it.
 *
 * A write is answered once its own instance knows of it, so that the next read there sees it. Its reply carries a
 * `Consistency-Token`; a read that brings the token to another instance waits until that instance knows of the write,
 * too, or goes past the cache.
 */
import type { FastifyInstance, FastifyRequest, onSendHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { Ledger, withLedger } from 'hotpath/budget/ledger';
import { type Cache, createCache } from 'hotpath/cache/cache';
import type { Entry } from 'hotpath/cache/entry';
import { createFacts, type Facts } from 'hotpath/cache/facts';
import { isPublicKey } from 'hotpath/cache/key';
import { createPopular, type Popular } from 'hotpath/cache/popular';
import { isWithin } from 'hotpath/cache/rollout';
import { createSampler, type Sampler } from 'hotpath/cache/sampler';
import type { CacheStats } from 'hotpath/cache/stats';
import type { Resource } from 'hotpath/resource/resource';
import { saysNoServer } from 'hotpath/session/no-server';
import type { Config } from '../config.ts';
import { namespacesOf } from './cache/namespaces.ts';
import { sourceRelease } from './cache/release.ts';

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
  /** Names the code that makes answers; without it the sources do. */
  readonly release?: string | undefined;
  /** What cursors are signed with. */
  readonly secret: string;
}

export const cache = fp<CachePluginOptions>(
  async (app, { config, resources, release, secret }) => {
    const { redis, follower } = app;
    const isWithinRollout = (name: string) => isWithin(config.rolloutPercent, name);
    if (!redis) app.log.info('Without REDIS_URL the cache is in this process alone.');
    const { dataModel } = app.resources;
    const namespaces = redis && namespacesOf({ dataModel, resources, release: release ?? sourceRelease(), secret });
    const parts = {
      follower,
      remote: namespaces && { redis: redis.client, breaker: redis.breaker, namespace: namespaces.entries },
      background: (work: () => Promise<void>) => void withLedger(new Ledger(), work),
    };
    const made = createCache({ ...parts, maxBytes: config.memoryBytes, isPublic: isPublicKey, isAway: saysNoServer });
    const facts = createFacts({ ...parts, maxBytes: FACT_BYTES, isCached: isWithinRollout });
    app.decorate('cache', made);
    app.decorate('cacheStats', made.stats);
    app.decorate('facts', facts);
    app.decorate(
      'sampler',
      createSampler({ ...parts, oneIn: config.sampleOneIn, onInconsistent: (entry) => tell(app, entry) }),
    );
    app.decorate('popular', namespaces && createPopular({ ...parts.remote!, namespace: namespaces.popular }));
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
