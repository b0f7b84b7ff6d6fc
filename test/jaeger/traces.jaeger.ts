/** The questions of a developer to a real Jaeger: by its query API, after the traffic of the end-to-end tests. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { App } from '../../src/app.ts';
import { textOf } from '../deploy/files.ts';
import { shippingAddress } from '../domain/orders/support.ts';
import { as } from '../support/app.ts';
import { ask, useInstances } from '../support/instances.ts';
import { folders } from '../support/jobs.ts';
import type { ReceivedSpan } from '../support/otlp.ts';
import { useRedisServer } from '../support/redis.ts';
import { treeOf } from '../support/traces.ts';
import { asReceived } from './support/as-received.ts';
import { type LinkPattern, linksOf } from './support/link-patterns.ts';
import { SERVICE, useJaeger } from './support/use-jaeger.ts';

const PATIENT = { timeout: 60_000, interval: 100 };
const GET_DASHBOARD = 'GET /v1/users/:id/dashboard';

const jaeger = useJaeger();
const redis = useRedisServer();
const places = await folders();
const service = useInstances({
  count: 2,
  environment: () => ({ REDIS_URL: redis().url, BUDGET_MODE: 'count', JOBS: 'inline', ...places }),
  extend,
  tracing: () => jaeger().telemetry.tracing,
});

function extend(app: App): void {
  const route = (url: string, handler: () => Promise<unknown>) =>
    app.get(url, { config: { budget: 1 }, schema: { hide: true } }, async () => {
      await handler();
      return {};
    });
  route('/n-plus-one', async () => {
    for (const id of [1, 2, 3]) await app.prisma.user.findFirst({ where: { id } });
  });
  route('/slow', () => app.pool.query('select pg_sleep(0.6)'));
  route('/failing', () => app.pool.query("select 'a secret'::int"));
}

const app = (index = 0) => service().apps[index]!;

/** Sends a request, and waits until all work that it started is done. @returns its trace's id. */
async function traced(url: string, headers: Record<string, string> = {}, index = 0): Promise<string> {
  const reply = await ask(app(index), url, headers);
  await Promise.all(service().apps.map((each) => each.hotpath.cache.settled()));
  return String(reply.headers['x-trace-id']);
}

/** The trace in Jaeger, when it has the number of spans that were sent, one of them the request's. */
async function inJaeger(id: string): Promise<ReceivedSpan[]> {
  return vi.waitUntil(async () => {
    await jaeger().telemetry.flush();
    const sent = sentOf(id);
    const found = await jaeger().api.trace(id);
    return sent.some(({ kind }) => kind === 2) && found?.spans.length === sent.length && asReceived(found);
  }, PATIENT);
}

const sentOf = (id: string): ReceivedSpan[] => jaeger().received.filter(({ traceId }) => traceId === id);
const linesOf = async (id: string): Promise<string[]> => treeOf(await inJaeger(id)).split('\n');
/** The tree with the start and the duration of each span, in milliseconds. */
function timesOf(spans: readonly ReceivedSpan[]): string {
  const sorted = spans.toSorted((one, other) => Number(one.start - other.start));
  const first = sorted[0]!.start;
  const ms = (nanoseconds: bigint) => (Number(nanoseconds) / 1e6).toFixed(2).padStart(8);
  return treeOf(spans)
    .split('\n')
    .map(
      (line, index) =>
        `${line.padEnd(72)}${ms(sorted[index]!.start - first)}${ms(sorted[index]!.end - sorted[index]!.start)}`,
    )
    .join('\n');
}

const idsOf = (traces: readonly { readonly traceID: string }[]): string[] => traces.map(({ traceID }) => traceID);

/** Orders an existing product. @returns its trace's id. */
async function order(): Promise<string> {
  const { rows } = await service().psql.query<{ id: number }>(
    `select p.id from products p join inventories on product_id = p.id where status = 'active' and quantity > 5 limit 1`,
  );
  const payload = { items: [{ productId: rows[0]!.id, quantity: 1 }], shippingAddress };
  const reply = await app().inject({ method: 'POST', url: '/v1/orders', headers: as(1), payload });
  expect(reply.statusCode).toBe(201);
  return String(reply.headers['x-trace-id']);
}

const ids: Record<'cold' | 'memory' | 'redis' | 'comb' | 'slow' | 'failing' | 'order', string> = {} as never;

