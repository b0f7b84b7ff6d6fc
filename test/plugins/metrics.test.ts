import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, testEnvironment, useApp } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { useTraces } from '../support/traces.ts';

const traces = useTraces();
const app = useApp({
  seeded: true,
  environment: { BUDGET_MODE: 'count' },
  extend: addNPlusOne,
  tracing: () => traces().tracing,
});

function addNPlusOne(service: App): void {
  service.get('/n-plus-one', { config: { budget: 1 }, schema: { hide: true } }, async () => {
    for (const id of [1, 2, 3]) await service.prisma.user.findFirst({ where: { id } });
    return {};
  });
}

const scrape = async (headers: Record<string, string> = {}): Promise<string> =>
  (await app().inject({ url: '/metrics', headers })).body;

/** The value of a series, with its labels in the order of the output. */
const valueIn = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
};

describe('the metrics of requests', () => {
  it('have their time by route, status and cohort, and their statements', async () => {
    await app().inject({ url: '/v1/users/1', headers: as(1) });
    await app().inject({ url: '/v1/users/1', headers: as(1) });
    await app().inject('/v1/no-such-thing');
    await app().inject({ url: '/v1/users/1', headers: as(2) });
    const text = await scrape();
    const users = 'method="GET",route="/v1/users/:id"';
    const count = (labels: string) => valueIn(text, `http_request_duration_seconds_count{${labels}}`);
    expect(count(`${users},status_code="200",cohort="cached"`)).toBe(2);
    expect(count(`${users},status_code="403",cohort="cached"`)).toBe(1);
    expect(count('method="GET",route="(no route)",status_code="404",cohort="cached"')).toBe(1);
    expect(valueIn(text, 'hotpath_statements_per_request_count{route="/v1/users/:id"}')).toBe(3);
    expect(valueIn(text, 'hotpath_statements_per_request_bucket{le="0",route="/v1/users/:id"}')).toBe(2);
    expect(valueIn(text, 'hotpath_statements_per_request_sum{route="/v1/users/:id"}')).toBe(1);
  });

  it('have the budget that they exceeded, and the statement that they repeated', async () => {
    await app().inject('/n-plus-one');
    const text = await scrape();
    expect(valueIn(text, 'hotpath_budget_exceeded_total{route="/n-plus-one"}')).toBe(1);
    expect(valueIn(text, 'hotpath_n_plus_one_total{route="/n-plus-one"}')).toBe(1);
  });

  it('have an example with its trace, only in OpenMetrics', async () => {
    const reply = await app().inject({ url: '/v1/users/2', headers: as(2) });
    const id = reply.headers['x-trace-id'];
    const open = await app().inject({
      url: '/metrics',
      headers: { accept: 'application/openmetrics-text;version=1.0.0' },
    });
    expect(open.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const line = new RegExp(
      `^http_request_duration_seconds_bucket\\{.*\\} \\d+ # \\{trace_id="${id}"\\} [\\d.e-]+ \\d+`,
      'm',
    );
    expect(open.body).toMatch(line);
    expect(open.body.endsWith('# EOF\n')).toBe(true);
    expect(await scrape()).not.toContain('trace_id');
    expect((await traces().of(String(id))).length).toBeGreaterThan(0);
  });

  it('keep the names of their counters in every format, in any order of requests', async () => {
    const before = (await scrape()).match(/^\w+_total\b/gm);
    await scrape({ accept: 'application/openmetrics-text' });
    expect(new Set((await scrape()).match(/^\w+_total\b/gm))).toEqual(new Set(before));
  });
});

describe("a viewer outside the cache's cohort", () => {
  let control: App;
  beforeAll(async () => {
    control = buildApp(loadConfig({ ...testEnvironment(await testDatabaseUrl()), CACHE_ROLLOUT_PERCENT: '0' }));
    await control.ready();
  });
  afterAll(() => control.close());

  it('is counted in a cohort of its own, and no viewer in the other', async () => {
    for (const headers of [as(1), as(2)]) {
      const reply = await control.inject({ url: '/v1/devices?limit=1', headers });
      expect([reply.statusCode, reply.headers['server-timing']]).toEqual([200, expect.stringContaining('bypass')]);
    }
    const text = (await control.inject('/metrics')).body;
    const count = (cohort: string) => {
      const labels = `method="GET",route="/v1/devices",status_code="200",cohort="${cohort}"`;
      return valueIn(text, `http_request_duration_seconds_count{${labels}}`);
    };
    expect([count('control'), count('cached')]).toEqual([2, undefined]);
  });
});

describe('the state of the service', () => {
  it('has the cache, the follower, the pool and the process', async () => {
    const text = await scrape();
    expect(valueIn(text, 'hotpath_cache_requests_total{tier="l1",outcome="hit"}')).toBe(
      app().hotpath.cacheStats.answers.l1.hit,
    );
    expect(valueIn(text, 'hotpath_cache_requests_total{tier="l1",outcome="hit"}')).toBeGreaterThan(0);
    expect(valueIn(text, 'hotpath_cache_entries')).toBe(app().hotpath.cacheStats.entries);
    expect(valueIn(text, 'hotpath_cache_bytes')).toBe(app().hotpath.cacheStats.bytes);
    expect(valueIn(text, 'hotpath_cache_evictions_total')).toBe(0);
    expect(valueIn(text, 'hotpath_follower_current')).toBe(1);
    expect(valueIn(text, 'hotpath_follower_lag_seconds')).toBeLessThan(10);
    expect(valueIn(text, 'hotpath_pool_max')).toBe(20);
    // The process checks its queue now and then.
    await expect.poll(async () => valueIn(await scrape(), 'hotpath_pool_waiting')).toBe(0);
    expect(valueIn(text, 'hotpath_requests_waiting')).toBe(0);
    expect(valueIn(text, 'hotpath_pool_connections{state="idle"}')).toBeGreaterThan(0);
    expect(valueIn(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect(text).toContain('# TYPE nodejs_gc_duration_seconds histogram');
  });

  it('costs no statement and is not limited', async () => {
    const reply = await app().inject('/metrics');
    expect(reply.headers['server-timing']).toContain('0 statements');
  });
});

describe('access to the metrics', () => {
  const TOKEN = 'the token of Prometheus';
  let service: App;
  beforeAll(async () => {
    const environment = { ...testEnvironment(await testDatabaseUrl()), NODE_ENV: 'production', DATABASE_POOL_MIN: '0' };
    service = buildApp(loadConfig({ ...environment, METRICS_TOKEN: TOKEN }));
    await service.ready();
  });
  afterAll(() => service.close());

  it.each([
    ['who brings the token', { authorization: `Bearer ${TOKEN}` }, 200],
    ['an administrator', as(1, 'admin'), 200],
    ['a user', as(1), 403],
    ['nobody in particular', {}, 401],
    ['a client with another token', { authorization: 'Bearer another' }, 401],
  ])('%s', async (_who, headers, status) => {
    expect((await service.inject({ url: '/metrics', headers })).statusCode).toBe(status);
  });

  it('in production is refused if no token is set', async () => {
    const environment = { ...testEnvironment(await testDatabaseUrl()), NODE_ENV: 'production', DATABASE_POOL_MIN: '0' };
    const closed = buildApp(loadConfig(environment));
    expect((await closed.inject('/metrics')).statusCode).toBe(401);
    await closed.close();
  });
});
