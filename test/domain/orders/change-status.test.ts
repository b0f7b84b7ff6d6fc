/** Administrators change the status of orders; a cancelled order returns its stock and its money. */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { shop } from './support.ts';

const app = useApp({ seeded: true });
const { get, patch, sql, shelve, stockOf, order } = shop(app);
const admin = as(2, 'admin');
const BUYER = 5;

const place = async (ids: readonly number[], quantity = 2): Promise<number> =>
  (await order(ids, as(BUYER), quantity)).json.data.id;
const paymentOf = async (id: number) => {
  const [row] = await sql('select status, settled_at is not null as settled from transactions where order_id = $1', [
    id,
  ]);
  return row;
};

describe('PATCH /v1/orders/:id', () => {
  it('goes from pending to delivered, step by step, pays for it, and notifies the buyer', async () => {
    const ids = await shelve(1, { stock: 5 });
    const id = await place(ids);
    for (const [status, statements] of [
      ['processing', 4],
      ['shipped', 3],
      ['delivered', 3],
    ] as const) {
      const reply = await patch(`/orders/${id}`, admin, { status });
      expect([reply.status, reply.json.data.status, reply.statements]).toEqual([200, status, statements]);
      expect((await get(`/orders/${id}`, as(BUYER))).etag).toBe(reply.etag);
      expect(await paymentOf(id)).toEqual({ status: 'settled', settled: true });
      const home = await get(`/users/${BUYER}/home`, as(BUYER));
      expect(home.json.data.notifications[0].title).toBe(`Order ${id} is ${status}`);
    }
    expect(await stockOf(ids)).toEqual([3]);
  });

  it.each([[[]], [['processing']]])('cancels after %j: the stock and the money go back', async (before) => {
    const ids = await shelve(3, { stock: 5 });
    const id = await place(ids);
    for (const status of before) await patch(`/orders/${id}`, admin, { status });
    expect(await stockOf(ids)).toEqual([3, 3, 3]);
    const { status, statements } = await patch(`/orders/${id}`, admin, { status: 'cancelled' });
    expect([status, statements]).toEqual([200, 5]);
    expect(await stockOf(ids)).toEqual([5, 5, 5]);
    expect(await paymentOf(id)).toMatchObject({ status: 'refunded' });
    for (const product of ids)
      expect((await get(`/products/${product}?fields=inventory(quantity)`)).json.data.inventory.quantity).toBe(5);
  });

  it('returns the stock once, also for many concurrent cancellations', async () => {
    const ids = await shelve(1, { stock: 5 });
    const id = await place(ids);
    const cancel = () => patch(`/orders/${id}`, admin, { status: 'cancelled' });
    const replies = await Promise.all(Array.from({ length: 10 }, cancel));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
    expect(await stockOf(ids)).toEqual([5]);
  });

  it('does not deadlock with orders for the same products', async () => {
    const ids = await shelve(5, { stock: 1000 });
    const placed = await Promise.all(Array.from({ length: 15 }, () => place(ids)));
    const backwards = [...ids].reverse();
    const replies = await Promise.all([
      ...placed.map((id) => patch(`/orders/${id}`, admin, { status: 'cancelled' })),
      ...placed.map(() => order(backwards, as(BUYER), 2)),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual(placed.flatMap(() => [200, 201]).sort());
    expect(await stockOf(ids)).toEqual([970, 970, 970, 970, 970]);
  });

  const steps = ['pending', 'processing', 'shipped', 'delivered', 'cancelled'];
  const allowed = [
    'pending>processing',
    'processing>shipped',
    'shipped>delivered',
    'pending>cancelled',
    'processing>cancelled',
  ];
  const forbidden = steps
    .flatMap((from) => steps.slice(1).map((to) => [from, to] as const))
    .filter(([from, to]) => !allowed.includes(`${from}>${to}`));

  it.each(forbidden)('refuses to go from %s to %s, and changes nothing', async (from, to) => {
    const ids = await shelve(1, { stock: 5 });
    const id = await place(ids);
    await sql('update orders set status = $2::order_status where id = $1', [id, from]);
    const { status, json, statements } = await patch(`/orders/${id}`, admin, { status: to });
    expect([status, json.code, statements]).toEqual([409, 'CONFLICT', 2]);
    expect(await sql('select status, version from orders where id = $1', [id])).toEqual([{ status: from, version: 1 }]);
    expect(await stockOf(ids)).toEqual([3]);
  });

  it('applies to the version that the client read', async () => {
    const id = await place(await shelve(1, { stock: 5 }));
    const { etag } = await get(`/orders/${id}`, as(BUYER));
    const headers = { ...admin, 'if-match': etag };
    expect((await patch(`/orders/${id}`, headers, { status: 'processing' })).status).toBe(200);
    expect((await patch(`/orders/${id}`, headers, { status: 'shipped' })).status).toBe(412);
  });

  it.each([
    ['the public', {}, 401],
    ['the buyer', as(BUYER), 403],
  ])('refuses %s', async (_who, headers, status) => {
    const id = await place(await shelve(1, { stock: 5 }));
    expect((await patch(`/orders/${id}`, headers, { status: 'cancelled' })).status).toBe(status);
  });

  it('is a 404 for a missing order, and a 400 for an unknown status', async () => {
    expect((await patch('/orders/2000000000', admin, { status: 'shipped' })).status).toBe(404);
    for (const status of ['pending', 'lost', null]) {
      const { status: code, json } = await patch('/orders/1', admin, { status });
      expect([code, json.errors[0].pointer]).toEqual([400, '/status']);
    }
  });
});
