/**
 * The worker heartbeat: how workers detect that another one has died, so that they take over its jobs in about a second
 * and not in the four hours after which the queue gives up on a lock.
 *
 * A worker holds an advisory lock for as long as it lives, on a connection of its own. A worker that can take the lock
 * of another knows that the other is dead. It then removes the dead worker from the list and returns its jobs to the
 * queue, in one statement.
 *
 * - PostgreSQL ends the lock with the connection: at once when the process dies, and after some ten seconds when its
 *   machine vanishes without closing it (keep-alives). No clocks are compared.
 * - The lock belongs to a transaction that stays open, not to the session. So it also works through a pooler in
 *   transaction mode, where a session's lock would outlive its worker. The transaction has neither an id nor a
 *   snapshot, so it delays no vacuum.
 * - A worker takes the lock before it is on the list, and is on the list before it takes a job. So no other worker
 *   takes it for dead before it dies, and no unknown worker has a job.
 * - If a live worker loses this connection, other workers may take it for dead. Then `lost` resolves, and the worker
 *   stops its jobs. An unfinished job may run twice for a moment, which `once()` and idempotent jobs tolerate.
 */
import { randomInt } from 'node:crypto';
import type pg from 'pg';
import { SessionClient } from '../session/session-client.ts';
import type { Envelope } from './enqueue.ts';
import { LAST_TRIES } from './graphile-worker-internals.ts';

/** The namespace of the workers' advisory locks. */
const WORKERS = 7_201;
const APPLICATION = 'hotpath worker';
/** PostgreSQL sends keep-alives at the same interval, below. */
const KEEP_ALIVE_MS = 5000;
/** How long the server may take to open the connection, and to answer. */
const ANSWER_MS = 10_000;

export interface WorkerHeartbeat {
  readonly key: number;
  /** Resolves when other workers may take this one for dead. */
  readonly lost: Promise<void>;
  end(): Promise<void>;
}

/** @throws if the database takes no writes: a worker that cannot take a job must not start. */
export async function beginHeartbeat(connectionString: string): Promise<WorkerHeartbeat> {
  const client = new SessionClient({
    connectionString,
    application_name: APPLICATION,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  });
  const lost = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.once('end', () => resolve());
  });
  await client.connect();
  try {
    if (client.isReadOnly) throw new Error('The database takes no writes, so the worker cannot take jobs.');
    const key = await takeKey(client);
    let ended: Promise<void> | undefined;
    return {
      key,
      lost,
      // Each task of a worker may end it.
      end: () => {
        ended ??= client.end();
        return ended;
      },
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** PostgreSQL knows `transaction_timeout` from version 17 on. */
const BEGIN = `
BEGIN;
SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout';
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL statement_timeout = 0;
SET LOCAL tcp_keepalives_idle = 5;
SET LOCAL tcp_keepalives_interval = 2;
SET LOCAL tcp_keepalives_count = 3`;

async function takeKey(client: pg.Client): Promise<number> {
  await client.query(BEGIN);
  for (;;) {
    const key = randomInt(1, 2 ** 31);
    const { rows } = await client.query('SELECT pg_try_advisory_xact_lock($1, $2) AS mine', [WORKERS, key]);
    if (rows[0].mine) return key;
  }
}

/** Puts a worker on the list. @param lockedBy the id by which the queue locks its jobs. */
export async function enlist(pool: pg.Pool, { key }: WorkerHeartbeat, lockedBy: string): Promise<void> {
  await pool.query(
    `INSERT INTO "hotpath"."job_workers" (key, locked_by) VALUES ($1, $2)
     ON CONFLICT (key) DO UPDATE SET locked_by = excluded.locked_by, started_at = now()`,
    [key, lockedBy],
  );
}

const BURY = `
WITH dead AS (
  DELETE FROM "hotpath"."job_workers" WHERE pg_try_advisory_xact_lock($1, key) RETURNING locked_by
), list AS (
  SELECT coalesce(array_agg(locked_by), '{}') AS workers, count(*)::int AS dead FROM dead
), last_tries AS (
  SELECT json_agg(json_build_object('id', id::text, 'job', identifier, 'envelope', payload)) AS jobs
  FROM (${LAST_TRIES}) AS last_try
)
SELECT dead, coalesce(jobs, '[]') AS "lastTries",
  CASE WHEN dead > 0 THEN graphile_worker.force_unlock_workers(workers) END
FROM list, last_tries`;

/** A job whose worker died in its last try. */
export interface LastTry {
  readonly id: string;
  readonly job: string;
  readonly envelope: Envelope;
}

export interface Buried {
  /** The number of workers that have died. */
  readonly dead: number;
  /** Their jobs that no worker will run again. */
  readonly lastTries: readonly LastTry[];
}

/** Returns the jobs of dead workers to the queue. */
export async function buryDead(pool: pg.Pool): Promise<Buried> {
  const { rows } = await pool.query<Buried>(BURY, [WORKERS]);
  return rows[0]!;
}
