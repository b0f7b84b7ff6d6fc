/** The inspector of an application that has only `budgets`: its token, facts and plans. `pg` and Drizzle send real statements. */
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { FastifyInstance } from 'fastify';
import { budgets } from 'hotpath/budget';
import { type InspectorOptions, inspector } from 'hotpath/inspector';
import { describe, expect, it } from 'vitest';
import { Apps } from '../budget/apps.ts';

const apps = new Apps();
const TOKEN = 'a token for tests alone';
const bearer = { authorization: `Bearer ${TOKEN}` };

/** An application with the inspector and the routes that `add` adds. */
function inspected(add: (app: FastifyInstance) => void, options: InspectorOptions = { token: TOKEN }): FastifyInstance {
  const app = apps.bare({ logger: { level: 'warn', stream: { write() {} } } });
  app.register(budgets, { pool: apps.pool, mode: 'warn' });
  app.register(inspector, options);
  app.register(async (scope: FastifyInstance) => add(scope));
  return app;
}

const ask = async (app: FastifyInstance, path: string, body?: object) => {
  const sent = body ? ({ method: 'POST', payload: body } as const) : ({ method: 'GET' } as const);
  return app.inject({ ...sent, url: `/_hotpath/api/${path}`, headers: bearer });
};
const listed = async (app: FastifyInstance, query = '') => (await ask(app, `requests${query}`)).json().requests;

describe('the inspector', () => {
  it('answers a client with the token and no other client', async () => {
    const app = inspected(() => {});
    const without = await app.inject('/_hotpath/api/requests');
    const wrong = await app.inject({ url: '/_hotpath/api/requests', headers: { authorization: 'Bearer no' } });
    const inQuery = await app.inject(`/_hotpath/api/requests?token=${encodeURIComponent(TOKEN)}`);
    expect([without.statusCode, wrong.statusCode, inQuery.statusCode]).toEqual([401, 401, 401]);
    expect((await ask(app, 'requests')).statusCode).toBe(200);
  });

  it('answers the clients that `mayInspect` accepts', async () => {
    const app = inspected(() => {}, { mayInspect: ({ headers }) => headers['x-admin'] === 'yes' });
    const asked = (admin: string) => app.inject({ url: '/_hotpath/api/requests', headers: { 'x-admin': admin } });
    expect([(await asked('yes')).statusCode, (await asked('no')).statusCode]).toEqual([200, 401]);
  });

  it('makes and prints a token unless the service gives one', async () => {
    const lines: string[] = [];
    const app = apps.bare({ logger: { level: 'info', stream: { write: (line: string) => void lines.push(line) } } });
    app.register(inspector);
    const address = await app.listen({ port: 0 });
    const token = /The inspector is at http:[^ ]*\/_hotpath#token=([\w-]+)/.exec(lines.join(''))?.[1];
    const reply = await fetch(`${address}/_hotpath/api/requests`, { headers: { authorization: `Bearer ${token}` } });
    expect([token!.length >= 16, reply.status]).toEqual([true, 200]);
  });

  it('refuses a token that is easy to guess', async () => {
    await expect(inspected(() => {}, { token: 'short' }).ready()).rejects.toThrow('at least 16 characters');
  });
});

