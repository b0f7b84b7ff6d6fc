/**
 * The pool that reads go through. Compiled reads depend on the settings of a session, so a plain pool of `pg` is left to
 * those who have it, and a second one with these settings is opened to the same database.
 */
import type pg from 'pg';
import { connectionOf } from '../session/connection.ts';
import { SessionPool } from '../session/session-pool.ts';
import { CountingPool } from './counting-pool.ts';

/** A pool, or the URL of a database. A `Pool` of this library is used itself, and so are its connections. */
export type PoolOrUrl = pg.Pool | string;

export interface ReadingPool {
  readonly pool: SessionPool;
  /** Whether it was opened here, so that whoever asked for it closes it. */
  readonly isOwn: boolean;
}

/** @param onLost called with the error of a connection that was lost. */
export function readingPool(given: PoolOrUrl, onLost: (error: Error) => void = () => {}): ReadingPool {
  if (given instanceof SessionPool) return { pool: given, isOwn: false };
  const pool = new CountingPool(optionsFor(given));
  // The pool listens to idle connections alone, and an error that nobody hears ends the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', onLost));
  return { pool, isOwn: true };
}

function optionsFor(given: PoolOrUrl) {
  if (typeof given === 'string') return { connectionString: given, allowExitOnIdle: true };
  const { max, idleTimeoutMillis } = given.options;
  return { ...connectionOf(given), max, idleTimeoutMillis, allowExitOnIdle: true };
}
