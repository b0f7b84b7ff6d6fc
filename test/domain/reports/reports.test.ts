/** Reports: requested, written by a job, downloaded by a link; only their own user and administrators see them. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvOf } from '../../../src/domain/reports/csv.ts';
import { as, useApp } from '../../support/app.ts';
import { folders, queueDone } from '../../support/jobs.ts';
import { requestsTo } from '../../support/requests.ts';

const places = await folders();
const app = useApp({ seeded: true, environment: { JOBS: 'inline', ...places } });
const { get, post, sql } = requestsTo(app);

/**
 * Requests a report and waits for it.
 * @returns its path, and its content.
 */
async function made(body: object, headers = as(1)) {
  const { status, headers: sent, json } = await post('/reports', headers, body);
  expect([status, json.data.status, json.data.progress, json.data.link]).toEqual([202, 'queued', 0, null]);
  const path = String(sent['location']).slice('/v1'.length);
  expect(await queueDone(sql)).toEqual([]);
  return { path, report: (await get(path, headers)).json.data };
}

const download = (link: string) => app().inject({ url: link });
const linesOf = (csv: string) => csv.split('\r\n').slice(0, -1);
const withExpiry = (path: string, seconds: number) => app().links.sign(path, new Date(Date.now() + seconds * 1000));

