/** The queue as an operator sees it: waiting jobs, running jobs, and dead jobs, which stay until they are retried. */
import type pg from 'pg';

/** The state of a job in the queue. */
export type JobState = 'waiting' | 'running' | 'dead';

/** A job in the queue, as operators see it. */
export interface QueuedJob {
  readonly id: string;
  readonly job: string;
  readonly state: JobState;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly runAt: Date;
  readonly createdAt: Date;
  readonly lastError: string | null;
}

/** A dead job is one that no worker runs and that has no try left. */
const STATE = `
CASE WHEN locked_at IS NOT NULL THEN 'running' WHEN attempts >= max_attempts THEN 'dead' ELSE 'waiting' END`;

/** The oldest jobs of a state, or of all states. */
export async function listJobs(pool: pg.Pool, state: JobState | undefined, limit: number): Promise<QueuedJob[]> {
  const { rows } = await pool.query<QueuedJob>(
    `SELECT * FROM (
       SELECT id::text, task_identifier AS "job", ${STATE} AS "state", attempts, max_attempts AS "maxAttempts",
         run_at AS "runAt", created_at AS "createdAt", last_error AS "lastError"
       FROM graphile_worker.jobs
     ) AS listed
     WHERE $1::text IS NULL OR state = $1
     ORDER BY "createdAt", id::bigint
     LIMIT $2`,
    [state ?? null, limit],
  );
  return rows;
}

/**
 * Gives dead jobs all their tries again, at once. @param ids the jobs; all dead jobs without it. @returns their number.
 */
export async function retryDead(pool: pg.Pool, ids?: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ retried: number }>(
    `SELECT count(*)::int AS retried FROM graphile_worker.reschedule_jobs(ARRAY(
       SELECT id FROM graphile_worker.jobs
       WHERE locked_at IS NULL AND attempts >= max_attempts AND ($1::bigint[] IS NULL OR id = ANY ($1))
     ), run_at := now(), attempts := 0)`,
    [ids ?? null],
  );
  return rows[0]!.retried;
}

/** The state of the queue, for metrics. */
export interface QueueState {
  /** Jobs that could run now, by name. */
  readonly depth: Readonly<Record<string, number>>;
  /** How long the oldest of these jobs has waited; 0 if there are none. */
  readonly oldestSeconds: number;
  readonly dead: number;
}

/** One statement, which reads each job in the queue. */
export async function queueState(pool: pg.Pool): Promise<QueueState> {
  const { rows } = await pool.query<{ job: string; depth: number; oldest: number; dead: number }>(
    `SELECT task_identifier AS job,
       count(*) FILTER (WHERE due)::int AS depth,
       coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE due)), 0)::float8 AS oldest,
       count(*) FILTER (WHERE dead)::int AS dead
     FROM (
       SELECT task_identifier, run_at,
         locked_at IS NULL AND attempts < max_attempts AND run_at <= now() AS due,
         locked_at IS NULL AND attempts >= max_attempts AS dead
       FROM graphile_worker.jobs
     ) AS job
     GROUP BY task_identifier`,
  );
  return {
    depth: Object.fromEntries(rows.map(({ job, depth }) => [job, depth])),
    oldestSeconds: Math.max(0, ...rows.map(({ oldest }) => oldest)),
    dead: rows.reduce((sum, { dead }) => sum + dead, 0),
  };
}
