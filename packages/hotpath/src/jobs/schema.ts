/**
 * The queue's own schema, `graphile_worker`. The queue migrates it itself, beside Prisma, which knows no schema except
 * its own. So neither sees the other's tables, and Prisma reports no drift.
 */
import type pg from 'pg';
import { FORBIDDEN, sqlstateOf } from '../session/error-codes.ts';
import { SessionPool } from '../session/session-pool.ts';
import { ADD_NAMES, queueExists, UNKNOWN_NAMES } from './graphile-worker-internals.ts';

/**
 * The database has no queue of this version that the user may use, and the user may not create it; the message has the
 * remedy.
 */
export class QueueMissingError extends Error {
  override readonly name = 'QueueMissingError';
}

/** graphile-worker, which only a team with jobs installs. @throws {QueueMissingError} if it is not installed. */
export async function queuePackage() {
  try {
    return await import('graphile-worker');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new QueueMissingError('Jobs need the package graphile-worker: `npm install graphile-worker`.', { cause });
  }
}

/** Brings the queue's schema up to the version that the package needs. Many processes may do so at once. */
export async function installQueue(connectionString: string): Promise<void> {
  const { Logger, runMigrations } = await queuePackage();
  const pool = new SessionPool({ connectionString, max: 2 });
  // An error without a listener ends the process. The command on the connection fails with the same error.
  const ignore = () => {};
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  await runMigrations({ pgPool: pool, logger: new Logger(() => () => {}) }).finally(() => pool.end());
}

/** For processes that only enqueue: creates the queue if it is missing. */
export async function ensureQueue(pool: pg.Pool, connectionString: string): Promise<void> {
  if (await queueExists(pool)) return;
  try {
    await installQueue(connectionString);
  } catch (cause) {
    throw queueMissing('This database has no queue, and it cannot be created', cause);
  }
}

/** For workers: brings the queue up to date, unless it is. */
export async function upgradeQueue(connectionString: string): Promise<void> {
  await installQueue(connectionString).catch((cause: unknown) => {
    if (sqlstateOf(cause) !== FORBIDDEN) throw cause;
    throw queueMissing('The queue of this database has another version, or the role may not use it', cause);
  });
}

function queueMissing(what: string, cause: unknown): QueueMissingError {
  const remedy = 'Run `hotpath jobs install` as a user with the right to create a schema, then `hotpath grants`.';
  return new QueueMissingError(`${what}: ${(cause as Error).message}. ${remedy}`, { cause });
}

/**
 * Registers the names of jobs in the queue, which identifies them by number. Call it before the first of them is
 * enqueued. It writes nothing if the queue knows all names.
 */
export async function nameJobs(pool: pg.Pool, names: readonly string[]): Promise<void> {
  try {
    const { rows } = await pool.query<{ name: string }>(UNKNOWN_NAMES, [names]);
    if (rows.length === 0) return;
    await pool.query(ADD_NAMES, [rows.map(({ name }) => name)]);
  } catch (cause) {
    if (sqlstateOf(cause) !== FORBIDDEN) throw cause;
    throw queueMissing('The role of DATABASE_URL may not use the queue', cause);
  }
}
