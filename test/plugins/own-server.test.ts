/** The plugin in an existing server: with its own authentication, error handler, log, pool and decorators. */
import { PrismaPg } from '@prisma/adapter-pg';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { everything, Pool, Registry, SUBJECT } from 'hotpath';
import { budgets } from 'hotpath/budget';
import { createOnce, hotpath, type PoolOrUrl, type RegisteredClient } from 'hotpath/fastify';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openZoo } from '../../packages/hotpath/test/compile/oracle/databases.ts';
import { PrismaClient } from '../../packages/hotpath/test/compile/zoo/generated/client.ts';
import { scratchDatabase } from '../support/database.ts';
import { freshnessSql } from '../support/freshness-sql.ts';
import { zooDataModel, zooResource } from '../support/zoo.ts';

const ANN = '0190b3c8-9a4f-7c31-8a5e-1f2d3c4b5a69';
const BO = '0190b3c8-9a4f-7c31-8a5e-1f2d3c4b5a70';

const animal = zooResource('Animal', {
  name: 'animal',
  fields: ['id', 'name', 'code'],
  defaultFields: 'name',
  sort: 'id',
  policy: { keeper: { rows: { code: SUBJECT } }, boss: {} },
});
const tag = zooResource('Tag', {
  name: 'tag',
  fields: ['slug', 'label'],
  defaultFields: 'slug,label',
  sort: 'slug',
  policy: everything('public'),
});
const resources = [animal, tag];

interface Session {
  readonly user?: { readonly id: string; readonly role: string };
}

const cleanUp = new AsyncDisposableStack();
let url: string;
let pool: pg.Pool;
let prisma: PrismaClient;

beforeAll(async () => {
  url = await scratchDatabase('empty');
  const zoo = await openZoo(url);
  const registry = new Registry(zooDataModel);
  registry.add(...resources);
  await zoo.pool.query(freshnessSql(registry));
  await zoo.close();
  pool = cleanUp.adopt(new pg.Pool({ connectionString: url, max: 3 }), (each) => each.end());
  prisma = cleanUp.adopt(new PrismaClient({ adapter: new PrismaPg(pool) }), (each) => each.$disconnect());
  await pool.query(`INSERT INTO "ANIMAL" ("Name", code) VALUES ('Ada', '${ANN}'), ('Bea', '${BO}')`);
}, 120_000);

afterAll(() => cleanUp.disposeAsync());

/** A team's server, with its own tokens and its own form of errors. */
async function serverOf(given: PoolOrUrl, more: (app: FastifyInstance) => void = () => {}): Promise<FastifyInstance> {
  const app = Fastify();
  app.decorate('cache', { own: true });
  app.setErrorHandler<Error & { code?: string; statusCode?: number }>((error, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ failed: error.code }),
  );
  app.addHook('onRequest', async (request) => {
    const [id, role] = String(request.headers['x-session'] ?? '').split(' ');
    if (id === 'broken') throw Object.assign(new Error('no'), { statusCode: 401, code: 'OWN_REFUSAL' });
    if (id && role) Object.assign(request, { user: { id, role } });
  });
  await app.register(hotpath, {
    prisma: prisma as unknown as RegisteredClient,
    pool: given,
    model: zooDataModel,
    resources,
    secret: 'a secret of the team',
    viewer: (request) => {
      const { user, headers } = request as FastifyRequest & Session;
      const viewer = user && { subject: user.id, role: user.role };
      return headers['x-later'] ? Promise.resolve(viewer) : viewer;
    },
  });
  app.list('/animals', { resource: animal, budget: 1, cache: { ttl: 60 } });
  app.item('/animals/by-code/:code', { resource: animal, budget: 1 });
  app.list('/tags', { resource: tag, budget: 1, cache: { ttl: 60, scope: 'public' } });
  app.get('/own', async () => ({ cache: (app as FastifyInstance & { cache?: object }).cache }));
  more(app);
  await app.ready();
  return app;
}

const as = (id: string, role: string) => ({ headers: { 'x-session': `${id} ${role}` } });

