/**
 * Rate limits: how many requests a minute a viewer may send, or an address that brings no token or one that does not
 * hold. Processes count together in Redis. While Redis is away or slow each counts alone, so that neither a request
 * nor the limit waits for it.
 */
import limiter, { type CreateRateLimitOptions, normalizeIP, type RateLimitPluginOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { Redis } from 'ioredis';
import type { Config } from '../config.ts';
import { requestError } from '../engine/http/errors.ts';

const WINDOW_MS = 60_000;
/** Viewers and addresses that one process remembers when it counts alone. */
const REMEMBERED = 50_000;
const REDIS_TIMEOUT_MS = 50;
const REDIS_RETRY_MS = 1000;

type Count = ReturnType<FastifyInstance['createRateLimit']>;

export const rateLimit = fp<{ config: Config['rateLimit'] }>(
  async (app, { config }) => {
    const count = await countOf(app, config);
    app.addHook('onRequest', async (request, reply) => {
      const max = maxFor(request, config);
      if (max === 0 || request.routeOptions.config.unlimited) return;
      const counted = await count(request);
      if (counted.isAllowed) return;
      const seconds = counted.ttlInSeconds;
      reply.headers({ 'ratelimit-limit': max, 'ratelimit-remaining': counted.remaining, 'ratelimit-reset': seconds });
      if (!counted.isExceeded) return;
      reply.header('retry-after', seconds);
      throw requestError('rateLimited', `More than ${max} requests a minute; try again in ${seconds} s.`);
    });
  },
  { name: 'rate-limit', dependencies: ['auth'] },
);

/** The public has no subject; who brings a token that does not hold has no viewer. */
const subjectOf = (request: FastifyRequest): string | undefined => request.viewer?.subject;

const maxFor = (request: FastifyRequest, config: Config['rateLimit']): number =>
  subjectOf(request) === undefined ? config.public : config.viewer;

function keyOf(request: FastifyRequest): string {
  const subject = subjectOf(request);
  return subject === undefined ? `address:${normalizeIP(request.ip)}` : `viewer:${subject}`;
}

async function countOf(app: FastifyInstance, config: Config['rateLimit']): Promise<Count> {
  const limit: CreateRateLimitOptions = {
    keyGenerator: keyOf,
    max: (request) => maxFor(request, config),
    timeWindow: WINDOW_MS,
  };
  const alone = await counter(app, limit, { cache: REMEMBERED });
  if (!config.redisUrl) return alone;
  const together = await counter(app, limit, { redis: openRedis(app, config.redisUrl), nameSpace: 'hotpath:rate:' });
  let awayUntil = 0;
  return (request) => {
    if (Date.now() < awayUntil) return alone(request);
    return together(request).catch((error: unknown) => {
      if (Date.now() >= awayUntil) app.log.warn({ err: error }, 'Redis is away; requests are counted without it.');
      awayUntil = Date.now() + REDIS_RETRY_MS;
      return alone(request);
    });
  };
}

/** Each counter in a scope of its own, since an instance has but one. */
async function counter(
  app: FastifyInstance,
  limit: CreateRateLimitOptions,
  store: RateLimitPluginOptions,
): Promise<Count> {
  const { promise, resolve } = Promise.withResolvers<Count>();
  await app.register(async (scope) => {
    await scope.register(limiter, { ...store, ...limit, global: false });
    resolve(scope.createRateLimit());
  });
  return promise;
}

function openRedis(app: FastifyInstance, url: string): Redis {
  const redis = new Redis(url, {
    commandTimeout: REDIS_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempts) => Math.min(attempts * 100, REDIS_RETRY_MS),
  });
  redis.on('error', (error) => app.log.debug({ err: error }, 'The connection to Redis failed.'));
  app.addHook('onClose', async () => redis.disconnect());
  return redis;
}
