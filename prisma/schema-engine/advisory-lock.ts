/**
 * The wait for the advisory lock that keeps two deployments apart. The engine waits in a query. `CREATE INDEX CONCURRENTLY`
 * waits for the end of every query, so it would fail in the deployment that holds the lock: each waits for the other.
 * Here the engine waits without an open query.
 */

import { setTimeout } from 'node:timers/promises';

const LOCK = /^SELECT pg_advisory_lock\((\d+)\)$/;
const TRY_EVERY_MS = 100;

/**
 * Returns at once if `text` is not the engine's query for the lock, else when the session holds the lock; taking it once
 * more does not wait.
 * @param tryLock runs a query, and returns the first column of its first row.
 */
export async function waitForLock(text: string, tryLock: (sql: string) => Promise<unknown>): Promise<void> {
  const key = LOCK.exec(text)?.[1];
  if (key === undefined) return;
  while ((await tryLock(`SELECT pg_try_advisory_lock(${key})`)) !== true) await setTimeout(TRY_EVERY_MS);
}
