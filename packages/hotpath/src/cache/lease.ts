/**
 * The lease: the right to fill a key, held by one process of all. Whoever does not get it waits for what the holder
 * stores. It ends by itself, so that a holder that dies holds nobody up for longer; who is still at work extends it.
 *
 * It spares the database work and protects no data: an entry is right or wrong by its snapshot, whoever filled it.
 */
import { randomUUID } from 'node:crypto';
import { AWAY } from './breaker.ts';
import { remoteKeys } from './key.ts';
import type { Remote } from './l2.ts';

/** Somebody else has it. */
export const HELD: unique symbol = Symbol('held');

export interface Lease {
  /** Gives it back, if it has not ended meanwhile. Never rejects. */
  release(): Promise<void>;
}

export interface Leases {
  take(key: string, patienceMs?: number): Promise<Lease | typeof HELD | typeof AWAY>;
}

/**
 * KEYS[1]  the lease
 * ARGV[1]  the token of who thinks that he holds it
 */
const RELEASE = `
  if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
  return 0
`;

/** As above, and ARGV[2] is for how long from now. */
const EXTEND = `
  if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end
  return 0
`;

export function createLeases({ redis, breaker, namespace }: Remote, durationMs: number): Leases {
  return {
    async take(key, patienceMs) {
      const { lease } = remoteKeys(namespace, key);
      const token = randomUUID();
      const taken = await breaker.attempt(() => redis.set(lease, token, 'PX', durationMs, 'NX'), patienceMs);
      if (taken !== 'OK') return taken === AWAY ? AWAY : HELD;
      const extend = () => void breaker.attempt(() => redis.eval(EXTEND, 1, lease, token, durationMs));
      const extending = setInterval(extend, durationMs / 2).unref();
      return {
        async release() {
          clearInterval(extending);
          await breaker.attempt(() => redis.eval(RELEASE, 1, lease, token));
        },
      };
    },
  };
}