describe('a report', () => {
  it("holds a user's transactions, oldest first, behind a link that needs no token", async () => {
    const { report } = await made({ kind: 'transactions' });
    const expected = await sql<{ id: number }>('select id from transactions where user_id = 1 order by created_at, id');
    expect(report).toMatchObject({ status: 'done', progress: 100, rows: expected.length, error: null });
    const reply = await download(report.link);
    expect([reply.statusCode, reply.headers['content-type'], reply.headers['cache-control']]).toEqual([
      200,
      'text/csv; charset=utf-8',
      'private, no-store',
    ]);
    const [header, ...lines] = linesOf(reply.payload);
    expect(header).toBe('id,createdAt,status,amount,currency,merchant,category,description,reference');
    expect(lines.map((line) => Number(line.split(',', 1)[0]))).toEqual(expected.map(({ id }) => id));
    expect(Date.parse(report.expiresAt) - Date.now()).toBeGreaterThan(23 * 3_600_000);
  });

  it("holds a device's readings within a window", async () => {
    const [window] = await sql<{ since: string; until: string; readings: number }>(
      `select to_json(min(timestamp)) #>> '{}' as since, to_json(max(timestamp)) #>> '{}' as until,
         count(*)::int - 1 as readings from readings where device_id = 2`,
    );
    const { since, until, readings } = window!;
    const { report } = await made({ kind: 'readings', deviceId: 2, since, until });
    expect(report).toMatchObject({ status: 'done', rows: readings, parameters: { deviceId: 2, since, until } });
    expect(linesOf((await download(report.link)).payload)).toHaveLength(readings + 1);
  });

  it('costs a bounded number of statements, and is requested once with a key', async () => {
    const headers = { ...as(3), 'idempotency-key': 'monthly' };
    const first = await post('/reports', headers, { kind: 'readings', deviceId: 1 });
    const again = await post('/reports', headers, { kind: 'readings', deviceId: 1 });
    expect([first.status, first.statements, again.status]).toEqual([202, 7, 202]);
    expect(again.headers['location']).toBe(first.headers['location']);
    expect(
      await sql("select id from reports where user_id = 3 and created_at > now() - interval '1 minute'"),
    ).toHaveLength(1);
    await queueDone(sql);
  });

  it('is the same when its job runs again', async () => {
    const { path, report } = await made({ kind: 'transactions' });
    await sql(
      `select 1 from graphile_worker.add_job('reports.write', json_build_object('payload', json_build_object('reportId', $1::text)))`,
      [report.id],
    );
    await queueDone(sql);
    expect((await get(path, as(1))).json.data).toEqual(report);
    expect(await readdir(join(places.FILES_DIRECTORY, '.unfinished'))).toEqual([]);
  });

  it('is for its user, and for administrators', async () => {
    const { path } = await made({ kind: 'transactions' });
    expect((await get(path, as(2))).status).toBe(404);
    expect((await get(path)).status).toBe(401);
    expect((await get(path, as(2, 'admin'))).status).toBe(200);
    expect((await get('/users/1/reports?limit=1', as(1))).json.data[0].id).toBe(path.split('/').at(-1));
    expect((await get('/users/1/reports', as(2))).status).toBe(403);
  });

  it.each([
    ['a kind that is none', { kind: 'everything' }, '/kind'],
    ['readings of no device', { kind: 'readings' }, '/deviceId'],
    ['transactions of a device', { kind: 'transactions', deviceId: 1 }, '/deviceId'],
    [
      'a window that is none',
      { kind: 'transactions', since: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' },
      '/since',
    ],
  ])('is refused for %s', async (_what, body, pointer) => {
    const { status, json } = await post('/reports', as(1), body);
    expect([status, json.errors[0].pointer]).toEqual([400, pointer]);
  });

  it('is refused for a user with twenty that are not finished, and for no other user', async () => {
    const unfinished = (status: string) =>
      sql(`insert into reports (id, user_id, kind, status) select gen_random_uuid(), 4, 'transactions', '${status}'
        from generate_series(1, 10)`);
    for (const status of ['queued', 'running', 'done']) await unfinished(status);
    const { status, json, headers } = await post('/reports', as(4), { kind: 'transactions' });
    expect([status, json.code, headers['retry-after']]).toEqual([429, 'RATE_LIMITED', '60']);
    expect((await post('/reports', as(5), { kind: 'transactions' })).status).toBe(202);
    await sql("delete from reports where user_id = 4 and status = 'queued'");
    expect((await post('/reports', as(4), { kind: 'transactions' })).status).toBe(202);
    await queueDone(sql);
  });

  it('is refused for a missing device, and for the public', async () => {
    expect((await post('/reports', as(1), { kind: 'readings', deviceId: 2_000_000_000 })).status).toBe(404);
    expect((await post('/reports', {}, { kind: 'transactions' })).status).toBe(401);
    expect(await sql('select id from graphile_worker.jobs')).toEqual([]);
  });
});

describe('the link to a report', () => {
  it('expires, and cannot be forged, prolonged or redirected', async () => {
    const { path, report } = await made({ kind: 'transactions' });
    const file = `/v1${path}/file`;
    const url = withExpiry(file, 60);
    expect((await download(url)).statusCode).toBe(200);
    const head = await app().inject({ method: 'HEAD', url, headers: { 'accept-encoding': 'br' } });
    expect([head.statusCode, head.headers['content-encoding'], head.body]).toEqual([200, 'br', '']);
    expect(head.headers['content-length']).toBeUndefined();
    const expired = await download(withExpiry(file, -1));
    expect([expired.statusCode, expired.json().code]).toEqual([410, 'LINK_EXPIRED']);
    const longer = report.link.replace(/expires=\d+/, 'expires=4102444800');
    const other = withExpiry('/v1/reports/00000000-0000-7000-8000-000000000000/file', 60).replace(/^[^?]+/, file);
    for (const forged of [longer, other, report.link.slice(0, -1), `${file}?expires=1&signature=x`]) {
      expect((await download(forged)).statusCode).toBe(403);
    }
    expect((await download(file)).statusCode).toBe(400);
  });

  it('is a 404 after the report is removed', async () => {
    const { path, report } = await made({ kind: 'transactions' });
    await sql(`update reports set expires_at = now() - interval '1 second' where id = $1`, [report.id]);
    await sql(`select 1 from graphile_worker.add_job('reports.clean')`);
    await queueDone(sql);
    expect((await download(report.link)).statusCode).toBe(404);
    expect((await get(path, as(1))).status).toBe(404);
  });
});

async function textOf(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

describe('CSV', () => {
  it("quotes fields that need it, and keeps spreadsheets from running users' text", async () => {
    async function* batches() {
      yield [['plain', 'a, b', 'say "hi"', 'two\r\nlines', null]];
      yield [['=1+1', '@cmd', '-12.50', '+1e3', '-x']];
    }
    const text = await textOf(csvOf(['one', 'two'], batches()));
    expect(text).toBe('one,two\r\nplain,"a, b","say ""hi""","two\r\nlines",\r\n\'=1+1,\'@cmd,-12.50,+1e3,\'-x\r\n');
  });
});
