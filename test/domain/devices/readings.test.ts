/** Readings arrive in batches, and clients read them in windows. */
import { beforeAll, describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { requestsTo, waitingForLock, withClient } from '../../support/requests.ts';

const app = useApp({ seeded: true });
const { get, post, sql } = requestsTo(app);
const admin = as(2, 'admin');
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
const reading = (timestamp: string) => ({ timestamp, temperature: 4.25, humidity: 55.5, battery: 80 });
const batch = (times: readonly string[]) => ({ readings: times.map(reading) });

let device: number;
const devices = async (many: number, status = 'active') => {
  const rows = await sql<{ id: number }>(
    `insert into devices (merchant_id, serial, name, kind, status, location, firmware)
     select 1, gen_random_uuid(), 'Fridge', 'fridge', $2::device_status, '{}', '1' from generate_series(1, $1) returning id`,
    [many, status],
  );
  return rows.map(({ id }) => id);
};

beforeAll(async () => {
  [device] = (await devices(1)) as [number];
});

describe('POST /v1/devices/:id/readings', () => {
  it('adds a batch in one statement, and the list shows it at once, newest first', async () => {
    const [id] = await devices(1);
    const times = Array.from({ length: 1000 }, (_, n) => ago(MINUTE * (n + 1)));
    const { status, json, statements } = await post(`/devices/${id}/readings`, admin, batch(times));
    expect([status, json, statements]).toEqual([201, { data: { received: 1000, added: 1000 } }, 1]);
    const list = await get(`/devices/${id}/readings?limit=3`, as(1));
    expect([list.status, list.statements]).toEqual([200, 1]);
    expect(list.json.data).toEqual(
      times.slice(0, 3).map((timestamp) => ({ deviceId: id, timestamp, temperature: 4.25, humidity: 55.5 })),
    );
  });

  it('ignores readings that already exist, or occur twice in one batch', async () => {
    const [id] = await devices(1);
    const [one, two, three] = [ago(MINUTE), ago(2 * MINUTE), ago(3 * MINUTE)];
    expect((await post(`/devices/${id}/readings`, admin, batch([one, two, two]))).json.data).toEqual({
      received: 3,
      added: 2,
    });
    const warmer = { readings: [one, two, three].map((time) => ({ ...reading(time), temperature: 20 })) };
    const again = await post(`/devices/${id}/readings`, admin, warmer);
    expect([again.status, again.json.data]).toEqual([201, { received: 3, added: 1 }]);
    const last = await post(`/devices/${id}/readings`, admin, warmer);
    expect([last.status, last.json.data]).toEqual([200, { received: 3, added: 0 }]);
    expect(await sql('select temperature from readings where device_id = $1 order by timestamp', [id])).toEqual([
      { temperature: 20 },
      { temperature: 4.25 },
      { temperature: 4.25 },
    ]);
  });

  it('adds overlapping batches, in any order and at once, without a deadlock', async () => {
    const [id] = await devices(1);
    const [first, middle, last] = [ago(3 * MINUTE), ago(2 * MINUTE), ago(MINUTE)];
    await withClient(async (client) => {
      await client.query('begin');
      await client.query('insert into readings values ($1, $2, 1, 1, 1)', [id, middle]);
      const up = post(`/devices/${id}/readings`, admin, batch([first, middle, last]));
      await waitingForLock(client, 1);
      const down = post(`/devices/${id}/readings`, admin, batch([last, middle, first]));
      await waitingForLock(client, 2);
      await client.query('rollback');
      expect((await Promise.all([up, down])).map(({ json }) => json.data)).toEqual([
        { received: 3, added: 3 },
        { received: 3, added: 0 },
      ]);
    });
  });

  it('reads times of any zone', async () => {
    const [id] = await devices(1);
    await post(`/devices/${id}/readings`, admin, batch(['2026-01-01T01:00:00.5+01:00']));
    const { json } = await get(`/devices/${id}/readings?since=2026-01-01&until=2026-01-02`, as(1));
    expect(json.data).toMatchObject([{ timestamp: '2026-01-01T00:00:00.500Z' }]);
  });

  it.each([
    ['the public', {}, 401],
    ['a user', as(1), 403],
  ])('refuses %s', async (_who, headers, status) => {
    expect((await post(`/devices/${device}/readings`, headers, batch([ago(0)]))).status).toBe(status);
  });

  it('is a 404 for a missing device', async () => {
    expect((await post('/devices/2000000000/readings', admin, batch([ago(0)]))).status).toBe(404);
  });

  it.each([
    ['none', { readings: [] }, '/readings'],
    ['1,001', batch(Array.from({ length: 1001 }, (_, n) => ago(n))), '/readings'],
    ['one without a battery', { readings: [{ ...reading(ago(0)), battery: undefined }] }, '/readings/0/battery'],
    [
      'a humidity beyond 100',
      { readings: [reading(ago(0)), { ...reading(ago(1)), humidity: 101 }] },
      '/readings/1/humidity',
    ],
    [
      'a temperature that is a text',
      { readings: [{ ...reading(ago(0)), temperature: '4' }] },
      '/readings/0/temperature',
    ],
    ['a date', batch(['2026-01-01']), '/readings/0/timestamp'],
    ['February 30', batch(['2026-02-30T00:00:00Z']), '/readings/0/timestamp'],
    ['a leap second', batch(['2026-06-30T23:59:60Z']), '/readings/0/timestamp'],
    ['a zone 16 hours away', batch(['2026-01-01T00:00:00-16:00']), '/readings/0/timestamp'],
    ['the year 0', batch(['0000-01-01T00:00:00Z']), '/readings/0/timestamp'],
    ['the future', batch([ago(0), ago(-2 * 60 * MINUTE)]), '/readings/1/timestamp'],
  ])('refuses %s, and points at it', async (_what, body, pointer) => {
    const { status, json } = await post(`/devices/${device}/readings`, admin, body);
    expect([status, json.errors[0].pointer]).toEqual([400, pointer]);
    expect(await sql('select from readings where device_id = $1', [device])).toEqual([]);
  });
});

interface Row {
  readonly deviceId: number;
  readonly timestamp: string;
}

describe('readings within a window', () => {
  it('are those of the last day without a window, of a device and of all', async () => {
    const [id] = await devices(1);
    await post(
      `/devices/${id}/readings`,
      admin,
      batch([ago(MINUTE), ago(DAY - MINUTE), ago(DAY + 2 * MINUTE), ago(40 * DAY)]),
    );
    expect((await get(`/devices/${id}/readings`, as(1))).json.data).toHaveLength(2);
    const { json } = await get('/readings?limit=100', as(1));
    const times = json.data.map(({ timestamp }: Row) => Date.parse(timestamp));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(Math.min(...times)).toBeGreaterThan(Date.now() - DAY - 2 * MINUTE);
  });

  it('are those from since until, without until itself, to the last page by cursor', async () => {
    const [id] = await devices(1);
    const start = Date.parse('2026-03-01T00:00:00Z');
    const times = Array.from({ length: 50 }, (_, n) => new Date(start + n * MINUTE).toISOString());
    await post(`/devices/${id}/readings`, admin, batch(times));
    const seen: string[] = [];
    let url: string | undefined = `/devices/${id}/readings?since=${times[10]}&until=${times[40]}&limit=7`;
    while (url) {
      const { json, headers, statements } = await get(url, as(1));
      expect(statements).toBe(1);
      seen.push(...json.data.map(({ timestamp }: Row) => timestamp));
      url = /^<\/v1([^>]+)>/.exec(String(headers['link'] ?? ''))?.[1];
    }
    expect(seen).toEqual(times.slice(10, 40).reverse());
  });

  it('are those of active devices on request', async () => {
    const [[active], [retired]] = [await devices(1), await devices(1, 'retired')];
    for (const id of [active, retired]) await post(`/devices/${id}/readings`, admin, batch([ago(-MINUTE)]));
    const { json } = await get('/readings?device.status=active&limit=100&fields=deviceId,timestamp', as(1));
    const ids = json.data.map(({ deviceId }: Row) => deviceId);
    expect(ids).toContain(active);
    expect(ids).not.toContain(retired);
    const all = await get('/readings?limit=100&fields=deviceId', as(1));
    expect(all.json.data.map(({ deviceId }: Row) => deviceId)).toContain(retired);
  });

  it('are hours of the last week on request', async () => {
    const [id] = await devices(1);
    await sql(
      `insert into readings_hourly (device_id, hour, count, temperature_min, temperature_max, temperature_avg, humidity_avg)
       select $1, date_trunc('hour', now()) - interval '1 hour' - n * interval '1 day', 1, 1, 1, 1, 1 from generate_series(0, 9) n`,
      [id],
    );
    expect((await get(`/devices/${id}/readings/hourly`, as(1))).json.data).toHaveLength(7);
    expect((await get(`/devices/${id}/readings/hourly?since=${ago(30 * DAY)}`, as(1))).json.data).toHaveLength(10);
  });

  it('are none for a device without readings', async () => {
    const { status, json } = await get(`/devices/${device}/readings`, as(1));
    expect([status, json.data]).toEqual([200, []]);
  });

  it.each([
    ['since=2026-02-01&until=2026-02-01', 'since'],
    ['since=2026-02-02&until=2026-02-01', 'since'],
    ['since=2026-02-01&until=2026-03-05', 'since'],
    ['since=2020-01-01', 'since'],
    ['since=soon', 'since'],
    ['until=2026-02-30', 'until'],
    ['since=', 'since'],
    ['timestamp[gte]=2026-01-01', 'timestamp[gte]'],
  ])('is refused as %s', async (query, parameter) => {
    const { status, json } = await get(`/readings?${query}`, as(1));
    expect([status, json.errors[0].parameter]).toEqual([400, parameter]);
  });

  it('is an unknown parameter of a list without one', async () => {
    expect((await get('/products?since=2026-01-01')).status).toBe(400);
  });

  it('is not for the public', async () => {
    expect((await get(`/devices/${device}/readings`)).status).toBe(401);
    expect((await get('/readings')).status).toBe(401);
  });
});
