/**
 * The queue's own schema, `graphile_worker`. The queue migrates it by itself, beside Prisma, which knows no schema but its
 * own: so neither sees the other's tables, and none of them is drift.
 */
import type pg from 'pg';
import { SessionPool } from '../session/session-pool.ts';

/** The database has no queue, and this user may not make one; the message says what to do. */
export class QueueMissingError extends Error {
  override readonly name = 'QueueMissingError';
}

/** Brings the queue's schema up to what this version of it needs. Many may do so at once. */
export async function installQueue(connectionString: string): Promise<void> {
  const { Logger, runMigrations } = await import('graphile-worker');
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
    throw new QueueMissingError(
      `This database has no queue, and it cannot be made: ${(cause as Error).message}. Run \`npm run hotpath -- jobs install\` as a user who may create a schema.`,
      { cause },
    );
  }
}

async function isInstalled(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query(`SELECT to_regclass('graphile_worker.jobs') IS NOT NULL AS installed`);
  return rows[0].installed;
}

/** Names jobs to the queue, which knows them by number. Before any of them is enqueued. */
export async function nameJobs(pool: pg.Pool, names: readonly string[]): Promise<void> {
  await pool.query(
    `INSERT INTO graphile_worker._private_tasks (identifier)
     SELECT name FROM unnest($1::text[]) AS name
     WHERE name NOT IN (SELECT identifier FROM graphile_worker._private_tasks)
     ON CONFLICT DO NOTHING`,
    [names],
  );
}
