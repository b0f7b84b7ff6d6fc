/** What the service clears away of its own: what nobody can ask for any more. */

import type { Job } from 'hotpath/jobs/job';
import { DAY, HOUR } from 'hotpath/resource/window';
import type { PrismaClient } from '#client';

/** Longer than any job is tried for, so that an effect is never forgotten before its job. */
const EFFECTS_KEPT_MS = 90 * DAY;
const ROWS_AT_A_TIME = 1000;

/** Every hour: idempotency keys that have expired, effects of jobs that are long gone, and what is left of the log. */
export const housekeeping: Job<{ readonly prisma: PrismaClient }, unknown> = {
  name: 'housekeeping',
  attempts: 5,
  timeoutMs: 10 * 60_000,
  schedule: '25 * * * *',
  priority: 10,
  async run(_payload, { prisma, signal }) {
    const effectsBefore = new Date(Date.now() - EFFECTS_KEPT_MS);
    const steps = [
      () => prisma.$executeRaw`DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM idempotency_keys WHERE expires_at < now() LIMIT ${ROWS_AT_A_TIME}))`,
      () => prisma.$executeRaw`DELETE FROM job_effects WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM job_effects WHERE happened_at < ${effectsBefore} LIMIT ${ROWS_AT_A_TIME}))`,
      // A service that runs trims the log by itself; this is for the time in which none does.
      async () => {
        const [trimmed] = await prisma.$queryRaw<[{ rows: number }]>`
          SELECT invalidation_trim(${HOUR} * interval '1 millisecond', ${ROWS_AT_A_TIME}::int) AS rows`;
        return trimmed.rows;
      },
    ];
    for (const step of steps) {
      do signal.throwIfAborted();
      while ((await step()) >= ROWS_AT_A_TIME);
    }
  },
};
