/**
 * The pool that reads use. Compiled reads depend on the settings of a session. A plain pool of `pg` keeps its sessions
 * unchanged, so the library opens a second pool with these settings to the same database.
 */
import type pg from 'pg';
import { connectionOf } from '../session/connection.ts';
import { SessionPool } from '../session/session-pool.ts';
import { CountingPool } from './counting-pool.ts';

/** A pool, or the URL of a database. The library uses its own `Pool` directly, connections included. */
export type PoolOrUrl = pg.Pool | string;

export interface ReadingPool {
  readonly pool: SessionPool;
  /** Whether this module opened the pool. If so, the caller closes it. */
  readonly isOwn: boolean;
}

/** @param onLost called with the error of a lost connection. */
export function readingPool(given: PoolOrUrl, onLost: (error: Error) => void = () => {}): ReadingPool {
  if (given instanceof SessionPool) return { pool: given, isOwn: false };
  const pool = new CountingPool(optionsFor(given));
  // The pool listens to idle connections alone, and an error without a listener ends the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', onLost));
  return { pool, isOwn: true };
}

function optionsFor(given: PoolOrUrl) {
  if (typeof given === 'string') return { connectionString: given, allowExitOnIdle: true };
  const { max, idleTimeoutMillis } = given.options;
  return { ...connectionOf(given), max, idleTimeoutMillis, allowExitOnIdle: true };
}
