/** An order is written whole or not at all, and nothing is sold twice. */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { waitingForLock, withClient } from '../../support/requests.ts';
import { shippingAddress, shop } from './support.ts';

const app = useApp({ seeded: true });
const { get, post, sql, shelve, stockOf, order, written } = shop(app);

describe('POST /v1/orders', () => {
  it('writes the order, its lines, its payment and a notification, and takes the stock', async () => {
    const ids = await shelve(3, { stock: 10, price: '1.10' });
    const items = ids.map((productId, n) => ({ productId, quantity: 3 - n })).reverse();
    const { status, json, headers, statements } = await post('/orders', as(5), { items, shippingAddress });
    expect([status, statements]).toEqual([201, 8]);
    // 3 × 1.10 + 2 × 2.20 + 1 × 3.30
    expect(json.data).toMatchObject({ status: 'pending', total: '11', currency: 'EUR', items: expect.any(Array) });
    expect(json.data.items).toEqual(
      ids.map((id, n) => expect.objectContaining({ quantity: 3 - n, product: expect.objectContaining({ id }) })),
    );
    expect(await stockOf(ids)).toEqual([7, 8, 9]);
    const { id } = json.data;
    expect(headers['location']).toBe(`/v1/orders/${id}`);
    expect((await get(`/orders/${id}`, as(5))).json).toEqual(json);
    expect((await get(`/orders/${id}?fields=shippingAddress`, as(5))).json.data).toEqual({ shippingAddress });
    // The second line is the most expensive one, and its merchant follows that of the first.
    const payments = await sql('select amount::text, status, merchant_id from transactions where order_id = $1', [id]);
    expect(payments).toEqual([{ amount: '11.00', status: 'pending', merchant_id: 1 }]);
    const notices = await sql(`select title from notifications where user_id = 5 and data @> $1 and read_at is null`, [
      { orderId: id },
    ]);
    expect(notices).toEqual([{ title: `Order ${id} is pending` }]);
  });

  it('appears at once on the dashboard, on the home page, among the orders and in the product', async () => {
    const [id] = await shelve(1, { stock: 1 });
    const before = (await get('/users/6/home', as(6))).json.data.unread;
    const { json } = await order([id!], as(6));
    const dashboard = await get('/users/6/dashboard?fields=transactions(order(id),amount)', as(6));
    expect(dashboard.json.data.transactions[0]).toEqual({
      amount: '10',
      order: expect.objectContaining({ id: json.data.id }),
    });
    expect((await get('/users/6/home', as(6))).json.data.unread).toBe(before + 1);
    expect((await get('/users/6/orders?status=pending&limit=1', as(6))).json.data).toEqual([json.data]);
    expect((await get(`/products/${id}`)).json.data.inStock).toBe(false);
  });

  it('sends the same number of statements for 50 items as for one', async () => {
    const ids = await shelve(50, { stock: 5 });
    const one = await order(ids.slice(0, 1), as(5));
    const fifty = await order(ids, as(5));
    expect([one.status, fifty.status, fifty.json.data.items.length]).toEqual([201, 201, 50]);
    expect([one.statements, fifty.statements]).toEqual([8, 8]);
  });

  it('uses the prices of the database', async () => {
    const [id] = await shelve(1, { stock: 5, price: '3.33' });
    const { json } = await post('/orders', as(5), {
      items: [{ productId: id, quantity: 2, unitPrice: '0.01' }],
      shippingAddress,
    });
    expect(json.errors).toEqual([expect.objectContaining({ pointer: '/items/0/unitPrice' })]);
    expect((await order([id!], as(5), 2)).json.data.total).toBe('6.66');
  });

  it.each([
    ['the public', {}, 401, 'UNAUTHENTICATED'],
    ['a user who is not there any more', as(2_000_000_000), 409, 'CONFLICT'],
  ])('refuses %s, and writes nothing', async (_who, headers, status, code) => {
    const ids = await shelve(1, { stock: 5 });
    const before = await written();
    expect((await order(ids, headers)).json).toMatchObject({ status, code });
    expect([await written(), await stockOf(ids)]).toEqual([before, [5]]);
  });

  it('refuses items that cannot be bought, points at them, and writes nothing', async () => {
    const [sold, draft, dollars] = [
      ...(await shelve(1, { stock: 5 })),
      ...(await shelve(1, { stock: 5, status: 'draft' })),
      ...(await shelve(1, { stock: 5, currency: 'USD' })),
    ] as [number, number, number];
    const before = await written();
    for (const [ids, pointer] of [
      [[sold, 2_000_000_000], '/items/1/productId'],
      [[sold, draft], '/items/1/productId'],
      [[sold, sold], '/items/0/productId'],
      [[sold, dollars], '/items'],
    ] as const) {
      const { status, json } = await order(ids, as(5));
      expect([status, json.errors[0].pointer]).toEqual([400, pointer]);
    }
    expect([await written(), await stockOf([sold, draft, dollars])]).toEqual([before, [5, 5, 5]]);
  });

  it('refuses an amount that exceeds the column', async () => {
    const ids = await shelve(2, { stock: 1000, price: '4999999999' });
    expect((await order(ids, as(5), 1000)).json.errors).toEqual([expect.objectContaining({ pointer: '/items' })]);
    expect(await stockOf(ids)).toEqual([1000, 1000]);
  });

  it.each([
    ['no item', { items: [] }, '/items'],
    ['51 items', { items: Array.from({ length: 51 }, (_, n) => ({ productId: n + 1, quantity: 1 })) }, '/items'],
    ['no quantity', { items: [{ productId: 1, quantity: 0 }] }, '/items/0/quantity'],
    ['a quantity that is null', { items: [{ productId: 1, quantity: null }] }, '/items/0/quantity'],
    [
      'an address without a city',
      { shippingAddress: { ...shippingAddress, city: undefined } },
      '/shippingAddress/city',
    ],
    ['a status', { status: 'delivered' }, '/status'],
  ])('refuses %s, and points at it', async (_what, part, pointer) => {
    const body = { items: [{ productId: 1, quantity: 1 }], shippingAddress, ...part };
    const { status, json } = await post('/orders', as(5), body);
    expect([status, json.errors.map((error: { pointer: string }) => error.pointer)]).toEqual([400, [pointer]]);
  });
});

