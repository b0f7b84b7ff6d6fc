/**
 * Rate limits: how many requests a minute a viewer may send, or an address that brings no token or one that does not
 * hold. Processes count together in Redis. While that is away or slow each counts alone, so that neither a request nor
 * the limit waits for it.
 */
import limiter, { type CreateRateLimitOptions, normalizeIP, type RateLimitPluginOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';
import { AWAY } from '../engine/cache/breaker.ts';
import { requestError } from '../engine/http/errors.ts';

const WINDOW_MS = 60_000;
/** Viewers and addresses that one process remembers when it counts alone. */
const REMEMBERED = 50_000;

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
  { name: 'rate-limit', dependencies: ['auth', 'redis'] },
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
  if (!app.redis) return alone;
  const { client, breaker } = app.redis;
  const together = await counter(app, limit, { redis: client, nameSpace: 'hotpath:rate:' });
  return async (request) => {
    const counted = await breaker.attempt(() => together(request));
    return counted === AWAY ? alone(request) : counted;
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
