/** A connection for what the service itself may not do: to set statistics, to write to any table. */

import type { Hotpath } from '../fastify/instance.ts';
import { connectionOf } from '../session/connection.ts';
import { SessionPool } from '../session/session-pool.ts';

/** A role that may do more in the database than the service. */
export interface OwnerOptions {
  /** The URL of the same database as the role that owns its tables; the service's own role without it. */
  readonly owner?: string;
}

/** Runs the work with a pool of one role, and closes it. */
export async function asOwner<T>(
  { pool }: Hotpath,
  { owner }: OwnerOptions,
  work: (pool: SessionPool) => Promise<T>,
): Promise<T> {
  const own = new SessionPool({ ...(owner === undefined ? connectionOf(pool) : { connectionString: owner }), max: 2 });
  // Whoever waits for a connection hears of its end.
  own.on('error', () => {});
  try {
    return await work(own);
  } finally {
    await own.end();
  }
}
