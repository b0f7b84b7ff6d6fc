/** Traces from end to end: what a collector gets of a request, as a whole tree. */
import type { Hotpath } from 'hotpath/fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { App } from '../../src/app.ts';
import { as } from '../support/app.ts';
import { ask, holdNextAnswer, useInstances } from '../support/instances.ts';
import type { ReceivedSpan } from '../support/otlp.ts';
import { useRedisServer } from '../support/redis.ts';
import { useTraces } from '../support/traces.ts';

const traces = useTraces();
const server = useRedisServer();
const service = useInstances({
  count: 2,
  environment: () => ({ REDIS_URL: server().url, BUDGET_MODE: 'count' }),
  extend: addNPlusOne,
  tracing: () => traces().tracing,
});

function addNPlusOne(service: App): void {
  service.get('/n-plus-one', { config: { budget: 1 }, schema: { hide: true } }, async () => {
    for (const id of [1, 2, 3]) await service.prisma.user.findFirst({ where: { id } });
    return {};
  });
}

const app = (index = 0) => service().apps[index]!;
const settled = () => Promise.all(service().apps.map((each) => each.hotpath.cache.settled()));

const PATIENT = { timeout: 10_000 };

/** Asks, and waits until all that the request leaves behind is done. @returns its trace. */
async function traceOf(url: string, headers: Record<string, string> = {}, index = 0): Promise<string> {
  const reply = await ask(app(index), url, headers);
  await settled();
  return String(reply.headers['x-trace-id']);
}

const serverSpan = async (traceId: string) =>
  vi.waitUntil(async () => (await traces().of(traceId)).find(({ kind }) => kind === 2), PATIENT);

/** Its server span ends with its connection, a moment after the reply. */
async function tree(traceId: string): Promise<string[]> {
  await serverSpan(traceId);
  return (await traces().tree(traceId)).split('\n');
}

const DASHBOARD = 'SELECT users transactions merchants categories category_totals';
const GET_DASHBOARD = 'GET /v1/users/:id/dashboard';
const FILL = ['  cache.get none miss', '    GET', `  ${DASHBOARD}`, '  cache.set', '    SET'];

describe('a dashboard', () => {
  it('cold is a look-up, a statement, and what is kept after the reply', async () => {
    expect(await tree(await traceOf('/v1/users/3/dashboard', as(3)))).toEqual([GET_DASHBOARD, ...FILL]);
  });

  it('is answered before what was read is kept', async () => {
    const id = await traceOf('/v1/users/2/dashboard', as(2));
    const { end } = await serverSpan(id);
    const kept = (await traces().of(id)).find(({ name }) => name === 'cache.set')!;
    expect(kept.start).toBeGreaterThanOrEqual(end);
  });

  it('from memory is a look-up', async () => {
    const id = await traceOf('/v1/users/3/dashboard', as(3));
    expect(await tree(id)).toEqual([GET_DASHBOARD, '  cache.get l1 hit']);
  });

  it('from Redis is a look-up there', async () => {
    const id = await traceOf('/v1/users/3/dashboard', as(3), 1);
    expect(await tree(id)).toEqual([GET_DASHBOARD, '  cache.get l2 hit', '    GET']);
  });

  it('that others wait for is read in one trace, to which theirs are linked', async () => {
    const held = holdNextAnswer(app());
    const first = traceOf('/v1/users/4/dashboard', as(4));
    await held.answered;
    const asked = app().hotpath.cacheStats.cohorts.on;
    const others = Promise.all([1, 2, 3].map(() => traceOf('/v1/users/4/dashboard', as(4))));
    await vi.waitUntil(() => app().hotpath.cacheStats.cohorts.on === asked + 3, PATIENT);
    held.release();
    const reader = await serverSpan(await first);
    expect(await tree(reader.traceId)).toEqual([GET_DASHBOARD, ...FILL]);
    for (const id of await others) {
      expect(await tree(id)).toEqual([GET_DASHBOARD, '  cache.get none coalesced']);
      const [look] = (await traces().of(id)).filter(({ name }) => name === 'cache.get');
      expect(look!.links).toEqual([{ traceId: reader.traceId, spanId: reader.spanId }]);
    }
  });
});

describe('a list of products', () => {
  it('past its ttl is sent without a change, and read again after the reply', async () => {
    const url = '/v1/products?limit=9';
    await traceOf(url);
    const { now } = Date;
    const later = vi.spyOn(Date, 'now').mockImplementation(() => now() + 301_000);
    onTestFinished(() => later.mockRestore());
    const id = await traceOf(url);
    await vi.waitUntil(async () => (await traces().of(id)).some(({ name }) => name === 'cache.set'), PATIENT);
    const refresh = ['cache.get none miss', '  GET', 'SELECT products reviews inventories', 'cache.set', '  SET'];
    expect(await tree(id)).toEqual([
      'GET /v1/products',
      '  cache.get l1 stale',
      '  cache.refresh',
      ...refresh.map((line) => `    ${line}`),
    ]);
  });
});

