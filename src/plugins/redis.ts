/**
 * Redis: one client for what processes share, and the breaker before it. A single server, the master that sentinels
 * name, or a cluster. The service starts and runs without it: no command waits for a connection, and whoever uses it
 * does so through the breaker and has an answer of his own when that says `AWAY`.
 */
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { Cluster, Redis } from 'ioredis';
import type { Config } from '../config.ts';
import { type Breaker, createBreaker } from '../engine/cache/breaker.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Nothing without `REDIS_URL`. */
    readonly redis: SharedRedis | undefined;
  }
}

export interface SharedRedis {
  readonly client: Redis | Cluster;
  readonly breaker: Breaker;
}

export const redis = fp<{ config: Config['redis'] }>(
  async (app, { config }) => {
    const shared = config.url === undefined ? undefined : share(app, config);
    app.decorate('redis', shared);
    await shared?.client.connect().catch((err: unknown) => {
      app.log.warn({ err }, 'Redis is away: starting without it.');
    });
  },
  { name: 'redis' },
);

function share(app: FastifyInstance, config: Config['redis']): SharedRedis {
  const client = openRedis(config);
  client.on('error', (error) => app.log.debug({ err: error }, 'The connection to Redis failed.'));
  app.addHook('onClose', async () => client.disconnect());
  const breaker = createBreaker({
    timeoutMs: config.timeoutMs,
    onChange(state, err) {
      if (state === 'open') app.log.warn({ err }, 'Redis is away or slow: going on without it.');
      else app.log.info('Redis is back.');
    },
  });
  return { client, breaker };
}

const CONNECT_TIMEOUT_MS = 1000;
/** A connection on which an answer is due for so long is dead. */
const DEAD_AFTER_MS = 2000;
const RETRY_MS = 1000;
const REDIS_PORT = 6379;

const retryStrategy = (attempts: number): number => Math.min(attempts * 50, RETRY_MS);

const patience = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: DEAD_AFTER_MS,
  lazyConnect: true,
};

/** Who connects, how, and to which database is the URL's to say, for sentinels and clusters, too. */
function openRedis({ url, sentinels, nodes }: Config['redis']): Redis | Cluster {
  const { hostname, port, username, password, protocol, pathname } = new URL(url!);
  const options = {
    ...patience,
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
  const host = hostname.replace(/^\[|\]$/g, '');
  const node = { host, port: Number(port) || REDIS_PORT };
  const db = Number(pathname.slice(1)) || 0;
  if (nodes.length > 0) {
    return new Cluster([node, ...nodes], {
      redisOptions: options,
      enableOfflineQueue: false,
      lazyConnect: true,
      clusterRetryStrategy: retryStrategy,
    });
  }
  if (sentinels.length > 0) return new Redis({ ...options, retryStrategy, db, sentinels: [...sentinels], name: host });
  return new Redis({ ...options, retryStrategy, db, ...node });
}