describe('a server of a team', () => {
  it.each<[string, () => PoolOrUrl, object]>([
    ['its own pool', () => pool, {}],
    ['a URL, and a viewer that comes later', () => url, { 'x-later': '1' }],
    ['the pool of the library', () => cleanUp.adopt(new Pool({ connectionString: url }), (each) => each.end()), {}],
  ])('reads with %s, by roles and subjects of its own', async (_what, given, later) => {
    await using stack = new AsyncDisposableStack();
    const app = stack.adopt(await serverOf(given()), (each) => each.close());
    const get = async (path: string, { headers }: { headers?: object } = {}) =>
      app.inject({ url: path, headers: { ...headers, ...later } });
    expect((await get('/animals', as(ANN, 'keeper'))).json().data).toEqual([{ name: 'Ada' }]);
    expect((await get('/animals', as(BO, 'keeper'))).json().data).toEqual([{ name: 'Bea' }]);
    expect((await get('/animals', as('7', 'keeper'))).json().data).toEqual([]);
    expect((await get('/animals', as('7', 'boss'))).json().data).toEqual([{ name: 'Ada' }, { name: 'Bea' }]);
    const item = await get(`/animals/by-code/${BO}`, as(ANN, 'keeper'));
    expect([item.statusCode, item.json()]).toEqual([403, { failed: 'FORBIDDEN' }]);
    expect((await get('/animals')).json()).toEqual({ failed: 'UNAUTHENTICATED' });
    expect((await get('/animals', as('broken', 'boss'))).json()).toEqual({ failed: 'OWN_REFUSAL' });
    expect((await get('/own')).json()).toEqual({ cache: { own: true } });
  });

  it('answers from memory, and shows a write of any client at once', async () => {
    await using stack = new AsyncDisposableStack();
    const app = stack.adopt(await serverOf(pool), (each) => each.close());
    const tags = () => app.inject('/tags');
    await pool.query(`INSERT INTO "Tag" ("the slug", "label") VALUES ('a', 'first')`);
    expect((await tags()).json().data).toEqual([{ slug: 'a', label: 'first' }]);
    const hit = await tags();
    expect(hit.headers['server-timing']).toContain('l1 hit');
    expect(hit.headers['server-timing']).toContain('0 statements');
    const other = stack.adopt(new pg.Client(url), (each) => each.end());
    await other.connect();
    await other.query(`UPDATE "Tag" SET "label" = 'second'`);
    await expect.poll(async () => (await tags()).json().data[0].label, { timeout: 5000 }).toBe('second');
    await other.query('DELETE FROM "Tag"');
  });

  it('creates once, by a key, in a transaction of its own client', async () => {
    await using stack = new AsyncDisposableStack();
    const app = stack.adopt(
      await serverOf(pool, (server) => {
        server.post('/tags', async (_request, reply) =>
          createOnce(reply, async (tx) => {
            await tx.$executeRawUnsafe(`INSERT INTO "Tag" ("the slug", "label") VALUES ('b', 'made')`);
            return { status: 201, data: { slug: 'b' } };
          }),
        );
      }),
      (each) => each.close(),
    );
    const send = () =>
      app.inject({ method: 'POST', url: '/tags', headers: { ...as(ANN, 'keeper').headers, 'idempotency-key': 'k' } });
    const [first, second] = [await send(), await send()];
    expect([first.statusCode, second.statusCode, second.headers['idempotent-replayed']]).toEqual([201, 201, 'true']);
    expect(second.body).toBe(first.body);
    expect((await app.inject('/tags')).json().data).toHaveLength(1);
    await pool.query('DELETE FROM "Tag"');
  });
});

describe('a start without a required option', () => {
  const options = { model: zooDataModel, resources, secret: 'x' };

  it('of a viewer is refused with the remedy', async () => {
    const app = Fastify();
    app.register(hotpath, { ...options, prisma: prisma as unknown as RegisteredClient, pool });
    await expect(app.ready()).rejects.toThrow(
      'hotpath must know the viewer of a request: pass it `viewer: (request) => …`.',
    );
    await app.close();
  });

  it('of a ledger is refused with the remedy', async () => {
    const app = Fastify();
    app.register(budgets, { mode: 'count', decorate: false });
    app.register(hotpath, { ...options, prisma: prisma as unknown as RegisteredClient, pool, viewer: () => undefined });
    await expect(app.ready()).rejects.toThrow('register `budgets` without `decorate: false`');
    await app.close();
  });
});

it.each([
  ['no name', { subject: '' }],
  ['a name of two lines', { subject: 'a\nb' }],
  ['a name that is too long', { subject: 'a'.repeat(256) }],
  ['the role of the public', { subject: 'a', role: 'public' }],
  ['a role of two lines', { subject: 'a', role: 'x\ny' }],
])('a viewer with %s is a fault of the service, and reads nothing', async (_what, given) => {
  await using stack = new AsyncDisposableStack();
  const app = stack.adopt(Fastify(), (each) => each.close());
  const common = { model: zooDataModel, resources, secret: 'x', pool };
  await app.register(hotpath, { ...common, prisma: prisma as unknown as RegisteredClient, viewer: () => given });
  app.list('/tags', { resource: tag, budget: 1 });
  expect((await app.inject('/tags')).statusCode).toBe(500);
});
