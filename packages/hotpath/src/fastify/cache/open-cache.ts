/** The cache in a server: its parts, and what they tell the log. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Ledger, withLedger } from '../../budget/ledger.ts';
import { Cache } from '../../cache/cache.ts';
import type { Entry } from '../../cache/entry.ts';
import { Facts } from '../../cache/facts.ts';
import { HitSampler } from '../../cache/hit-sampler.ts';
import { isPublicKey } from '../../cache/key.ts';
import { createPopular } from '../../cache/popular.ts';
import { isWithin } from '../../cache/rollout.ts';
import type { StandbyReader } from '../../cache/standby-reader.ts';
import { portOf } from '../../observation/port-of.ts';
import type { Resource } from '../../resource/resource.ts';
import { saysNoServer } from '../../session/no-server.ts';
import type { Caching, Freshness, ReadParts, SharedRedis } from '../instance.ts';
import { QUESTION } from '../reads/known-reads.ts';
import { catchUpAfterWrites } from '../writes/catch-up.ts';
import { namespacesOf } from './namespaces.ts';
import { warmUp } from './warm-up.ts';

/** The options of the cache. */
export interface CacheOptions {
  /** The memory for answers, in bytes; 64 MiB without it. */
  readonly memoryBytes?: number;
  /** The percentage of viewers whose requests use the cache; all without it. The others are the control cohort. */
  readonly rolloutPercent?: number;
  /** Compares one hit in this number of hits with the database; none without it. */
  readonly sampleOneIn?: number;
  /** The number of the most read answers that a process takes from Redis before it is ready; none without it. */
  readonly warmUpEntries?: number;
}

export interface CachingParts {
  readonly reading: ReadParts;
  readonly freshness: Freshness;
  readonly standbys: StandbyReader | undefined;
  readonly redis: SharedRedis | undefined;
  readonly resources: readonly Resource[];
  /** The name of the code that makes answers: processes of one release share answers in Redis. */
  readonly release: string;
  /** The secret that signs cursors. */
  readonly secret: string;
}

const MEMORY_BYTES = 64 * 1024 * 1024;

export function openCache(app: FastifyInstance, given: CachingParts, options: CacheOptions): Caching {
  const { memoryBytes = MEMORY_BYTES, rolloutPercent = 100, sampleOneIn = 0, warmUpEntries = 0 } = options;
  const { reading, redis, resources, release, secret } = given;
  const { follower } = given.freshness;
  const isWithinRollout = (name: string) => isWithin(rolloutPercent, name);
  if (!redis) app.log.info('Without Redis each process has a cache of its own.');
  const { dataModel } = reading.resources;
  const namespaces = redis && namespacesOf({ dataModel, resources, release, secret });
  const parts = {
    follower,
    remote: namespaces && { redis: redis.client, breaker: redis.breaker, namespace: namespaces.entries },
    background: (work: () => Promise<void>) => void withLedger(new Ledger(), work),
  };
  const port = portOf(app);
  const { standbys } = given;
  const cache = new Cache({
    ...parts,
    standbys,
    port,
    maxBytes: memoryBytes,
    isPublic: isPublicKey,
    isAway: saysNoServer,
  });
  const facts = new Facts({ ...parts, maxBytes: FACT_BYTES, isCached: isWithinRollout });
  const popular = namespaces && createPopular({ ...parts.remote!, namespace: namespaces.popular });
  const hitSampler = new HitSampler({
    ...parts,
    oneIn: sampleOneIn,
    onInconsistent: (entry) => logInconsistency(app, entry),
  });
  app.decorateRequest('served');
  app.decorateRequest(QUESTION);
  app.addHook('onClose', async () => void (await Promise.all([cache.settled(), facts.settled()])));
  catchUpAfterWrites(app, follower);
  return {
    redis,
    cache,
    cacheStats: cache.stats,
    facts,
    popular,
    hitSampler,
    isOnCache: ({ viewer, ip }: FastifyRequest) => isWithinRollout(viewer.subject ?? ip ?? ''),
    isWarm: warmUp(app, { popular, cache, entries: warmUpEntries }),
  };
}

function logInconsistency({ log }: FastifyInstance, { tags, snapshot, readAt }: Entry): void {
  log.error(
    { tags, snapshot, readAt: new Date(readAt) },
    'A cached response differs from the database, and no change explains it.',
  );
}

/** The memory for facts in bytes, beside that for responses. */
const FACT_BYTES = 8 * 1024 * 1024;
