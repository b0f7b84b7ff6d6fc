/**
 * `?schema=shop` over a plain `pg.Pool`, which ignores it: the sessions of the service's client look for tables in `public`,
 * where there is a table of the same name with other rows.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import Fastify, { type FastifyInstance } from 'fastify';
import { Registry, type Resource, resources, watch } from 'hotpath';
import { createOnce, hotpath, lockIfMatch, type RegisteredClient, readRow, sendChanged } from 'hotpath/fastify';
import { install } from 'hotpath/install/install';
import { type DataModel, defineDataModel, type ScalarField } from 'hotpath/model/data-model';
import { qualifiedModel } from 'hotpath/model/qualified-model';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PrismaClient } from '../../prisma/generated/client.ts';
import { scratchDatabase } from '../support/database.ts';

const TABLE = 'note (id int PRIMARY KEY, text text NOT NULL, changed timestamptz(6) NOT NULL DEFAULT now())';

const scalar = (name: string, type: ScalarField['type']): ScalarField => ({
  kind: 'scalar',
  name,
  column: name,
  type,
  list: false,
  required: true,
  ...(type === 'DateTime' && { native: { name: 'Timestamptz', args: ['6'] } }),
});

const model: DataModel = defineDataModel({
  enums: {},
  models: {
    Note: {
      name: 'Note',
      table: 'note',
      fields: { id: scalar('id', 'Int'), text: scalar('text', 'String'), changed: scalar('changed', 'DateTime') },
      primaryKey: ['id'],
      uniques: { id: ['id'] },
    },
  },
});

// The model is made by hand, so the client's types do not name it.
const declare = resources() as unknown as (name: string, declaration: object) => Resource;
const note = declare('Note', {
  name: 'note',
  fields: ['id', 'text'],
  defaultFields: 'id,text',
  sort: 'id',
  version: 'changed',
  policy: { user: {} },
});

const cleanUp = new AsyncDisposableStack();
let owner: pg.Client;
const apps = new Map<string, FastifyInstance>();

beforeAll(async () => {
  const url = await scratchDatabase('empty');
  owner = new pg.Client({ connectionString: url });
  await owner.connect();
  cleanUp.defer(() => owner.end());
  await owner.query(`CREATE SCHEMA shop; CREATE SCHEMA depot; CREATE TABLE public.${TABLE};
    CREATE TABLE shop.${TABLE}; CREATE TABLE depot.${TABLE}`);
  await owner.query(`INSERT INTO public.note SELECT n, 'of another service' FROM generate_series(1, 9) n`);
  const registry = new Registry(model);
  registry.add(note);
  await owner.query('SET search_path = shop');
  await install(owner, watch(registry));
  await owner.query('SET search_path = depot');
  await install(owner, watch(registry));
  for (const schema of ['shop', 'depot']) apps.set(schema, await serverOf(url, schema));
}, 120_000);

afterAll(() => cleanUp.disposeAsync());

async function serverOf(url: string, schema: string): Promise<FastifyInstance> {
  const pool = cleanUp.adopt(new pg.Pool({ connectionString: `${url}?schema=${schema}`, max: 3 }), (each) =>
    each.end(),
  );
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { schema }) });
  cleanUp.defer(() => prisma.$disconnect());
  const app = cleanUp.adopt(Fastify(), (each) => each.close());
  await app.register(hotpath, {
    prisma: prisma as unknown as RegisteredClient,
    pool,
    model,
    resources: [note],
    secret: 'a secret of the service',
    viewer: () => ({ subject: '1', role: 'user' }),
  });
  routesOf(app as unknown as FastifyInstance, schema);
  await app.ready();
  return app as unknown as FastifyInstance;
}

function routesOf(app: FastifyInstance, schema: string): void {
  const idOf = (request: { readonly params: unknown }) => Number((request.params as { readonly id: string }).id);
  app.item('/notes/:id', { resource: note, budget: 1 });
  app.post('/notes/:id', { config: { budget: 4 } }, (request, reply) => {
    const id = idOf(request);
    return createOnce(reply, async (tx) => {
      await tx.$executeRawUnsafe(`INSERT INTO ${schema}.note (id, text) VALUES ($1, '${schema}')`, id);
      return { resource: note, where: { id }, location: `/notes/${id}` as never };
    });
  });
  app.patch('/notes/:id', { config: { budget: 3 } }, async (request, reply) => {
    const where = { id: idOf(request) };
    const changed = await app.hotpath.prisma.$transaction(async (tx) => {
      if (!(await lockIfMatch(request, { tx, resource: note, where }))) return false;
      const { json } = await readRow(app.hotpath, { resource: note, where, viewer: request.viewer }, tx);
      await tx.$executeRawUnsafe(`UPDATE ${schema}.note SET text = $1, changed = clock_timestamp()`, `was ${json}`);
      return true;
    });
    return sendChanged(reply, { resource: note, where, changed });
  });
}

const create = (schema: string, id: number, key = `${schema}-${id}`) =>
  apps.get(schema)!.inject({ method: 'POST', url: `/notes/${id}`, headers: { 'idempotency-key': key } });

it('answers a creation with the row of its own schema', async () => {
  const created = await create('shop', 1);
  expect([created.statusCode, created.json()]).toEqual([201, { data: { id: 1, text: 'shop' } }]);
  const read = await apps.get('shop')!.inject('/notes/1');
  expect([read.json(), read.headers.etag]).toEqual([created.json(), created.headers.etag]);
});

it('compares If-Match with the row of its own schema, and reads that row in the transaction', async () => {
  const { headers } = await create('shop', 2);
  const change = { method: 'PATCH', url: '/notes/2', headers: { 'if-match': String(headers.etag) } } as const;
  const changed = await apps.get('shop')!.inject(change);
  expect([changed.statusCode, changed.json().data]).toEqual([200, { id: 2, text: 'was {"id":2,"text":"shop"}' }]);
  expect((await apps.get('shop')!.inject(change)).statusCode).toBe(412);
});

it('keeps the replies of two services in one database apart', async () => {
  await create('shop', 3, 'the-same-key');
  const other = await create('depot', 3, 'the-same-key');
  expect([other.statusCode, other.json(), other.headers['idempotent-replayed']]).toEqual([
    201,
    { data: { id: 3, text: 'depot' } },
    undefined,
  ]);
  const again = await create('depot', 3, 'the-same-key');
  expect([again.body, again.headers['idempotent-replayed']]).toEqual([other.body, 'true']);
});

it('names the schema of join tables, and leaves one that the model names', () => {
  const tags = { kind: 'relation', name: 'tags', model: 'Note', list: true, required: true, back: 'tags' } as const;
  const through = { table: '_Tags', from: 'A', to: 'B' } as const;
  const related = { ...tags, from: ['id'], to: ['id'], holdsKey: false, through };
  const tagged = { ...model.models['Note']!, schema: 'named', fields: { tags: related } };
  expect(qualifiedModel({ enums: {}, models: { tagged } }, 'shop').models['tagged']).toMatchObject({
    schema: 'named',
    fields: { tags: { through: { schema: 'shop', table: '_Tags' } } },
  });
});
