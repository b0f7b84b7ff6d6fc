/** The second tier: entries in Redis, shared by all processes. A look-up is one round trip, and one value. */
import type { Redis } from 'ioredis';
import { AWAY, type Breaker } from './breaker.ts';
import { decode, type Entry, encode } from './entry.ts';
import { remoteKeys } from './key.ts';

/** What is used of a client; a cluster's has it, too. Every command has one key. */
export type RedisClient = Pick<Redis, 'getBuffer' | 'set' | 'eval'>;

export interface Remote {
  readonly redis: RedisClient;
  readonly breaker: Breaker;
  /** Keeps apart those that share a Redis but not their database or their resources. */
  readonly namespace: string;
}

export interface L2 {
  /** The entry, nothing, or `AWAY`. */
  get(key: string, patienceMs?: number): Promise<Entry | undefined | typeof AWAY>;
  /** Never rejects. */
  set(key: string, entry: Entry): Promise<void>;
}

export function createL2({ redis, breaker, namespace }: Remote): L2 {
  return {
    async get(key, patienceMs) {
      const bytes = await breaker.attempt(() => redis.getBuffer(remoteKeys(namespace, key).entry), patienceMs);
      return bytes === AWAY ? AWAY : bytes ? decode(bytes) : undefined;
    },
    async set(key, entry) {
      const lifeMs = entry.ttlMs + Math.max(entry.staleMs, entry.rescueMs);
      await breaker.attempt(() => redis.set(remoteKeys(namespace, key).entry, encode(entry), 'PX', lifeMs));
    },
  };
}
