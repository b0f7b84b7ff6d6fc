/**
 * Folding readings into hours. A fold reads the readings that arrived since the last fold, not those measured in the last
 * hour. So late readings are folded into their hours, and the next run makes up for a missed one.
 *
 * - A fold computes an hour from all of its readings, so folding twice changes nothing. It does not write an unchanged hour,
 *   and therefore invalidates nothing.
 * - A mark records the progress. The transaction that folds moves it. The mark stays behind the present by an overlap,
 *   because a reading has the time at which its transaction began, and is visible only after the commit.
 * - Folds run one after the other: the second one sees the result of the first, and never overwrites it with older data.
 */
import type { Prisma } from '#client';

/** No transaction that adds readings lasts longer. */
const OVERLAP = '10 minutes';
/** The times of readings may be an hour ahead, because a device's clock may be wrong. */
const AHEAD = '1 hour';
/** One transaction folds the readings that arrived within this time. */
const STEP = '2 hours';

const JOB = 'devices.fold';

/** The mark of a fold: all readings that arrived before it are folded. */
export interface Folded {
  readonly at: Date;
  /** Whether the fold has reached the present. */
  readonly caughtUp: boolean;
}

/**
 * Folds the next stretch of time. Four statements.
 * @returns `undefined` if no reading exists.
 */
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

/** Computes again the hours of all readings that arrived between two times. One statement. */
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
