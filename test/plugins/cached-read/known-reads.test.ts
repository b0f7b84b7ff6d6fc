/** Reads that routes remember: the same request is parsed once, and yet each viewer and each value gets its own rows. */
import type { FastifyInstance } from 'fastify';
import { KnownReads, RouteReads } from 'hotpath/fastify/reads/known-reads';
import { cursorSigner } from 'hotpath/resource/cursor';
import { everything } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import { SelectionParser } from 'hotpath/resource/selection';
import { PUBLIC, type Viewer } from 'hotpath/resource/viewer';
import { expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { user } from '../../../src/domain/accounts/resource.ts';
import { product } from '../../../src/domain/catalog/resource.ts';
import { category, merchant, transaction } from '../../../src/domain/payments/resource.ts';
import { resource } from '../../../src/domain/resource.ts';
import { as } from '../../support/app.ts';
import { ask, useInstances } from '../../support/instances.ts';

const service = useInstances({
  count: 1,
  environment: () => ({ CACHE_ROLLOUT_PERCENT: '0' }),
  extend: (app) => void app.register(addRoutes, { prefix: '/test' }),
});

async function addRoutes(app: FastifyInstance): Promise<void> {
  app.list('/transactions', { resource: transaction, budget: 1 });
  app.list('/cached/transactions', { resource: transaction, budget: 1, cache: { ttl: 60 } });
  app.addHook('preHandler', async (request) => {
    const { headers, params, query } = request;
    if (headers['x-role']) request.viewer = { role: String(headers['x-role']), subject: '1' };
    if (headers['x-user']) Object.assign(params as object, { id: headers['x-user'] });
    if (headers['x-fields']) Object.assign(query as object, { fields: headers['x-fields'] });
  });
  app.item('/users/:id', { resource: user, budget: 1 });
  app.list('/late/products', { resource: product, budget: 2, cache: { ttl: 60 } });
}

const data = async (url: string, headers: Record<string, string>) => {
  const { status, body } = await ask(service().apps[0]!, url, headers);
  expect(status).toBe(200);
  return JSON.parse(body).data;
};

it.each(['/test/transactions?limit=3&fields=id', '/test/cached/transactions?limit=3&fields=id'])(
  'give each viewer their own rows: %s',
  async (url) => {
    const own = async (id: number) => {
      const { rows } = await service().psql.query(
        'select id::text from transactions where user_id = $1 order by created_at desc, id desc limit 3',
        [id],
      );
      return rows;
    };
    const text = (rows: { id: unknown }[]) => rows.map(({ id }) => String(id));
    for (const id of [1, 2, 1, 1, 2, 3, 2]) {
      expect(text(await data(url, as(id)))).toEqual(text(await own(id)));
    }
  },
);

it('follow what a hook has put into the request', async () => {
  const shown = (headers = {}) => data('/test/users/1', { ...as(1, 'admin'), ...headers });
  for (let round = 0; round < 3; round += 1) {
    expect(await shown()).toMatchObject({ id: 1 });
    expect(await shown({ 'x-user': '2' })).toMatchObject({ id: 2 });
    expect(await shown({ 'x-fields': 'name' })).toEqual({ name: expect.any(String) });
  }
});

it('follow a hook that makes the answer one of the viewer alone', () => {
  const reader = resource('User', {
    name: 'reader',
    fields: ['id', 'name'],
    relations: { transactions: {} },
    defaultFields: 'id',
    sort: 'id',
    policy: everything('user'),
  });
  const registry = new Registry(datamodel);
  registry.add(reader, transaction, merchant, category);
  const parser = new SelectionParser(registry, cursorSigner('secret'));
  const parse = ({ query }: { query: Record<string, string> }, viewer: Viewer) => {
    return { selection: parser.list({ resource: reader, viewer, query }) };
  };
  const reads = new RouteReads({ known: new KnownReads(), steps: { ask: parse } } as never);
  const asked = (subject: string, query: object) => {
    const { question, selection } = reads.ask({ url: '/readers', params: {}, query } as never, {
      role: 'user',
      subject,
    });
    return [question.scope, selection.scope, JSON.stringify(selection.args)];
  };
  const more = { fields: 'id,transactions(id)' };
  const [plain, first, second] = [asked('1', {}), asked('1', more), asked('2', more)];
  expect([plain, first, second].map(([scope, own]) => [scope, own])).toEqual([
    ['role', 'role'],
    ['subject', 'subject'],
    ['subject', 'subject'],
  ]);
  expect(first![2]).not.toBe(second![2]);
  expect([asked('1', {}), asked('2', more), asked('1', more)]).toEqual([plain, second, first]);
});

it('follow a hook that sets another viewer after the look-up', async () => {
  const total = async (headers: Record<string, string>) => {
    const { body } = await ask(service().apps[0]!, '/test/late/products?count=exact&limit=1', headers);
    return JSON.parse(body).meta.total;
  };
  const { rows } = await service().psql.query(
    "select count(*)::int as all, (count(*) filter (where status <> 'draft'))::int as shown from products",
  );
  const { all, shown } = rows[0];
  expect(shown).toBeLessThan(all);
  for (const late of [false, true, false, true, true, false]) {
    expect(await total(late ? { 'x-role': 'admin' } : {})).toBe(late ? all : shown);
  }
});

/** Asks a route whose parser counts what it parses. */
function counting(selection: object) {
  const known = new KnownReads(2);
  let parsed = 0;
  const steps = { ask: () => ({ selection: { scope: 'role', ...selection, number: ++parsed } }) };
  const reads = new RouteReads({ known, steps } as never);
  return (url: string) => {
    const request = { url, params: {}, query: {} } as never;
    return (reads.ask(request, PUBLIC).selection as unknown as { number: number }).number;
  };
}

it('are dropped in the order in which they came', () => {
  const asked = counting({ isLasting: true });
  expect(['/a', '/b', '/a', '/b', '/c', '/b', '/c', '/a', '/c', '/b'].map(asked)).toEqual([
    ...[1, 2, 1, 2, 3, 2, 3, 4, 3, 5],
  ]);
});

it('are parsed each time if they depend on the current time', () => {
  expect(['/a', '/a', '/a'].map(counting({ isLasting: false }))).toEqual([1, 2, 3]);
});
