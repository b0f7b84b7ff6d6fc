import { planAdvice } from 'hotpath/inspector/plan-advice';
import { matchesFilter, type RequestFilter } from 'hotpath/inspector/request-filter';
import type { RequestRecord } from 'hotpath/inspector/request-record';
import { routeLines } from 'hotpath/inspector/route-view';
import { describe, expect, it } from 'vitest';

const record = (more: Partial<RequestRecord> = {}): RequestRecord => ({
  ...{ id: 0, keptBytes: 0, at: 0, startedAt: 0, method: 'GET', route: '/posts/:id', url: '/posts/7?fields=id' },
  ...{ status: 200, ms: 5, statements: 1, databaseMs: 3, budget: 1, repeated: 0, isOver: false, tier: undefined },
  ...{ outcome: undefined, bytes: 10, role: 'user', viewerKey: 'user\n1', traceId: 'abc', requestId: 'r-1' },
  ...{ requestHeaders: undefined, replyHeaders: undefined, trail: undefined, unlisted: 0, unlistedMs: 0 },
  ...more,
});

describe('a filter of requests', () => {
  it.each<[RequestFilter, Partial<RequestRecord>, Partial<RequestRecord>]>([
    [{ route: 'GET /posts' }, {}, { method: 'PUT' }],
    [{ status: '4xx' }, { status: 404 }, { status: 200 }],
    [{ status: '404' }, { status: 404 }, { status: 400 }],
    [{ slow: 5 }, { ms: 5 }, { ms: 4.9 }],
    [{ outcome: 'miss' }, { outcome: 'miss' }, { outcome: 'hit' }],
    [{ outcome: 'none' }, {}, { outcome: 'hit' }],
    [{ over: true }, { isOver: true }, {}],
    [{ text: 'FIELDS' }, {}, { url: '/posts/7' }],
    [{ text: 'r-1' }, {}, { requestId: 'r-2' }],
  ])('%j', (filter, taken, left) => {
    expect([matchesFilter(record(taken), filter), matchesFilter(record(left), filter)]).toEqual([true, false]);
  });
});

describe('the list of routes', () => {
  it('begins with the route that costs most', () => {
    const lines = routeLines([
      record({ id: 1, ms: 1, bytes: undefined }),
      record({ id: 2, ms: 3, status: 500, isOver: true, statements: 3 }),
      record({ id: 3, route: '', ms: 100, url: '/none', outcome: 'hit', tier: 'l1' }),
    ]);
    expect(lines).toMatchObject([
      { route: 'GET (no route)', count: 1, hitRate: 1, slowest: 3 },
      {
        route: 'GET /posts/:id',
        count: 2,
        errors: 1,
        p50: 3,
        statements: 2,
        over: 1,
        bytes: 10,
        slowest: 2,
        repeats: 0.5,
      },
    ]);
  });

  it('counts the answers from memory that have no record, with their mean time', () => {
    const [line] = routeLines([
      record({ id: 1, ms: 1, outcome: 'hit', tier: 'l1', statements: 0 }),
      record({ id: 2, ms: 90, outcome: 'miss', tier: 'database', statements: 1, unlisted: 98, unlistedMs: 49 }),
    ]);
    expect(line).toMatchObject({ count: 100, hitRate: 0.99, p50: 0.5, p95: 0.5, statements: 0.01, slowest: 2 });
  });

  it('names routes that repeat their queries as worth caching, unless they are cached', () => {
    const same = Array.from({ length: 30 }, (_, id) => record({ id, url: `/posts/${id % 3}` }));
    const other = Array.from({ length: 30 }, (_, id) => record({ id, url: `/posts/${id}` }));
    const advice = (records: RequestRecord[], hasCache = false) =>
      routeLines(records, () => ({ isRead: true, hasCache }))[0]!.advice.join();
    expect(advice(same)).toBe(
      'Worth caching: 90% of its requests ask what was asked before, and each costs 3.0 ms in PostgreSQL. Give it a cache: `cache: { ttl: 60 }`.',
    );
    expect([advice(other), advice(same, true), advice(same.slice(0, 10))]).toEqual(['', '', '']);
  });
});

describe('a plan', () => {
  const analyzed = { planningMs: 1, executionMs: 1, isAnalyzed: true, isGeneric: false };
  const scan = {
    ...{ 'Node Type': 'Seq Scan', 'Relation Name': 'orders', Filter: "((o.user_id = 7) AND (state = 'new'::text))" },
    ...{ 'Plan Rows': 5000, 'Actual Rows': 5000, 'Actual Loops': 1 },
  };
  const sort = { 'Node Type': 'Sort', 'Sort Key': ['o.created_at DESC', 'id'], 'Actual Rows': 20, Plans: [scan] };
  const limit = { 'Node Type': 'Limit', 'Actual Rows': 20, Plans: [sort] };

  it('that sorts many rows for a page leads to the advice of an index in this order', () => {
    expect(planAdvice({ plan: limit, ...analyzed })).toEqual([
      'PostgreSQL sorts 5,000 rows of orders to give 20. Try an index on (user_id, state, created_at DESC, id), which holds them in this order.',
    ]);
  });

  it('that sorts few rows, or sorts for no page, leads to no advice', () => {
    const few = { ...limit, Plans: [{ ...sort, Plans: [{ ...scan, 'Actual Rows': 100, 'Plan Rows': 100 }] }] };
    expect([planAdvice({ plan: few, ...analyzed }), planAdvice({ plan: sort, ...analyzed })]).toEqual([[], []]);
  });

  it('that reads rows only to remove them leads to the advice of an index', () => {
    const plan = { ...scan, 'Plan Rows': 3, 'Actual Rows': 3, 'Rows Removed by Filter': 9997 };
    expect(planAdvice({ plan, ...analyzed })).toEqual([
      'PostgreSQL reads 10,000 rows of orders and keeps 3. Try an index on (user_id, state).',
    ]);
  });

  it('with wrong estimates leads to a remark', () => {
    const plan = { ...scan, 'Plan Rows': 1 };
    expect(planAdvice({ plan, ...analyzed })[0]).toMatch(/^PostgreSQL expected 1 rows of orders and got 5,000/);
    expect(planAdvice({ plan, ...analyzed, isAnalyzed: false })).toEqual([]);
  });
});
