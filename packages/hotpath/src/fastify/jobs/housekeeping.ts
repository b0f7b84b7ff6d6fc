/** Housekeeping: deletes rows of the library that no request or job needs any more. */

import type pg from 'pg';
import type { Job } from '../../jobs/job.ts';
import { DAY, HOUR } from '../../resource/window.ts';

/** Longer than the retries of any job, so that the record of an effect outlives its job. */
const EFFECTS_KEPT_MS = 90 * DAY;
const ROWS_AT_A_TIME = 1000;

/** The steps: each deletes a bounded number of rows and returns the number that it deleted. */
const STEPS: readonly { readonly text: string; readonly values: () => unknown[] }[] = [
  {
    text: `DELETE FROM "hotpath"."idempotency_keys" WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM "hotpath"."idempotency_keys" WHERE expires_at < now() LIMIT $1))`,
    values: () => [ROWS_AT_A_TIME],
  },
  {
    text: `DELETE FROM "hotpath"."job_effects" WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM "hotpath"."job_effects" WHERE happened_at < $2 LIMIT $1))`,
    values: () => [ROWS_AT_A_TIME, new Date(Date.now() - EFFECTS_KEPT_MS)],
  },
  // A running service trims the log itself; this step is for the time in which no service runs.
  {
    text: `SELECT FROM generate_series(1, "hotpath"."trim_log"($2 * interval '1 millisecond', $1))`,
    values: () => [ROWS_AT_A_TIME, HOUR],
  },
];

/** Runs every hour. It deletes expired idempotency keys, old records of effects, and old rows of the log. */
export const housekeeping: Job<{ readonly pool: pg.Pool }, unknown> = {
  name: 'housekeeping',
  attempts: 5,
  timeoutMs: 10 * 60_000,
  schedule: '25 * * * *',
  priority: 10,
  async run(_payload, { pool, signal }) {
    for (const { text, values } of STEPS) {
      let deleted = ROWS_AT_A_TIME;
      while (deleted >= ROWS_AT_A_TIME) {
        signal.throwIfAborted();
        deleted = (await pool.query(text, values())).rowCount ?? 0;
      }
    }
  },
};