describe('the stock', () => {
  it('is taken in full or not at all: an order beyond the stock names the products and changes nothing', async () => {
    const ids = [...(await shelve(2, { stock: 5 })), ...(await shelve(1, { stock: 2 }))];
    await sql('delete from inventories where product_id = $1', [ids[0]]);
    const before = await written();
    const { status, json, statements } = await order(ids, as(5), 3);
    expect([status, json.code, statements]).toEqual([409, 'OUT_OF_STOCK', 1]);
    expect(json.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/items/0/quantity',
      '/items/2/quantity',
    ]);
    expect(json.detail).toContain(`(product ${ids[0]})`);
    expect(json.detail).toContain(`(product ${ids[2]})`);
    expect(json.detail).not.toContain(`(product ${ids[1]})`);
    expect([await written(), await stockOf(ids)]).toEqual([before, [5, 2]]);
  });

  it('is sold to the last piece and no further: 200 orders at once for 50 pieces', async () => {
    const ids = await shelve(1, { stock: 50 });
    const before = await written();
    const replies = await Promise.all(Array.from({ length: 200 }, (_, n) => order(ids, as(3 + (n % 20)))));
    const sold = replies.filter(({ status }) => status === 201);
    const refused = replies.filter(({ status }) => status === 409);
    expect([sold.length, refused.length, await stockOf(ids)]).toEqual([50, 150, [0]]);
    expect(new Set(refused.map(({ json }) => json.code))).toEqual(new Set(['OUT_OF_STOCK']));
    expect(refused.every(({ json }) => json.detail.includes(`(product ${ids[0]})`))).toBe(true);
    const after = await written();
    for (const table of ['orders', 'items', 'transactions', 'notifications'])
      expect([table, after[table]! - before[table]!]).toEqual([table, 50]);
  });

  it('is taken without a deadlock by orders that name the same products in any order', async () => {
    // With this many, the planner looks them up one after the other.
    const ids = (await shelve(5000, { stock: 5 })).slice(-3);
    await sql('analyze inventories');
    await withClient(async (client) => {
      await client.query('begin');
      await client.query('select from inventories where product_id = $1 for update', [ids[1]]);
      const up = order(ids, as(5));
      await waitingForLock(client, 1);
      const down = order(ids.toReversed(), as(6));
      await waitingForLock(client, 2);
      await client.query('rollback');
      expect((await Promise.all([up, down])).map(({ status }) => status)).toEqual([201, 201]);
    });
    expect(await stockOf(ids)).toEqual([3, 3, 3]);
  });

  it('is checked again under the lock: an order that waits for the last piece and does not get it is refused', async () => {
    const ids = await shelve(2, { stock: 1 });
    await withClient(async (client) => {
      await client.query('begin');
      await client.query('update inventories set quantity = 0 where product_id = $1', [ids[1]]);
      const before = await written();
      const waiting = order(ids, as(5));
      await waitingForLock(client, 1);
      await client.query('commit');
      const { status, json, statements } = await waiting;
      expect([status, json.code, statements]).toEqual([409, 'OUT_OF_STOCK', 7]);
      expect(json.detail).toContain(`(product ${ids[1]})`);
      expect(json.detail).not.toContain(`(product ${ids[0]})`);
      expect([await written(), await stockOf(ids)]).toEqual([before, [1, 0]]);
    });
  });
});
