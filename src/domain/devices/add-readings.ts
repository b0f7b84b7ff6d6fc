/**
 * Adding readings: a batch in one statement, as the gateways of devices deliver it. A reading is known by its device
 * and its time, so one that is there already is left as it is, and a batch that is delivered twice adds nothing.
 * Readings are inserted in the order of their times: batches that overlap wait for each other, and do not deadlock.
 */
import type { Prisma } from '#client';

export interface NewReading {
  /** As text, which PostgreSQL reads to the microsecond and keeps to the millisecond. */
  readonly timestamp: string;
  readonly temperature: number;
  readonly humidity: number;
  readonly battery: number;
}

/** @returns how many were new; `undefined` if there is no such device. One statement. */
export async function addReadings(
  tx: Prisma.TransactionClient,
  deviceId: number,
  readings: readonly NewReading[],
): Promise<number | undefined> {
  const [row] = await tx.$queryRaw<[{ devices: number; added: number }]>`
    WITH device AS (SELECT id FROM devices WHERE id = ${deviceId}),
    added AS (
      INSERT INTO readings (device_id, timestamp, temperature, humidity, battery)
      SELECT device.id, reading.*
      FROM device, unnest(
        ${readings.map(({ timestamp }) => timestamp)}::timestamptz(3)[],
        ${readings.map(({ temperature }) => temperature)}::float8[],
        ${readings.map(({ humidity }) => humidity)}::float8[],
        ${readings.map(({ battery }) => battery)}::smallint[]
      ) AS reading (timestamp, temperature, humidity, battery)
      ORDER BY reading.timestamp
      ON CONFLICT DO NOTHING
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM device)::int AS devices, (SELECT count(*) FROM added)::int AS added`;
  return row.devices === 0 ? undefined : row.added;
}
