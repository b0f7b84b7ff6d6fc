/** Reads that routes remember: the same request is parsed once, and yet each viewer and each value gets its own rows. */
import type { FastifyInstance } from 'fastify';
import { KnownReads, RouteReads } from 'hotpath/fastify/reads/known-reads';
import { PUBLIC } from 'hotpath/resource/viewer';
import { expect, it } from 'vitest';
import { user } from '../../../src/domain/accounts/resource.ts';
import { transaction } from '../../../src/domain/payments/resource.ts';
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
  app.addHook('preHandler', async ({ headers, params, query }) => {
    if (headers['x-user']) Object.assign(params as object, { id: headers['x-user'] });
    if (headers['x-fields']) Object.assign(query as object, { fields: headers['x-fields'] });
  });
  app.item('/users/:id', { resource: user, budget: 1 });
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
