/** What the library clears away of its own: what nobody can ask for any more. */

import type pg from 'pg';
import type { Job } from '../../jobs/job.ts';
import { DAY, HOUR } from '../../resource/window.ts';

/** Longer than any job is tried for, so that an effect is never forgotten before its job. */
const EFFECTS_KEPT_MS = 90 * DAY;
const ROWS_AT_A_TIME = 1000;

/** What each step deletes at most so many rows of, and says how many it did. */
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
  // A service that runs trims the log by itself; this is for the time in which none does.
  {
    text: `SELECT FROM generate_series(1, "hotpath"."trim_log"($2 * interval '1 millisecond', $1))`,
    values: () => [ROWS_AT_A_TIME, HOUR],
  },
];

/** Every hour: idempotency keys that have expired, effects of jobs that are long gone, and what is left of the log. */
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
