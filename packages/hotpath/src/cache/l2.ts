/** The second tier: entries in Redis, shared by all processes. A look-up is one round trip, and one value. */
import type { ObservationPort } from '../observation/observation-port.ts';
import { currentCarrier } from '../telemetry/context.ts';
import type { Step } from '../telemetry/span.ts';
import { AWAY, type Breaker } from './breaker.ts';
import { decodeEntry, type Entry, encodeEntry } from './entry.ts';
import { remoteKeys } from './key.ts';
import type { RedisClient } from './redis-client.ts';
import { tracedCommand } from './spans.ts';

export interface Remote {
  readonly redis: RedisClient;
  readonly breaker: Breaker;
  /** Separates services that share a Redis but not their database or their resources. */
  readonly namespace: string;
  /** The port to the observer of look-ups. */
  readonly port?: ObservationPort | undefined;
}

/** The key of a look-up, and its parent in the trace. */
export interface LookUpKey {
  readonly key: string;
  readonly span?: Step | undefined;
}

export interface L2 {
  /** The entry, nothing, or `AWAY`. */
  get(asked: LookUpKey, patienceMs?: number): Promise<Entry | undefined | typeof AWAY>;
  /** Never rejects. @param mostMs the longest time that Redis keeps the entry, in milliseconds. */
  set(asked: LookUpKey, entry: Entry, mostMs?: number): Promise<void>;
  /** Keeps an entry that was set for a short time as long as it may be served. Never rejects. */
  prolong(key: string, entry: Entry): Promise<void>;
}

export function createL2({ redis, breaker, namespace, port }: Remote): L2 {
  return {
    async get({ key, span }, patienceMs) {
      const name = remoteKeys(namespace, key).entry;
      const get = () => tracedCommand(span, `GET ${name}`, () => redis.getBuffer(name));
      const startedAt = performance.now();
      const bytes = await breaker.attempt(get, patienceMs);
      const ms = performance.now() - startedAt;
      port?.observer?.observe({ kind: 'redis', command: 'GET', startedAt, ms }, currentCarrier());
      return bytes === AWAY ? AWAY : bytes ? decodeEntry(bytes) : undefined;
    },
    async set({ key, span }, entry, mostMs = Number.POSITIVE_INFINITY) {
      const name = remoteKeys(namespace, key).entry;
      const set = () => redis.set(name, encodeEntry(entry), 'PX', Math.min(lifeMsOf(entry), mostMs));
      await breaker.attempt(() => tracedCommand(span, `SET ${name} ? PX ?`, set));
    },
    async prolong(key, entry) {
      const leftMs = entry.readAt + lifeMsOf(entry) - Date.now();
      if (leftMs > 0) await breaker.attempt(() => redis.pexpire(remoteKeys(namespace, key).entry, leftMs));
    },
  };
}

const lifeMsOf = ({ ttlMs, staleMs, rescueMs }: Entry): number => ttlMs + Math.max(staleMs, rescueMs);
