/**
 * The queue's own schema, `graphile_worker`. The queue migrates it by itself, beside Prisma, which knows no schema but its
 * own: so neither sees the other's tables, and none of them is drift.
 */
import type pg from 'pg';
import { sqlstateOf } from '../session/error-codes.ts';
import { SessionPool } from '../session/session-pool.ts';

/** There is no queue of this version that the user may use, and the user may not make one; the message says what to do. */
export class QueueMissingError extends Error {
  override readonly name = 'QueueMissingError';
}

/** graphile-worker, which only a team that has jobs installs. @throws {QueueMissingError} if it is not there. */
export async function queuePackage() {
  try {
    return await import('graphile-worker');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new QueueMissingError('Jobs need the package graphile-worker: `npm install graphile-worker`.', { cause });
  }
}

/** Brings the queue's schema up to what this version of it needs. Many may do so at once. */
export async function installQueue(connectionString: string): Promise<void> {
  const { Logger, runMigrations } = await queuePackage();
  const pool = new SessionPool({ connectionString, max: 2 });
  // An error that nobody hears ends the process; what was asked of the connection fails with it.
  const ignore = () => {};
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  await runMigrations({ pgPool: pool, logger: new Logger(() => () => {}) }).finally(() => pool.end());
}

/** For who writes into the queue: makes it where there is none. */
export async function ensureQueue(pool: pg.Pool, connectionString: string): Promise<void> {
  if (await isInstalled(pool)) return;
  try {
    await installQueue(connectionString);
  } catch (cause) {
    throw queueMissing('This database has no queue, and it cannot be made', cause);
  }
}

/** For workers: brings the queue up to date, or finds that it is. */
export async function upgradeQueue(connectionString: string): Promise<void> {
  await installQueue(connectionString).catch((cause: unknown) => {
    if (sqlstateOf(cause) !== FORBIDDEN) throw cause;
    throw queueMissing('The queue of this database is not of this version, or may not be used', cause);
  });
}

const FORBIDDEN = '42501';

function queueMissing(what: string, cause: unknown): QueueMissingError {
  const remedy = 'Run `npm run hotpath -- jobs install` as a user who may create a schema, then `hotpath grants`.';
  return new QueueMissingError(`${what}: ${(cause as Error).message}. ${remedy}`, { cause });
}

async function isInstalled(pool: pg.Pool): Promise<boolean> {
  // Not `to_regclass`, which fails where the schema may not be used.
  const { rows } = await pool.query(`SELECT EXISTS (SELECT FROM pg_class
    WHERE relnamespace = to_regnamespace('graphile_worker') AND relname = 'jobs') AS installed`);
  return rows[0].installed;
}

/** Names jobs to the queue, which knows them by number. Before any of them is enqueued. Writes nothing if it knows them. */
export async function nameJobs(pool: pg.Pool, names: readonly string[]): Promise<void> {
  try {
    const { rows } = await pool.query<{ name: string }>(
      `SELECT name FROM unnest($1::text[]) AS name
       WHERE name NOT IN (SELECT identifier FROM graphile_worker._private_tasks)`,
      [names],
    );
    if (rows.length === 0) return;
    await pool.query(
      `INSERT INTO graphile_worker._private_tasks (identifier) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`,
      [rows.map(({ name }) => name)],
    );
  } catch (cause) {
    if (sqlstateOf(cause) !== FORBIDDEN) throw cause;
    throw queueMissing('The role of DATABASE_URL may not use the queue', cause);
  }
}
