/** A connection for work that the service itself may not do: to set statistics, to write to any table. */

import type { Hotpath } from '../fastify/instance.ts';
import { connectionOf } from '../session/connection.ts';
import { SessionPool } from '../session/session-pool.ts';

/** A role with more privileges in the database than the service has. */
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
  // The code that waits for a connection gets its error.
  own.on('error', () => {});
  try {
    return await work(own);
  } finally {
    await own.end();
  }
}
