import { describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { testEnvironment, useApp } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';

function loops(app: App): void {
  app.get('/loop/prisma', { config: { budget: 1 } }, async () => {
    const names = [];
    for (const id of [1, 2, 3]) names.push(await app.prisma.user.findFirst({ where: { id }, select: { name: true } }));
    return names;
  });
  app.get('/loop/parallel', { config: { budget: 3 } }, async () =>
    Promise.all([1, 2, 3].map((id) => app.prisma.post.count({ where: { authorId: id } }))),
  );
  app.get('/loop/pool', { config: { budget: 1 } }, async () => {
    await Promise.all([1, 2, 3].map((id) => app.pool.query('select name from users where id = $1', [id])));
    return {};
  });
  app.get('/transaction', { config: { budget: 1 } }, async () =>
    app.prisma.$transaction(async (tx) => ({ users: await tx.user.count() })),
  );
  app.get('/failing', { config: { budget: 0 } }, async () => {
    await app.pool.query('select 1/0').catch(() => {});
    return {};
  });
  app.get('/one/:n', { config: { budget: 1 } }, async ({ params }) => {
    await app.pool.query('select pg_sleep(0.01), $1::text', [(params as { n: string }).n]);
    return {};
  });
}

describe('a route over budget', () => {
  const app = useApp({ extend: loops });

  it.each(['/loop/prisma', '/loop/parallel', '/loop/pool'])(
    'fails, %s named with its statement and line',
    async (url) => {
      const reply = await app().inject(url);
      expect(reply.statusCode).toBe(500);
      expect(reply.json().code).toBe('BUDGET_EXCEEDED');
      const [head, repeated, site] = reply.json().detail.split('\n');
      expect(head).toMatch(new RegExp(`^GET ${url} sent 3 statements; its budget is \\d\\.$`));
      expect(repeated).toMatch(/^ {2}3 times: select .+/i);
      expect(repeated).not.toMatch(/\$\d|= [123]/);
      expect(site).toMatch(/^ {4}at \/.*test\/plugins\/budget\.test\.ts:\d+:\d+$/);
    },
  );

  it('counts the statements of a transaction, but not BEGIN and COMMIT', async () => {
    const reply = await app().inject('/transaction');
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['server-timing']).toContain('desc="1 statement"');
  });

  it('counts statements that fail', async () => {
    expect((await app().inject('/failing')).json().detail).toContain('GET /failing sent 1 statement; its budget is 0.');
  });

  it('reports its cost in the reply', async () => {
    const reply = await app().inject('/one/1');
    expect(reply.headers['server-timing']).toMatch(/^db;dur=(\d+\.\d\d);desc="1 statement"$/);
  });
});

describe('requests that wait for each other', () => {
  const app = useApp({ extend: loops, environment: { DATABASE_POOL_MAX: '1', DATABASE_POOL_MIN: '1' } });

  it('each get only their own statements when one connection serves them all', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, (_, n) => app().inject(`/one/${n}`)));
    expect(replies.map((reply) => reply.headers['server-timing'])).toEqual(
      Array.from({ length: 20 }, () => expect.stringContaining('desc="1 statement"')),
    );
  });
});

describe('a service in production', () => {
  const app = useApp({ extend: loops, environment: { BUDGET_MODE: 'count' } });

  it('answers nevertheless, and counts', async () => {
    expect((await app().inject('/loop/prisma')).statusCode).toBe(200);
    expect((await app().inject('/loop/prisma')).statusCode).toBe(200);
    expect(app().overruns.get('GET /loop/prisma')).toBe(2);
  });
});

it('does not register a route that declares no budget', async () => {
  const app = buildApp(loadConfig(testEnvironment(await testDatabaseUrl())));
  app.register(async (scope) => {
    scope.get('/unbudgeted', async () => ({}));
  });
  await expect(app.ready()).rejects.toThrow('GET /unbudgeted declares no budget');
  await app.close();
});
