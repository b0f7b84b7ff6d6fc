/**
 * The lease: the right to fill a key, which one process of all has. The others wait for the entry that the holder
 * stores. The lease ends by itself, so that a holder that dies delays the others only for a bounded time. A holder that
 * is still working extends its lease.
 *
 * The lease saves work of the database and protects no data: an entry is right or wrong by its snapshot, whichever
 * process filled it.
 */
import { randomUUID } from 'node:crypto';
import { AWAY } from './breaker.ts';
import { remoteKeys } from './key.ts';
import type { Remote } from './l2.ts';
import { scriptCommand } from './redis-client.ts';

/** Another process has the lease. */
export const HELD: unique symbol = Symbol('held');

export interface Lease {
  /** Releases the lease, unless it has ended already. Never rejects. */
  release(): Promise<void>;
}

export interface Leases {
  take(key: string, patienceMs?: number): Promise<Lease | typeof HELD | typeof AWAY>;
}

/**
 * KEYS[1]  the lease
 * ARGV[1]  the token of the process that releases it
 */
const RELEASE = `
  if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
  return 0
`;

/** As `RELEASE`; ARGV[2] is the lease's new duration in milliseconds. */
const EXTEND = `
  if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end
  return 0
`;

export function createLeases({ redis, breaker, namespace }: Remote, durationMs: number): Leases {
  const release = scriptCommand(redis, 'hotpathReleaseLease', RELEASE);
  const extend = scriptCommand(redis, 'hotpathExtendLease', EXTEND);
  return {
    async take(key, patienceMs) {
      const { lease } = remoteKeys(namespace, key);
      const token = randomUUID();
      const taken = await breaker.attempt(() => redis.set(lease, token, 'PX', durationMs, 'NX'), patienceMs);
      if (taken !== 'OK') return taken === AWAY ? AWAY : HELD;
      const prolong = () => void breaker.attempt(() => extend(lease, token, durationMs));
      const extending = setInterval(prolong, durationMs / 2).unref();
      return {
        async release() {
          clearInterval(extending);
          await breaker.attempt(() => release(lease, token));
        },
      };
    },
  };
}
