/**
 * The pool that reads go through. Compiled reads depend on the settings of a session, so a plain pool of `pg` is left to
 * those who have it, and a second one with these settings is opened to the same database.
 */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { CountingPool } from '../budget/counting-pool.ts';
import { connectionOf } from '../session/connection.ts';
import { SessionPool } from '../session/session-pool.ts';

/** A pool, or the URL of a database. A `Pool` of this library is used itself, and so are its connections. */
export type PoolOrUrl = pg.Pool | string;

/** @returns the pool itself if it is fit, else one that is closed with the server. */
export function readingPool(app: FastifyInstance, given: PoolOrUrl): SessionPool {
  if (given instanceof SessionPool) return given;
  const pool = new CountingPool(
    typeof given === 'string'
      ? { connectionString: given }
      : { ...connectionOf(given), max: given.options.max, idleTimeoutMillis: given.options.idleTimeoutMillis },
  );
  const lost = (error: Error) => app.log.warn({ err: error }, 'A database connection was lost.');
  // The pool listens to idle connections alone, and an error that nobody hears ends the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', lost));
  app.addHook('onClose', () => pool.end());
  return pool;
}
