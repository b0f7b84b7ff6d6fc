/** The inspector of the marketplace: why the cache missed, what commits have outdated, jobs, resources, and access. */

import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { as, testEnvironment, useApp } from '../support/app.ts';
import { ownerUrl, testDatabaseUrl } from '../support/database.ts';

const TOKEN = 'a token for tests alone';
const service = useApp({
  seeded: true,
  environment: { INSPECTOR: 'token', INSPECTOR_TOKEN: TOKEN, INSPECTOR_TRACE_URL: 'http://jaeger/trace/{traceId}' },
});

async function facts(path: string, body?: object) {
  const sent = body ? ({ method: 'POST', payload: body } as const) : ({ method: 'GET' } as const);
  const reply = await service().inject({
    ...sent,
    url: `/_hotpath/api/${path}`,
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  return { status: reply.statusCode, ...(reply.body === '' ? {} : reply.json()) };
}

/** The details of the last request. */
async function last() {
  const { requests } = await facts('requests?limit=1');
  return facts(`requests/${requests[0].id}`);
}

const get = (url: string, user = 1) => service().inject({ url, headers: as(user) });

async function changed(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl(await testDatabaseUrl()) });
  await client.connect();
  await client.query(text).finally(() => client.end());
  expect(await service().hotpath.follower.catchUp()).toBe(true);
}

describe('a cached route', () => {
  it('tells why it asked PostgreSQL, by the transaction, its tags and its time', async () => {
    await get('/v1/users/1');
    expect(await last()).toMatchObject({ outcome: 'miss', cache: [{ reason: 'nothing' }], role: 'user', budget: 1 });
    await get('/v1/users/1');
    expect(await last()).toMatchObject({ outcome: 'hit', tier: 'l1', statements: 0, hasDetails: true });
    await changed("UPDATE users SET name = 'Changed' WHERE id = 1");
    await get('/v1/users/1');
    const { cache, groups } = await last();
    expect(cache[0]).toMatchObject({ reason: 'outdated', outcome: 'miss' });
    expect(cache[0].sentences[0]).toMatch(
      /^The entry in memory was outdated by transaction \d+, which changed .*user:1.* at \d\d:\d\d:\d\d\.\d{3}\.$/,
    );
    expect(groups[0].sql).toMatch(/"users"/);
  });

  it('counts most of many answers from memory, so that a slow request stays in the ring', async () => {
    await get('/v1/users/3', 3);
    const before = (await facts('requests')).seen;
    for (let each = 0; each < 100; each += 1) await get('/v1/users/3', 3);
    const { requests, seen } = await facts('requests?route=/v1/users/:id');
    const ofUser = requests.filter(({ url }: { url: string }) => url === '/v1/users/3');
    const { routes } = await facts('routes');
    const line = routes.find(({ route }: { route: string }) => route === 'GET /v1/users/:id');
    const listed = requests.reduce((sum: number, { unlisted }: { unlisted: number }) => sum + 1 + unlisted, 0);
    // The answers since the last record are not counted yet.
    expect(seen - before).toBeLessThanOrEqual(100);
    expect(ofUser.length).toBeLessThan(100);
    expect(line).toMatchObject({ count: listed });
  });

  it('is found by the id of its trace, and links to it', async () => {
    const { headers } = await get('/v1/users/2', 2);
    const traceId = headers['x-trace-id'] as string;
    const { id } = await facts(`traces/${traceId}`);
    expect(await facts(`requests/${id}`)).toMatchObject({ traceId, traceUrl: `http://jaeger/trace/${traceId}` });
  });

  it('has a plan for its compiled read', async () => {
    await get('/v1/users/3', 3);
    const { groups } = await last();
    const { plan, isAnalyzed } = await facts(`statements/${groups[0].statements[0].id}/explain`, { analyze: true });
    expect([typeof plan['Node Type'], isAnalyzed]).toEqual(['string', true]);
  });
});

