/**
 * Folding readings into hours. It looks at what has come in since the last time, not at what was measured in the last
 * hour: so readings that come late are folded into the hours that they belong to, and a run that was missed is made up
 * by the next.
 *
 * - An hour is made anew from all of its readings, so folding it twice changes nothing; an hour that comes out the same
 *   is not written, and invalidates nothing.
 * - How far it has come is a mark, moved in the transaction that folds. The mark stays an overlap behind the present,
 *   for a reading bears the time at which its transaction began, and is seen when that commits.
 * - Folds take turns: the second one sees what the first has folded, and never writes what it saw before.
 */
import type { Prisma } from '#client';

/** No transaction that adds readings lasts longer. */
const OVERLAP = '10 minutes';
/** Readings may be from an hour ahead, of a device whose clock is wrong. */
const AHEAD = '1 hour';
/** What one transaction folds: what came in within so long. */
const STEP = '2 hours';

const JOB = 'devices.fold';

/** The mark of a fold: up to when all that came in is folded. */
export interface Folded {
  readonly at: Date;
  /** Whether the present is reached. */
  readonly caughtUp: boolean;
}

/** Folds the next stretch of time. Four statements. @returns `undefined` if there is no reading at all. */
export async function foldNext(tx: Prisma.TransactionClient): Promise<Folded | undefined> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${JOB}, 0))`;
  const [stretch] = await tx.$queryRaw<[{ start: Date | null; end: Date; caughtUp: boolean }]>`
    SELECT "start", least("start" + ${STEP}::interval, now()) AS "end", "start" + ${STEP}::interval >= now() AS "caughtUp"
    FROM (SELECT coalesce(
      (SELECT at FROM "hotpath"."job_marks" WHERE schema = current_schema() AND job = ${JOB}),
      (SELECT min(timestamp) - ${AHEAD}::interval FROM readings)
    ) AS "start") AS mark`;
  if (stretch.start === null) return undefined;
  await fold(tx, stretch.start, stretch.end);
  const [mark] = await tx.$queryRaw<[{ at: Date }]>`
    INSERT INTO "hotpath"."job_marks" AS mark (job, at) VALUES (${JOB}, least(${stretch.end}, now() - ${OVERLAP}::interval))
    ON CONFLICT (schema, job) DO UPDATE SET at = greatest(mark.at, excluded.at)
    RETURNING at`;
  return { at: mark.at, caughtUp: stretch.caughtUp };
}

/** Makes anew the hours of all readings that came in between two times. One statement. */
const fold = (tx: Prisma.TransactionClient, start: Date, end: Date): Promise<number> => tx.$executeRaw`
  WITH touched AS (
    SELECT DISTINCT device_id, date_trunc('hour', timestamp, 'UTC') AS hour
    FROM readings
    WHERE received_at >= ${start} AND received_at <= ${end}
  )
  INSERT INTO readings_hourly AS kept
    (device_id, hour, count, temperature_min, temperature_max, temperature_avg, humidity_avg)
  SELECT touched.device_id, touched.hour, count(*), min(temperature), max(temperature), avg(temperature), avg(humidity)
  FROM touched
  JOIN readings ON readings.device_id = touched.device_id
    AND readings.timestamp >= touched.hour AND readings.timestamp < touched.hour + interval '1 hour'
  GROUP BY touched.device_id, touched.hour
  ON CONFLICT (device_id, hour) DO UPDATE SET
    count = excluded.count,
    temperature_min = excluded.temperature_min,
    temperature_max = excluded.temperature_max,
    temperature_avg = excluded.temperature_avg,
    humidity_avg = excluded.humidity_avg,
    updated_at = now()
  WHERE (kept.count, kept.temperature_min, kept.temperature_max, kept.temperature_avg, kept.humidity_avg)
    IS DISTINCT FROM
    (excluded.count, excluded.temperature_min, excluded.temperature_max, excluded.temperature_avg, excluded.humidity_avg)`;