describe('a request that goes wrong', () => {
  it('with a statement that fails is an error, and so is the statement', async () => {
    const instance = app().hotpath as { -readonly [K in keyof Hotpath]: Hotpath[K] };
    const { execute } = instance;
    instance.execute = (statement) => {
      instance.execute = execute;
      return execute({ ...statement, name: 'a failing one', text: "select 'a secret'::int", values: [] });
    };
    const id = await traceOf('/v1/users/6/dashboard', as(6));
    expect(await tree(id)).toEqual([
      `${GET_DASHBOARD} failed: INTERNAL`,
      '  cache.get none miss',
      '    GET',
      '  SELECT failed: 22P02',
    ]);
    const spans = await traces().of(id);
    const statement = spans.find(({ kind, name }) => kind === 3 && name === 'SELECT')!;
    expect(statement.attributes).toMatchObject({
      'db.system.name': 'postgresql',
      'db.query.text': 'select ?::int',
      'db.response.status_code': '22P02',
      'hotpath.statement.name': 'a failing one',
    });
    expect(JSON.stringify(spans, (_key, value) => (typeof value === 'bigint' ? Number(value) : value))).not.toContain(
      'secret',
    );
  });

  it('with Redis away goes on without it', async () => {
    await server().stop();
    const id = await traceOf('/v1/users/7/dashboard', as(7));
    await server().start();
    const lines = await tree(id);
    expect(lines.filter((line) => !/GET failed|SET failed/.test(line))).toEqual([
      GET_DASHBOARD,
      '  cache.get none miss',
      `  ${DASHBOARD}`,
      '  cache.set',
    ]);
  });

  it('with an N+1 says so, and which statement it repeats', async () => {
    const id = await traceOf('/n-plus-one');
    const span = await serverSpan(id);
    expect(span.attributes).toMatchObject({
      'hotpath.statements': 3,
      'hotpath.budget': 1,
      'hotpath.n_plus_one': true,
    });
    expect(span.events.map(({ name }) => name)).toEqual(['hotpath.over_budget', 'hotpath.n_plus_one']);
    expect(span.events[1]!.attributes).toMatchObject({ 'hotpath.times': 3 });
    expect(String(span.events[1]!.attributes['db.query.text'])).toMatch(/^SELECT .* FROM "public"\."users"/);
    expect(await tree(id)).toEqual(['GET /n-plus-one', ...Array(3).fill('  SELECT users')]);
  });
});

describe('a thousand requests of all kinds at once', () => {
  it('are a thousand whole traces: no span twice, none without its parent', async () => {
    const before = (await traces().spans()).length;
    const ids = await Promise.all(Array.from({ length: 1000 }, (_, index) => traceOf(...mixed(index))));
    expect(new Set(ids).size).toBe(1000);
    await vi.waitUntil(async () => {
      const servers = (await traces().spans()).slice(before).filter(({ kind }) => kind === 2);
      return servers.length === 1000;
    }, PATIENT);
    await settled();
    const spans = (await traces().spans()).slice(before);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    expect(byId.size).toBe(spans.length);
    const orphans = spans.filter(({ parentSpanId, kind }) => kind !== 2 && !byId.has(parentSpanId));
    expect(orphans).toEqual([]);
    const strangers = spans.filter(
      ({ parentSpanId, traceId }) => (byId.get(parentSpanId)?.traceId ?? traceId) !== traceId,
    );
    expect(strangers).toEqual([]);
    const statements = new Map(
      spans
        .filter(({ kind }) => kind === 2)
        .map(({ traceId, attributes }) => [traceId, attributes['hotpath.statements']]),
    );
    const counted = Map.groupBy(spans.filter(isStatement), ({ traceId }) => traceId);
    for (const [id, known] of statements) expect([id, counted.get(id)?.length ?? 0]).toEqual([id, known]);
  }, 60_000);
});

const isStatement = ({ attributes }: ReceivedSpan): boolean => attributes['db.system.name'] === 'postgresql';

/** Ten kinds: cached, not cached, coalesced, refused, not there. */
function mixed(index: number): [url: string, headers: Record<string, string>, instance: number] {
  const user = 10 + (index % 7);
  const urls = [
    `/v1/users/${user}/dashboard`,
    `/v1/users/${user}/transactions?limit=5`,
    '/v1/products?limit=10',
    `/v1/products/${1 + (index % 5)}`,
    `/v1/users/${user}`,
    `/v1/users/${user}/orders`,
    '/v1/categories',
    '/v1/no-such-thing',
    `/v1/users/${user}?fields=nonsense`,
    `/v1/users/${user}/home`,
  ];
  return [urls[index % urls.length]!, as(user), index % 2];
}