describe('a request', () => {
  it('is listed with its statements, and the inspector itself is not', async () => {
    const app = inspected((scope) => {
      scope.get('/users/:id', { config: { budget: 1 } }, async () => (await apps.one()).rows);
      scope.get('/fails', async () => Promise.reject(new Error('no')));
    });
    await app.inject('/users/7?fields=id&signature=secret');
    await app.inject('/fails');
    await app.inject('/nowhere');
    const [nowhere, fails, user, ...others] = await listed(app);
    expect(others).toEqual([]);
    expect(nowhere).toMatchObject({ method: 'GET', route: '', url: '/nowhere', status: 404 });
    expect(fails).toMatchObject({ route: '/fails', status: 500, statements: 0 });
    expect(user).toMatchObject({ route: '/users/:id', url: '/users/7?fields=id&signature=[hidden]', status: 200 });
    expect(user).toMatchObject({ statements: 1, budget: 1, repeated: 0, isOver: false, bytes: 16, hasDetails: true });
  });

  it('shows no secret in the path of its route', async () => {
    const app = inspected((scope) => scope.get('/invitations/:token', async () => 'ok'));
    await app.inject('/invitations/very-secret?page=1');
    const [request] = await listed(app);
    expect(request).toMatchObject({ route: '/invitations/:token', url: '/invitations/[hidden]?page=1' });
    expect((await ask(app, 'requests/0')).body).not.toContain('very-secret');
  });

  it('that repeats a statement is an N+1 with its line and stack, for pg and for Drizzle', async () => {
    const db = drizzle(apps.pool);
    const app = inspected((scope) => {
      scope.get('/pg', async () => apps.loop());
      scope.get('/drizzle', async () => {
        for (const n of [1, 2, 3]) await db.execute(sql`select ${n}::int`);
      });
    });
    for (const url of ['/pg', '/drizzle']) {
      await app.inject(url);
      const [{ id, repeated, isOver }] = await listed(app, '?over=true');
      expect([repeated, isOver]).toEqual([3, true]);
      const { groups, logs } = (await ask(app, `requests/${id}`)).json();
      expect(groups).toMatchObject([{ times: 3, isRepeated: true }]);
      expect(groups[0].lines[0]).toMatch(url === '/pg' ? /budget\/apps\.ts:\d+/ : /inspector\.test\.ts:\d+/);
      expect(logs[0].text).toMatch(/^Over budget: GET/);
    }
  });

  it('shows neither values nor tokens until the client requests values', async () => {
    const app = inspected((scope) => {
      scope.get('/', async () => (await apps.pool.query('select $1::text as email', ['ada@example.org'])).rows);
    });
    await app.inject({ url: '/', headers: { authorization: 'Bearer very-secret', cookie: 'sid=very-secret' } });
    const details = await ask(app, 'requests/0');
    expect(details.body).not.toMatch(/ada@|very-secret/);
    expect(details.json().requestHeaders).toMatchObject({ authorization: '[hidden]', cookie: '[hidden]' });
    const withValues = (await ask(app, 'requests/0?values=true')).json();
    expect(withValues.groups[0].statements[0].values).toEqual(['"ada@example.org"']);
  });

  it('keeps nothing of a body that it writes to the database', async () => {
    const app = inspected((scope) => {
      scope.post('/', async ({ body }) => {
        await apps.pool.query('create temp table if not exists written (text text)');
        await apps.pool.query('insert into written values ($1)', [(body as { text: string }).text]).catch(() => {});
      });
    });
    await app.inject({ method: 'POST', url: '/', payload: { text: 'a confidential body' } });
    for (const path of ['requests/0?values=true', 'requests']) {
      expect((await ask(app, path)).body).not.toContain('confidential');
    }
  });

  it('can be filtered, listed after another one, and deleted', async () => {
    const app = inspected((scope) => {
      scope.get('/a', async () => apps.one());
      scope.get('/b', async () => 'b');
    });
    for (const url of ['/a', '/b', '/a']) await app.inject(url);
    const idsOf = async (query: string) => (await listed(app, query)).map(({ id }: { id: number }) => id);
    expect(await idsOf('?route=/a')).toEqual([2, 0]);
    expect(await idsOf('?text=SELECT%201')).toEqual([2, 0]);
    expect(await idsOf('?after=1')).toEqual([2]);
    expect(await idsOf('?limit=1')).toEqual([2]);
    expect((await ask(app, 'requests?limit=100000')).statusCode).toBe(400);
    expect((await ask(app, 'clear', {})).statusCode).toBe(204);
    expect([await idsOf(''), (await ask(app, 'requests/0')).statusCode]).toEqual([[], 404]);
  });

  it('is kept within the bounds while thousands arrive and the page polls', async () => {
    const app = inspected((scope) => scope.get('/', async () => 'ok'));
    let last = -1;
    for (let batch = 0; batch < 30; batch += 1) {
      await Promise.all(Array.from({ length: 100 }, () => app.inject('/')));
      const answer = (await ask(app, `requests?after=${last}`)).json();
      expect(answer.requests.length).toBeLessThanOrEqual(200);
      expect(answer.requests.every(({ id }: { id: number }) => id > last)).toBe(true);
      expect([answer.kept <= 1000, answer.keptBytes <= 16 * 1024 * 1024]).toEqual([true, true]);
      last = answer.last;
    }
    expect(last).toBe(2999);
  });

  it('counts for its route', async () => {
    const app = inspected((scope) => scope.get('/a/:id', async () => apps.one()));
    for (const id of [1, 1, 2, 3]) await app.inject(`/a/${id}`);
    const { routes } = (await ask(app, 'routes')).json();
    expect(routes).toMatchObject([{ route: 'GET /a/:id', count: 4, statements: 1, repeats: 0.25 }]);
  });
});

