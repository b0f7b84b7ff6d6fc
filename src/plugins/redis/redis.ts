/**
 * Redis: one client for what processes share, and the breaker before it. A single server, the master that sentinels
 * name, or a cluster. The service starts and runs without it: no command waits for a connection, and whoever uses it
 * does so through the breaker and has an answer of his own when that says `AWAY`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { createBreaker } from 'hotpath';
import type { SharedRedis } from 'hotpath/fastify';
import { Cluster, Redis } from 'ioredis';
import type { Config } from '../../config/config.ts';
import { hearIoredis } from './console.ts';
import { redisTrouble } from './trouble.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Nothing without `REDIS_URL`. */
    readonly redis: SharedRedis | undefined;
  }
}

export const redis = fp<{ config: Config['redis'] }>(
  async (app, { config }) => {
    const tell = troubleTeller(app, config);
    const shared = config.url === undefined ? undefined : share(app, config, tell);
    app.decorate('redis', shared);
    if (!shared) return;
    const connected = shared.client.connect().catch((err: unknown) => {
      // What is wrong with a Redis that answers has been said.
      if (!tell(err)) app.log.warn({ err }, 'Redis is away: starting without it.');
    });
    // Where no sentinel answers, ioredis goes on trying.
    await Promise.race([connected, pause(LONGEST_START_MS, undefined, { ref: false })]);
  },
  { name: 'redis' },
);

function share(app: FastifyInstance, config: Config['redis'], tell: TellTrouble) {
  const client = openRedis(config);
  const heard = (err: Error) => {
    tell(err);
    app.log.debug({ err }, 'The connection to Redis failed.');
  };
  client.on('error', heard);
  // Those of a cluster's nodes, and of the sentinels.
  client.on('node error', heard);
  client.on('sentinelError', heard);
  const unhear = hearIoredis((message) => tell(new Error(message)));
  app.addHook('onClose', async () => {
    client.disconnect();
    unhear();
  });
  const breaker = createBreaker({
    timeoutMs: config.timeoutMs,
    onChange(state, err) {
      if (state === 'closed') return app.log.info('Redis is back.');
      tell(err);
      app.log.warn({ err }, 'Redis is away or slow: going on without it.');
    },
  });
  return { client, breaker };
}

/** @returns whether the error says why Redis cannot be used, as has been told now or before. */
type TellTrouble = (error: unknown) => boolean;

/** Says once, for as long as the process runs, why Redis cannot be used though it answers. */
function troubleTeller({ log }: FastifyInstance, { url = '' }: Config['redis']): TellTrouble {
  const told = new Set<string>();
  return (error) => {
    const trouble = redisTrouble(error, url.startsWith('rediss:'));
    if (trouble === undefined) return false;
    if (!told.has(trouble)) log.warn(`${trouble} The service goes on without it.`);
    told.add(trouble);
    return true;
  };
}

/** The service does not wait longer for Redis before it listens. */
const LONGEST_START_MS = 3000;
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
  const isEncrypted = protocol === 'rediss:';
  if (nodes.length > 0) {
    return new Cluster([node, ...nodes], {
      // A certificate names hosts, so they are not replaced by the addresses that they have.
      ...(isEncrypted && { dnsLookup: (host, found) => found(null, host) }),
      redisOptions: options,
      enableOfflineQueue: false,
      lazyConnect: true,
      clusterRetryStrategy: retryStrategy,
    });
  }
  if (sentinels.length > 0) {
    // To the sentinels as well as to the master: without both options ioredis sends the password in plain text.
    const encrypted = isEncrypted && { enableTLSForSentinelMode: true, sentinelTLS: {} };
    return new Redis({ ...options, ...encrypted, retryStrategy, db, sentinels: [...sentinels], name: host });
  }
  return new Redis({ ...options, retryStrategy, db, ...node });
}
