/**
 * Redis: one client for shared data, and its circuit breaker. It connects to a single server, to the master that sentinels
 * name, or to a cluster. The service starts and runs without Redis: no command waits for a connection. All code calls Redis
 * through the breaker, and can go on when the breaker returns `AWAY`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { Breaker } from 'hotpath';
import type { SharedRedis } from 'hotpath/fastify';
import { Cluster, Redis } from 'ioredis';
import type { Config } from '../../config/config.ts';
import { onIoredisError } from './console.ts';
import { redisTrouble } from './trouble.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Undefined without `REDIS_URL`. */
    readonly redis: SharedRedis | undefined;
  }
}

export const redis = fp<{ config: Config['redis'] }>(
  async (app, { config }) => {
    const logTrouble = troubleLogger(app, config);
    const shared = config.url === undefined ? undefined : share(app, config, logTrouble);
    app.decorate('redis', shared);
    if (!shared) return;
    const connected = shared.client.connect().catch((err: unknown) => {
      // The log already has the fault of a Redis that answers.
      if (!logTrouble(err)) app.log.warn({ err }, 'Redis is away: starting without it.');
    });
    // If no sentinel answers, ioredis keeps trying.
    await Promise.race([connected, pause(LONGEST_START_MS, undefined, { ref: false })]);
  },
  { name: 'redis' },
);

function share(app: FastifyInstance, config: Config['redis'], logTrouble: LogTrouble) {
  const client = openRedis(config);
  const onFailure = (err: Error) => {
    logTrouble(err);
    app.log.debug({ err }, 'The connection to Redis failed.');
  };
  client.on('error', onFailure);
  // Errors of a cluster's nodes, and of the sentinels.
  client.on('node error', onFailure);
  client.on('sentinelError', onFailure);
  const stopListening = onIoredisError((message) => logTrouble(new Error(message)));
  app.addHook('onClose', async () => {
    client.disconnect();
    stopListening();
  });
  const breaker = new Breaker({
    timeoutMs: config.timeoutMs,
    onChange(state, err) {
      if (state === 'closed') return app.log.info('Redis is back.');
      logTrouble(err);
      app.log.warn({ err }, 'Redis is away or slow: going on without it.');
    },
  });
  return { client, breaker };
}

/** @returns whether the error explains why Redis cannot be used, and a log line reports it now or did before. */
type LogTrouble = (error: unknown) => boolean;

/** Logs each fault of a Redis that answers, once in the life of the process. */
function troubleLogger({ log }: FastifyInstance, { url = '' }: Config['redis']): LogTrouble {
  const logged = new Set<string>();
  return (error) => {
    const trouble = redisTrouble(error, url.startsWith('rediss:'));
    if (trouble === undefined) return false;
    if (!logged.has(trouble)) log.warn(`${trouble} The service goes on without it.`);
    logged.add(trouble);
    return true;
  };
}

/** The longest time that the service waits for Redis before it listens. */
const LONGEST_START_MS = 3000;
const CONNECT_TIMEOUT_MS = 1000;
/** After this time without an expected answer, the client considers a connection dead. */
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

/** The URL sets the user, TLS and the database, for sentinels and clusters, too. */
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
  const isEncrypted = protocol === 'rediss:';
  if (nodes.length > 0) {
    return new Cluster([node, ...nodes], {
      // A certificate names hosts, so the client must not replace them by their addresses.
      ...(isEncrypted && { dnsLookup: (host, found) => found(null, host) }),
      redisOptions: options,
      enableOfflineQueue: false,
      lazyConnect: true,
      clusterRetryStrategy: retryStrategy,
    });
  }
  if (sentinels.length > 0) {
    // For the sentinels as well as for the master: without both options ioredis sends the password in plain text.
    const encrypted = isEncrypted && { enableTLSForSentinelMode: true, sentinelTLS: {} };
    return new Redis({ ...options, ...encrypted, retryStrategy, db, sentinels: [...sentinels], name: host });
  }
  return new Redis({ ...options, retryStrategy, db, ...node });
}