beforeAll(async () => {
  // Opens the connections and compiles the code.
  for (const url of ['/v1/users/3', '/v1/users/3/home', '/v1/users/3/orders']) await traced(url, as(3));
  ids.cold = await traced('/v1/users/3/dashboard', as(3));
  ids.memory = await traced('/v1/users/3/dashboard', as(3));
  ids.redis = await traced('/v1/users/3/dashboard', as(3), 1);
  ids.comb = await traced('/n-plus-one');
  ids.slow = await traced('/slow');
  ids.failing = await traced('/failing');
  ids.order = await order();
  const jobs = () => sentOf(ids.order).filter(({ kind }) => kind === 5);
  await vi.waitUntil(() => jobs().length >= 2, PATIENT);
});

describe('the search page', () => {
  it('lists the service and its operations', async () => {
    await Promise.all(Object.values(ids).map(inJaeger));
    expect(await jaeger().api.services()).toContain(SERVICE);
    const operations = await jaeger().api.operations();
    expect(operations).toEqual(
      expect.arrayContaining([GET_DASHBOARD, 'POST /v1/orders', 'cache.get', 'cache.set', 'process orders.confirm']),
    );
  });

  it('finds an N+1 by its tag', async () => {
    await inJaeger(ids.comb);
    expect(idsOf(await jaeger().api.find({ tags: { 'hotpath.n_plus_one': 'true' } }))).toEqual([ids.comb]);
  });

  it('finds slow requests by their duration', async () => {
    await inJaeger(ids.slow);
    expect(idsOf(await jaeger().api.find({ operation: 'GET /slow', minDuration: '500ms' }))).toEqual([ids.slow]);
    expect(await jaeger().api.find({ operation: 'GET /slow', minDuration: '60s' })).toEqual([]);
  });

  it('finds errors by their kind', async () => {
    await inJaeger(ids.failing);
    expect(idsOf(await jaeger().api.find({ tags: { 'http.response.status_code': '500' } }))).toEqual([ids.failing]);
    expect(idsOf(await jaeger().api.find({ tags: { 'error.type': 'INTERNAL' } }))).toEqual([ids.failing]);
    const byState = await jaeger().api.find({ tags: { 'db.response.status_code': '22P02' } });
    expect(idsOf(byState)).toEqual([ids.failing]);
    expect(JSON.stringify(byState)).not.toContain('a secret');
  });

  it('distinguishes cold reads from cached ones', async () => {
    await Promise.all([ids.cold, ids.memory, ids.redis].map(inJaeger));
    const found = async (outcome: string, tier: string) =>
      idsOf(
        await jaeger().api.find({
          operation: GET_DASHBOARD,
          tags: { 'hotpath.cache.outcome': outcome, 'hotpath.cache.tier': tier },
        }),
      );
    expect(await found('miss', 'none')).toEqual([ids.cold]);
    expect(await found('hit', 'l1')).toEqual([ids.memory]);
    expect(await found('hit', 'l2')).toEqual([ids.redis]);
  });
});

describe('a trace', () => {
  it('of a cold dashboard has its look-up, its statement, and the write to the cache after the reply', async () => {
    process.stdout.write(`\nA cold dashboard, in Jaeger:\n${timesOf(await inJaeger(ids.cold))}\n\n`);
    expect(await linesOf(ids.cold)).toEqual([
      GET_DASHBOARD,
      '  cache.get none miss',
      '    GET',
      '  SELECT users transactions merchants categories category_totals',
      '  cache.set',
      '    SET',
    ]);
  });

  it('of a cached dashboard has one look-up, and of one in Redis a command', async () => {
    expect(await linesOf(ids.memory)).toEqual([GET_DASHBOARD, '  cache.get l1 hit']);
    expect(await linesOf(ids.redis)).toEqual([GET_DASHBOARD, '  cache.get l2 hit', '    GET']);
  });

  it('of an N+1 is a comb, with the statement in an event', async () => {
    expect(await linesOf(ids.comb)).toEqual(['GET /n-plus-one', ...Array(3).fill('  SELECT users')]);
    const server = (await inJaeger(ids.comb)).find(({ kind }) => kind === 2)!;
    expect(server.events.map(({ name }) => name)).toEqual(['hotpath.over_budget', 'hotpath.n_plus_one']);
  });

  it('of an order has its jobs as children of the span that sent them', async () => {
    const spans = await inJaeger(ids.order);
    const send = spans.find(({ kind }) => kind === 4)!;
    const jobs = spans.filter(({ kind }) => kind === 5);
    expect(jobs.map(({ name }) => name)).toEqual(expect.arrayContaining(['process orders.confirm']));
    for (const job of jobs) expect(job.parentSpanId).toBe(send.spanId);
  });

  it('has the same spans as in the receiver of the other tests', async () => {
    for (const id of Object.values(ids)) {
      const told = (await inJaeger(id)).map(comparable).sort(byId);
      expect(told).toEqual(sentOf(id).map(comparable).sort(byId));
    }
  });
});

