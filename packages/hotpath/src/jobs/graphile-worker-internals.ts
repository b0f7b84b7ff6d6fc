/**
 * The tables, types and functions in the schema of graphile-worker that it does not document. Other files use them
 * through this file, which `test/private-interfaces.test.ts` checks. `test/jobs/graphile-worker-internals.test.ts`
 * runs each statement on a schema that the installed version made, and names what has moved.
 */
import type pg from 'pg';

/** The schema that graphile-worker creates for itself. */
export const QUEUE_SCHEMA = 'graphile_worker';

/** The privileges that a role needs on the queue's tables, to enqueue and to work. */
export const QUEUE_TABLES = {
  _private_jobs: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  _private_job_queues: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  _private_tasks: ['SELECT', 'INSERT', 'UPDATE'],
  _private_known_crontabs: ['SELECT', 'INSERT', 'UPDATE'],
  jobs: ['SELECT'],
  migrations: ['SELECT'],
} as const;

const FIND_QUEUE = `SELECT FROM pg_class WHERE relnamespace = to_regnamespace('graphile_worker') AND relname = 'jobs'`;

/** Whether the database has a queue. Not by `to_regclass`, which fails without the privilege to use the schema. */
export async function queueExists(client: Pick<pg.ClientBase, 'query'>): Promise<boolean> {
  const { rowCount } = await client.query(FIND_QUEUE);
  return rowCount! > 0;
}

/** Inserts jobs as `add_jobs` does, but without its NOTIFY. `$1`: an array of `job_spec` as JSON. */
export const INSERT_JOBS = `
INSERT INTO graphile_worker._private_jobs (task_id, payload, max_attempts, priority)
SELECT tasks.id, spec.payload, spec.max_attempts, spec.priority
FROM json_populate_recordset(NULL::graphile_worker.job_spec, $1::json) AS spec
JOIN graphile_worker._private_tasks AS tasks USING (identifier)`;

/** Inserts jobs, and the lanes that they name. `$1`: an array of `job_spec` as JSON. */
export const ADD_JOBS_TO_LANES = `
SELECT FROM graphile_worker.add_jobs(ARRAY(
  SELECT spec FROM json_populate_recordset(NULL::graphile_worker.job_spec, $1::json) AS spec
))`;

/** The names of `$1` that the queue has no number for. */
export const UNKNOWN_NAMES = `
SELECT name FROM unnest($1::text[]) AS name
WHERE name NOT IN (SELECT identifier FROM graphile_worker._private_tasks)`;

/** Gives each name of `$1` a number. */
export const ADD_NAMES = `
INSERT INTO graphile_worker._private_tasks (identifier) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`;

/** The jobs in their last try that a worker among `list.workers` has locked: `id`, `identifier`, `payload`. */
export const LAST_TRIES = `
  SELECT jobs.id, identifier, payload
  FROM list
  JOIN graphile_worker._private_jobs AS jobs ON locked_by = ANY (workers) AND attempts >= max_attempts
  JOIN graphile_worker._private_tasks AS tasks ON tasks.id = task_id`;