describe('EXPLAIN', () => {
  async function explained(text: string, values: unknown[] = [], analyze = true) {
    const app = inspected((scope) => scope.get('/', async () => apps.pool.query(text, values).then(() => 'ok')));
    await app.inject('/');
    return ask(app, 'statements/0.0/explain', { analyze });
  }

  it('returns the plan of a statement by its id, and the time and rows of its run', async () => {
    const reply = await explained('select n from generate_series(1, $1::int) as n where n % 2 = 0', [1000]);
    expect(reply.json()).toMatchObject({ isAnalyzed: true, isGeneric: false, plan: { 'Actual Rows': 500 } });
    const expected = await explained('select $1::int', [1], false);
    expect(expected.json()).toMatchObject({ isAnalyzed: false, plan: { 'Node Type': 'Result' } });
    expect(expected.json().plan['Actual Rows']).toBeUndefined();
  });

  it('runs nothing that writes', async () => {
    await apps.pool.query('create table if not exists counted (n int); truncate counted');
    const insert = await explained('insert into counted values ($1)', [1]);
    expect([insert.statusCode, insert.json().message ?? insert.json().detail]).toEqual([
      400,
      'ANALYZE would run the statement, and this one writes.',
    ]);
    const hidden = await explained(
      'with written as (insert into counted values (2) returning n) select n from written',
    );
    expect(hidden.statusCode).toBe(400);
    expect(hidden.body).toMatch(/read-only transaction/);
    const { rows } = await apps.pool.query('select n from counted order by n');
    // The rows that the two requests wrote.
    expect(rows.map(({ n }) => n)).toEqual([1, 2]);
  });

  it('plans a write without its values, which the inspector does not keep', async () => {
    await apps.pool.query('create table if not exists counted (n int)');
    const reply = await explained('update counted set n = n where n = $1', [1], false);
    expect(reply.json()).toMatchObject({ isGeneric: true, isAnalyzed: false, plan: { 'Node Type': 'ModifyTable' } });
  });

  it('never runs a second statement behind the first', async () => {
    await apps.pool.query('create table if not exists counted (n int); truncate counted');
    const reply = await explained('select 1; insert into counted values (7)');
    expect(reply.statusCode).toBe(400);
    const { rows } = await apps.pool.query('select n from counted');
    expect(rows).toHaveLength(1);
  });

  it('accepts no SQL from a client and no unknown id', async () => {
    const app = inspected(() => {});
    expect((await ask(app, 'statements/0.0/explain', { analyze: false })).statusCode).toBe(404);
    expect((await ask(app, 'statements/select%201/explain', {})).statusCode).toBe(400);
  });

  it('leaves no trace in the pool: its changes of a session end with it', async () => {
    await explained("select set_config('application_name', 'changed', false), pg_advisory_lock(4711)");
    const names = await Promise.all(
      [1, 2, 3].map(() => apps.pool.query("select current_setting('application_name') as name")),
    );
    // The request itself changed the session of its connection.
    expect(names.filter(({ rows }) => rows[0].name !== 'changed').length).toBeGreaterThanOrEqual(2);
  });
});

describe('the page', () => {
  it('is sent without a token, loads nothing from elsewhere, and has no script or style in its HTML', async () => {
    const app = inspected(() => {});
    const page = await app.inject('/_hotpath/index.html');
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(page.body).not.toMatch(/https?:|<style|<script(?![^>]*src=)|\son\w+=|style=/);
  });

  it.each([
    [false, '/_hotpath'],
    [false, '/_hotpath/?a=/b'],
    [true, '/_hotpath'],
    [true, '/_hotpath/'],
  ])('is where it redirects to, with `ignoreTrailingSlash: %j` from %s', async (ignoreTrailingSlash, url) => {
    const app = apps.bare({ routerOptions: { ignoreTrailingSlash } });
    app.register(inspector, { token: TOKEN });
    const redirect = await app.inject(url);
    expect(redirect.statusCode).toBe(302);
    const location = new URL(redirect.headers.location!, `http://proxy/behind${url}`);
    expect(location.href).toBe('http://proxy/behind/_hotpath/index.html');
    expect((await app.inject('/_hotpath/index.html')).statusCode).toBe(200);
  });

  it('has scripts of less than 60 kB', async () => {
    const app = inspected(() => {});
    await app.ready();
    const names = [
      'app',
      'api',
      'dom',
      'sql',
      'plan',
      'copy',
      'requests-view',
      'request-view',
      'state-views',
      'resources-view',
    ];
    const files = await Promise.all(names.map((name) => app.inject(`/_hotpath/${name}.js`)));
    expect(files.map(({ statusCode }) => statusCode)).toEqual(names.map(() => 200));
    expect(files.reduce((sum, { rawPayload }) => sum + rawPayload.length, 0)).toBeLessThan(60_000);
  });
});
