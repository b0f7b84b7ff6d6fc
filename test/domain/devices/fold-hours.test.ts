/** Hours agree with their readings, despite late readings, missed runs and concurrent runs. */

import type { Run } from 'hotpath/jobs';
import { describe, expect, it } from 'vitest';
import { foldNext } from '../../../src/domain/devices/fold-hours.ts';
import { foldReadings } from '../../../src/domain/devices/jobs.ts';
import type { Dependencies } from '../../../src/plugins/jobs.ts';
import { as, useApp } from '../../support/app.ts';
import { requestsTo } from '../../support/requests.ts';

const app = useApp({ seeded: true });
const { get, post, sql } = requestsTo(app);

const fold = () => {
  const dependencies = { prisma: app().prisma, signal: new AbortController().signal, attempt: 1 };
  return foldReadings.run({}, dependencies as unknown as Dependencies & Run);
};

const HOURS = `select device_id, hour, count, temperature_min, temperature_max, temperature_avg, humidity_avg`;

/** Hours that do not agree with their readings. */
const wrongHours = () =>
  sql(
    `(${HOURS} from readings_hourly except ${HOURS} from made) union all (${HOURS} from made except ${HOURS} from readings_hourly)`.replaceAll(
      'from made',
      `from (select device_id, date_trunc('hour', timestamp, 'UTC') as hour, count(*)::int, min(temperature) as temperature_min,
       max(temperature) as temperature_max, avg(temperature) as temperature_avg, avg(humidity) as humidity_avg
       from readings group by 1, 2) as made`,
    ),
  );

const markOf = async () =>
  (await sql<{ at: Date }>(`select at from hotpath.job_marks where job = 'devices.fold'`))[0]?.at;

/** A reading at a time before now, in milliseconds, which arrives then or now. */
const addReading = (device: number, measuredAgo: string, receivedAgo: string) =>
  sql(
    `insert into readings (device_id, timestamp, temperature, humidity, battery, received_at)
     values ($1, now() - $2::interval, -20.5, 50, 50, now() - $3::interval)`,
    [device, measuredAgo, receivedAgo],
  );

describe('folding readings', () => {
  it('makes every hour from nothing, also if the first one was long ago', async () => {
    await sql('delete from readings_hourly');
    await fold();
    expect(await wrongHours()).toEqual([]);
    expect((await sql('select 1 from readings_hourly')).length).toBeGreaterThan(10);
    expect(Date.now() - (await markOf())!.getTime()).toBeLessThan(20 * 60_000);
  });

  it('writes nothing if no reading has arrived, and so invalidates nothing', async () => {
    await fold();
    const before = await sql('select max(updated_at) as at, count(*) from readings_hourly');
    await fold();
    expect(await sql('select max(updated_at) as at, count(*) from readings_hourly')).toEqual(before);
  });

  it('folds a late reading into its own hour, and the next read shows it', async () => {
    const url = '/devices/1/readings/hourly?fields=hour,count,temperatureMin&limit=100';
    await get(url, as(1));
    const timestamp = new Date(Date.now() - 30 * 3_600_000).toISOString();
    const readings = [{ timestamp, temperature: -99, humidity: 50, battery: 50 }];
    expect((await post('/devices/1/readings', as(1, 'admin'), { readings })).status).toBe(201);
    await fold();
    expect(await wrongHours()).toEqual([]);
    const hour = `${timestamp.slice(0, 13)}:00:00.000Z`;
    const hours: { hour: string }[] = (await get(url, as(1))).json.data;
    expect(hours.find((each) => each.hour === hour)).toMatchObject({ temperatureMin: -99 });
  });

  it('makes up for runs that were missed', async () => {
    await sql(`update hotpath.job_marks set at = now() - interval '3 days'`);
    await addReading(2, '50 hours', '49 hours');
    await addReading(3, '26 hours', '25 hours');
    await fold();
    expect(await wrongHours()).toEqual([]);
  });

  it('finds readings that were received before the last run and committed after it', async () => {
    await fold();
    await addReading(2, '2 hours', '3 minutes');
    await fold();
    expect(await wrongHours()).toEqual([]);
  });

  it('runs one after the other', async () => {
    await addReading(1, '90 minutes', '0 minutes');
    const { prisma } = app();
    await Promise.all(Array.from({ length: 3 }, () => prisma.$transaction(foldNext, { timeout: 10_000 })));
    expect(await wrongHours()).toEqual([]);
  });
});
