/** The second tier: entries in Redis, shared by all processes. A look-up is one round trip, and one value. */
import type { Redis } from 'ioredis';
import type { Span } from '../telemetry/span.ts';
import { AWAY, type Breaker } from './breaker.ts';
import { decode, type Entry, encode } from './entry.ts';
import { remoteKeys } from './key.ts';
import { tracedCommand } from './spans.ts';

/** What is used of a client; a cluster's has it, too. Every command has one key. */
export type RedisClient = Pick<Redis, 'getBuffer' | 'set' | 'eval' | 'zrevrange'>;

export interface Remote {
  readonly redis: RedisClient;
  readonly breaker: Breaker;
  /** Keeps apart those that share a Redis but not their database or their resources. */
  readonly namespace: string;
}

/** What is asked for, and what asks in its trace. */
export interface Asked {
  readonly key: string;
  readonly look?: Span | undefined;
}

export interface L2 {
  /** The entry, nothing, or `AWAY`. */
  get(asked: Asked, patienceMs?: number): Promise<Entry | undefined | typeof AWAY>;
  /** Never rejects. */
  set(asked: Asked, entry: Entry): Promise<void>;
}

export function createL2({ redis, breaker, namespace }: Remote): L2 {
  return {
    async get({ key, look }, patienceMs) {
      const name = remoteKeys(namespace, key).entry;
      const get = () => tracedCommand(look, `GET ${name}`, () => redis.getBuffer(name));
      const bytes = await breaker.attempt(get, patienceMs);
      return bytes === AWAY ? AWAY : bytes ? decode(bytes) : undefined;
    },
    async set({ key, look }, entry) {
      const name = remoteKeys(namespace, key).entry;
      const lifeMs = entry.ttlMs + Math.max(entry.staleMs, entry.rescueMs);
      const set = () => redis.set(name, encode(entry), 'PX', lifeMs);
      await breaker.attempt(() => tracedCommand(look, `SET ${name} ? PX ?`, set));
    },
  };
}