/**
 * A span without the facts that Jaeger drops: whether a number is an integer, the order of tags, and lists, which it returns as JSON.
 */
function comparable({ start, end, attributes, resource, links, parentSpanId, ...span }: ReceivedSpan) {
  return {
    ...span,
    parentSpanId,
    links,
    start: start / 1000n,
    micros: (end - start) / 1000n,
    attributes: flat(attributes),
    resource: flat(resource),
  };
}

const flat = (values: ReceivedSpan['attributes']) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : value]),
  );

const byId = (one: { spanId: string }, other: { spanId: string }): number => (one.spanId < other.spanId ? -1 : 1);

describe('the Monitor page', () => {
  it('shows rates, errors and durations by route, from the metrics that Jaeger makes of spans', async () => {
    const of = async (metric: 'calls' | 'errors' | 'latencies', operation: string) =>
      (await jaeger().api.monitor(metric)).find(({ labels }) => labels['operation'] === operation)?.values.at(-1);
    await vi.waitUntil(async () => {
      await Promise.all([traced('/v1/users/3/dashboard', as(3)), traced('/failing'), traced('/slow')]);
      const [calls, errors] = [await of('calls', GET_DASHBOARD), await of('errors', 'GET /failing')];
      return calls && errors;
    }, PATIENT);
    expect(await of('calls', GET_DASHBOARD)).toBeGreaterThan(0);
    expect(await of('errors', 'GET /failing')).toBe(1);
    expect(await of('errors', GET_DASHBOARD)).toBeUndefined();
    expect(await of('latencies', 'GET /slow')).toBeGreaterThan(500);
  });
});

describe('the sampling strategy of Jaeger for a client', () => {
  it('is the ratio in jaeger/sampling.json', async () => {
    const response = await fetch(`http://127.0.0.1:${jaeger().server.ports.sampling}/sampling?service=${SERVICE}`);
    const { probabilisticSampling, operationSampling } = (await response.json()) as SamplingStrategy;
    expect(probabilisticSampling.samplingRate).toBe(0.1);
    const { operation_strategies: wanted } = JSON.parse(textOf('jaeger/sampling.json')).default_strategy;
    const told = operationSampling.perOperationStrategies.map((each) => [
      each.operation,
      each.probabilisticSampling.samplingRate,
    ]);
    expect(told).toEqual(
      wanted.map(({ operation, param }: { operation: string; param: number }) => [operation, param]),
    );
  });
});

interface SamplingStrategy {
  readonly probabilisticSampling: { readonly samplingRate: number };
  readonly operationSampling: {
    readonly perOperationStrategies: {
      readonly operation: string;
      readonly probabilisticSampling: { readonly samplingRate: number };
    }[];
  };
}

describe('the links of a trace', () => {
  it('lead to its logs, its statements and its cache, with all of their parameters', async () => {
    const { linkPatterns } = (await jaeger().api.uiConfig()) as { linkPatterns: LinkPattern[] };
    expect(linkPatterns).toEqual(JSON.parse(textOf('jaeger/ui.json')).linkPatterns);
    const trace = (await jaeger().api.trace(ids.cold))!;
    for (const pattern of linkPatterns) {
      const links = linksOf(pattern, trace);
      expect([pattern.text, links.length > 0]).toEqual([pattern.text, true]);
      for (const link of links) expect(link).not.toMatch(/#\{|undefined/);
    }
    const [first] = linksOf(linkPatterns[0]!, trace);
    expect(new URL(first!).searchParams.get('var-trace')).toBe(ids.cold);
  });
});