describe('the state of the service', () => {
  it('is its follower and the last changes, with the entries that each has outdated', async () => {
    await get('/v1/users/4', 4);
    await changed("UPDATE users SET name = 'Four' WHERE id = 4");
    const { follower, changes } = await facts('freshness');
    expect(follower).toMatchObject({ isFollowing: true });
    expect(changes[0].tags).toContain('user:4');
    expect(changes[0].outdated).toBeGreaterThanOrEqual(1);
  });

  it('is its cache by tier and by route', async () => {
    await get('/v1/users/5', 5);
    await get('/v1/users/5', 5);
    const { answers, routes, entries } = await facts('cache');
    expect(answers.l1.hit).toBeGreaterThanOrEqual(1);
    expect(entries).toBeGreaterThanOrEqual(1);
    expect(routes.find(({ route }: { route: string }) => route === '/v1/users/:id').bytes).toBeGreaterThan(10);
  });

  it('is its queue, from which a dead job is tried again', async () => {
    const client = new pg.Client({ connectionString: ownerUrl(await testDatabaseUrl()) });
    await client.connect();
    await client.query("SELECT graphile_worker.add_job('inspected', '{}', max_attempts := 1)");
    await client.query("UPDATE graphile_worker._private_jobs SET attempts = max_attempts, last_error = 'no'");
    await client.end();
    const { hasQueue, state, listed } = await facts('jobs');
    expect([hasQueue, state.dead]).toEqual([true, 1]);
    expect(listed).toMatchObject([{ job: 'inspected', state: 'dead', lastError: 'no' }]);
    expect(await facts('jobs/retry', { ids: [listed[0].id] })).toMatchObject({ retried: 1 });
    expect((await facts('jobs')).state.dead).toBe(0);
  });
});

describe('resources', () => {
  it('are what may be asked, by role', async () => {
    const { resources } = await facts('resources');
    const product = resources.find(({ name }: { name: string }) => name === 'product');
    expect(product).toMatchObject({ model: 'Product', sorts: ['createdAt', 'price'] });
    expect(product.roles).toContainEqual({ role: 'admin', isNarrowed: false, without: [] });
    expect(product.routes).toContainEqual({ url: '/v1/products', kind: 'list' });
  });

  it('have the SQL and the plan of any question, as a role may ask it, without running it', async () => {
    const before = (await facts('requests')).seen;
    const asked = { resource: 'product', role: 'user', subject: '1', query: 'fields=name&price[gte]=10&limit=2' };
    const { sql, values, plan, isAnalyzed } = await facts('resources/ask', asked);
    expect(sql).toMatch(/^SELECT|^WITH/);
    expect(values.join()).toContain('10');
    expect([typeof plan['Node Type'], isAnalyzed]).toEqual(['string', false]);
    expect((await facts('requests')).seen).toBe(before);
  });

  it('refuse a question that a role may not ask, as their routes do', async () => {
    const refused = await facts('resources/ask', { resource: 'product', role: 'user', query: 'fields=secret' });
    expect([refused.status, refused.code]).toEqual([400, 'INVALID_REQUEST']);
    expect((await facts('resources/ask', { resource: 'nothing', role: 'user' })).status).toBe(404);
    expect((await facts('resources/ask', { resource: 'user', role: 'nobody' })).status).toBe(403);
  });
});

describe('access', () => {
  it('is refused to a token of the API', async () => {
    const reply = await service().inject({ url: '/_hotpath/api/requests', headers: as(1, 'admin') });
    expect(reply.statusCode).toBe(403);
    expect((await service().inject('/_hotpath/api/requests')).statusCode).toBe(401);
  });

  it('is documented nowhere', async () => {
    expect((await service().inject('/openapi.json')).body).not.toContain('_hotpath');
  });

  const read = (environment: Record<string, string>) => () =>
    loadConfig({ ...testEnvironment('postgresql://u@h/d'), ...environment });

  it('needs the configuration, and in production an administrator', () => {
    expect(read({})().inspector.access).toBe('off');
    expect(read({ NODE_ENV: 'production', INSPECTOR: 'admin' })().inspector.access).toBe('admin');
    expect(read({ NODE_ENV: 'production', INSPECTOR: 'token' })).toThrow('in production the inspector is for');
    expect(read({ INSPECTOR: 'token', WORKERS: '2' })).toThrow('INSPECTOR needs WORKERS=1');
  });
});

describe('with INSPECTOR=admin', () => {
  const admins = useApp({ environment: { INSPECTOR: 'admin' } });
  const status = async (headers: Record<string, string>) =>
    (await admins().inject({ url: '/_hotpath/api/requests', headers })).statusCode;

  it('administrators may look, and no value of a statement is kept', async () => {
    expect([await status(as(1, 'admin')), await status(as(1)), await status({})]).toEqual([200, 403, 401]);
    await admins().inject({ url: '/v1/users/987654', headers: as(987654) });
    const { body } = await admins().inject({
      url: '/_hotpath/api/requests/0?values=true',
      headers: as(1, 'admin'),
    });
    const [group] = JSON.parse(body).groups;
    expect(group.statements[0].values).toBeUndefined();
    expect(group.statements[0].text).not.toContain('987654');
  });
});

describe('without INSPECTOR', () => {
  const without = useApp({});

  it('there is no such page', async () => {
    expect((await without().inject('/_hotpath')).statusCode).toBe(404);
    expect((await without().inject('/_hotpath/api/requests')).statusCode).toBe(404);
  });
});
