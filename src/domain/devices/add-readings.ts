/**
 * Adding readings: one statement inserts a batch, as the gateways of devices deliver it. The device and the time identify a
 * reading. The statement skips an existing reading, so a batch that arrives twice adds nothing. It inserts readings in the
 * order of their times: overlapping batches wait for each other and do not deadlock.
 */
import type { Prisma } from '#client';

export interface NewReading {
  /** A text, which PostgreSQL reads to the microsecond and keeps to the millisecond. */
  readonly timestamp: string;
  readonly temperature: number;
  readonly humidity: number;
  readonly battery: number;
}

/**
 * One statement.
 * @returns the number of new readings; `undefined` if the device does not exist.
 */
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
