/** The options of `budgets`, the places to register it, and the options that it refuses. */
import { EventEmitter, once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import { type BudgetsOptions, budgets } from 'hotpath/budget';
import { describe, expect, it } from 'vitest';
import { Apps, exceeded, type Setting } from './apps.ts';

const apps = new Apps();

describe('the options', () => {
  it('set a budget for a route, and a default for the others', async () => {
    const app = apps.of(
      (scope) => {
        scope.get('/bounded', { config: { budget: 1 } }, async () => apps.two());
        scope.get('/default', async () => apps.two());
        scope.get('/often', { config: { budget: 9, repeated: 9 } }, async () => apps.loop(8));
      },
      { default: 2 },
    );
    const { detail } = (await app.inject('/bounded')).json();
    expect(detail).toMatch(
      /sent 2 statements; its budget is 1\.\n {2}once: select \?\n {4}at .*\n {2}once: select now\(\)\n/,
    );
    for (const url of ['/default', '/often']) expect((await app.inject(url)).statusCode).toBe(200);
  });

  it('set the number of repetitions that is too many', async () => {
    const add = (scope: FastifyInstance) => void scope.get('/', async () => apps.loop(2));
    expect((await apps.of(add).inject('/')).statusCode).toBe(200);
    expect((await apps.of(add, { repeated: 2 }).inject('/')).statusCode).toBe(500);
    expect((await apps.of(add, { repeated: Infinity, default: 1 }).inject('/')).statusCode).toBe(500);
  });

  it('leave out the lines of ignored files', async () => {
    const add = (scope: FastifyInstance) => void scope.get('/', async () => apps.loop());
    const detail = async (setting: Setting) => (await apps.of(add, setting).inject('/')).json().detail;
    expect(await detail({})).toContain(`${import.meta.dirname}/apps.ts:`);
    // The callers of the module that sends every query.
    expect(await detail({ ignore: [/\/apps\.ts/g] })).toContain(`${import.meta.filename}:`);
  });

  it('hide the cost of a refusal in production, and show it to permitted requests', async () => {
    const app = apps.of(
      (scope) => {
        scope.get('/:status', async (request, reply) => {
          await apps.one();
          reply.header('age', 1).code(Number((request.params as { status: string }).status));
          return {};
        });
      },
      {
        mode: 'count',
        costHeaders: ['age'],
        showsCost: ({ headers }) => {
          if (headers['x-who'] === 'nobody') throw new Error('no');
          return headers['x-who'] === 'root';
        },
      },
    );
    const shown = async (url: string, who = '') => {
      const { headers } = await app.inject({ url, headers: { 'x-who': who } });
      return ['server-timing', 'age'].map((name) => name in headers);
    };
    expect(await shown('/200')).toEqual([true, true]);
    expect(await shown('/404')).toEqual([false, false]);
    expect(await shown('/404', 'nobody')).toEqual([false, false]);
    expect(await shown('/404', 'root')).toEqual([true, true]);
  });

  it('turn Server-Timing off', async () => {
    const app = apps.of((scope) => void scope.get('/', async () => ({})), { serverTiming: false });
    expect((await app.inject('/')).headers).not.toHaveProperty('server-timing');
  });

  it.each<[object, string]>([
    [{ mode: 'fail' }, `\`mode\` is "fail", but must be 'throw', 'warn' or 'count'.`],
    [{ mode: undefined }, '`mode` is undefined, but must be'],
    [{ default: -1 }, '`default` is -1, but must be a number of statements, 0 or more.'],
    [{ default: '2' }, '`default` is "2", but must be'],
    [{ repeated: 1 }, '`repeated` is 1, but must be a number of times, 2 or more, or Infinity.'],
    [{ ignore: /x/ }, '`ignore` is /x/, but must be a list of regular expressions.'],
    [{ ignore: ['x'] }, '`ignore` is x, but must be a list of regular expressions.'],
    [{ showsCost: true }, '`showsCost` is true, but must be a function of the request.'],
    [{ costHeaders: 'age' }, '`costHeaders` is "age", but must be a list of names of headers.'],
    [{ required: 'yes' }, '`required` is "yes", but must be true or false.'],
    [{ budget: 3 }, 'there is no option `budget`.'],
    [{ pool: 'postgres://localhost' }, 'counts the statements of a pg.Pool, but `pool` is not a pg.Pool.'],
  ])('%j are refused', async (options, complaint) => {
    await expect(apps.of(() => {}, options as Setting).ready()).rejects.toThrow(complaint);
  });

  it.each<[object, Setting, string]>([
    [{}, { required: true }, 'GET / declares no budget: add `config: { budget: n }`'],
    [{ budget: '3' }, {}, 'GET /: `config.budget` is "3", but must be a number of statements, 0 or more.'],
    [{ repeated: 0 }, {}, 'GET /: `config.repeated` is 0, but must be a number of times, 2 or more, or Infinity.'],
  ])('a route with %j and %j is refused', async (config, options, complaint) => {
    const app = apps.of((scope) => void scope.get('/', { config: config as object }, async () => ({})), options);
    await expect(app.ready()).rejects.toThrow(complaint);
  });
});

describe('the plugin', () => {
  it('is refused twice for the same routes', async () => {
    const app = apps.of((scope) => void scope.register(budgets, { mode: 'count' }));
    await expect(app.ready()).rejects.toThrow('hotpath/budget is registered twice for the same routes.');
  });

  it('may be registered in neighbouring scopes, and applies to their routes alone', async () => {
    const app = apps.bare();
    for (const name of ['a', 'b']) {
      app.register(async (scope) => {
        scope.register(budgets, { pool: apps.pool, mode: name === 'a' ? 'throw' : 'count' });
        scope.get(`/${name}`, async () => apps.loop());
      });
    }
    app.get('/c', async () => apps.loop());
    const replies = await Promise.all(['/a', '/b', '/c'].map((url) => app.inject(url)));
    expect(replies.map(({ statusCode, headers }) => [statusCode, 'server-timing' in headers])).toEqual([
      [500, true],
      [200, true],
      [200, false],
    ]);
  });

  it.each([
    ['request.ledger', (app: FastifyInstance) => app.decorateRequest('ledger')],
    ['request.overrun', (app: FastifyInstance) => app.decorateRequest('overrun')],
    ['app.overruns', (app: FastifyInstance) => app.decorate('overruns', new Map())],
  ])('reports that %s is in use, and works without it', async (name, decorate) => {
    const build = (options: Partial<BudgetsOptions>) => {
      const app = apps.bare();
      decorate(app);
      app.register(budgets, { pool: apps.pool, mode: 'throw', ...options });
      app.get('/', async () => apps.loop());
      return app;
    };
    await expect(build({}).ready()).rejects.toThrow(
      `hotpath/budget adds \`${name}\`, but the application has one already. Register it with \`decorate: false\`.`,
    );
    expect(await build({ decorate: false }).inject('/')).toMatchObject(exceeded);
  });

  it('counts several pools, and none once the application is closed', async () => {
    const other = apps.openPool();
    const app = apps.of(
      (scope) => {
        scope.get('/', async () => (await Promise.all([apps.one(), other.query('select 2')])).length);
      },
      { pool: [apps.pool, other] },
    );
    expect((await app.inject('/')).headers['server-timing']).toContain('desc="2 statements"');
    await app.close();
    for (const each of [apps.pool, other]) expect(Object.hasOwn(each, 'query')).toBe(false);
    await other.end();
  });

  it('applies to a client that leaves before its reply', async () => {
    const reached = new EventEmitter();
    const app = apps.of((scope) => {
      scope.get('/', async () => {
        reached.emit('now');
        await apps.loop();
        return {};
      });
    });
    const address = await app.listen({ port: 0 });
    const leaving = new AbortController();
    const asked = fetch(address, { signal: leaving.signal }).catch(() => 'left');
    await once(reached, 'now');
    leaving.abort();
    expect(await asked).toBe('left');
    await expect.poll(() => [...app.overruns]).toEqual([['GET /', 1]]);
  });
});
