/** Administrators change products and their stock. */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { requestsTo } from '../../support/requests.ts';

const app = useApp({ seeded: true });
const { get, patch, sql } = requestsTo(app);
const admin = as(2, 'admin');

async function stocked(quantity: number): Promise<number> {
  const [row] = await sql<{ id: number }>(
    `with product as (
       insert into products (merchant_id, category_id, name, slug, description, price, image_url)
       select merchant_id, category_id, 'Lamp', gen_random_uuid(), '', 10, 'https://x.example/y' from products limit 1
       returning id
     ) insert into inventories (product_id, quantity) select id, $1 from product returning product_id as id`,
    [quantity],
  );
  return row!.id;
}

const stockOf = async (id: number) => (await get(`/products/${id}/inventory`)).json.data.quantity;

describe('PATCH /v1/products/:id', () => {
  it('changes the named fields, in two statements, and lists show it at once', async () => {
    const id = await stocked(1);
    const change = { name: 'Desk lamp', price: '12.50', labels: ['new'], gallery: [], status: 'archived' };
    const { status, json, statements } = await patch(`/products/${id}`, admin, change);
    expect([status, statements]).toEqual([200, 2]);
    expect(json.data).toMatchObject({ id, name: 'Desk lamp', price: '12.5' });
    const list = await get('/products?fields=id,name,price,labels,gallery,status&limit=1');
    expect(list.json.data).toEqual([{ id, ...change, price: '12.5' }]);
  });

  it('applies to the version that the client read', async () => {
    const id = await stocked(1);
    const { etag } = await get(`/products/${id}`);
    expect((await patch(`/products/${id}`, { ...admin, 'if-match': etag }, { name: 'a' })).status).toBe(200);
    expect((await patch(`/products/${id}`, { ...admin, 'if-match': etag }, { name: 'b' })).status).toBe(412);
  });

  it.each([
    ['the public', {}, 401],
    ['a user', as(1), 403],
  ])('refuses %s', async (_who, headers, status) => {
    expect((await patch('/products/1', headers, { name: 'x' })).status).toBe(status);
    expect((await patch('/products/1/inventory', headers, { quantity: 1 })).status).toBe(status);
  });

  it.each([
    ['a price that is a number', { price: 12.5 }, '/price'],
    ['a negative price', { price: '-1.00' }, '/price'],
    ['thousandths', { price: '1.005' }, '/price'],
    ['a price beyond its column', { price: '99999999999' }, '/price'],
    ['a label that is too long', { labels: ['ok', 'x'.repeat(41)] }, '/labels/1'],
    ['a merchant', { merchantId: 1 }, '/merchantId'],
  ])('refuses %s, and points at it', async (_what, change, pointer) => {
    const { status, json } = await patch('/products/1', admin, change);
    expect([status, json.errors[0].pointer]).toEqual([400, pointer]);
  });

  it('is a 404 for a missing product', async () => {
    expect((await patch('/products/2000000000', admin, { name: 'x' })).status).toBe(404);
    expect((await patch('/products/2000000000/inventory', admin, { quantity: 1 })).status).toBe(404);
  });
});

describe('PATCH /v1/products/:id/inventory', () => {
  it('sets the quantity, or adjusts it, and the product shows it at once', async () => {
    const id = await stocked(5);
    const restockAt = '2027-01-31T12:00:00.000Z';
    const set = await patch(`/products/${id}/inventory`, admin, { quantity: 0, warehouse: 'north', restockAt });
    expect([set.status, set.statements, set.json.data]).toEqual([200, 2, { quantity: 0, restockAt }]);
    expect((await get(`/products/${id}`)).json.data.inStock).toBe(false);
    const adjusted = await patch(`/products/${id}/inventory`, admin, { adjust: 7, restockAt: null });
    expect(adjusted.json.data).toEqual({ quantity: 7, restockAt: null });
    expect((await get(`/products/${id}`)).json.data.inStock).toBe(true);
  });

  it('never falls below zero, nor exceeds the maximum', async () => {
    const id = await stocked(3);
    for (const adjust of [-4, 1_000_000]) {
      const { status, json, statements } = await patch(`/products/${id}/inventory`, admin, { adjust });
      expect([status, json.code, statements]).toEqual([409, 'CONFLICT', 2]);
    }
    expect((await patch(`/products/${id}/inventory`, admin, { adjust: -3 })).status).toBe(200);
    expect(await stockOf(id)).toBe(0);
  });

  it('never falls below zero by many adjustments at once', async () => {
    const id = await stocked(7);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => patch(`/products/${id}/inventory`, admin, { adjust: -1 })),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(13);
    expect(await stockOf(id)).toBe(0);
  });

  it('distinguishes an outdated version from insufficient stock', async () => {
    const id = await stocked(3);
    const { etag } = await get(`/products/${id}/inventory`);
    const headers = { ...admin, 'if-match': etag };
    expect((await patch(`/products/${id}/inventory`, headers, { adjust: -4 })).status).toBe(409);
    expect((await patch(`/products/${id}/inventory`, headers, { adjust: -1 })).status).toBe(200);
    expect((await patch(`/products/${id}/inventory`, headers, { adjust: -1 })).status).toBe(412);
    expect(await stockOf(id)).toBe(2);
  });

  it.each([
    [{ quantity: 1, adjust: 1 }, '/adjust'],
    [{ quantity: -1 }, '/quantity'],
    [{ quantity: 1.5 }, '/quantity'],
    [{ adjust: null }, '/adjust'],
    [{ adjust: 1_000_001 }, '/adjust'],
    [{ restockAt: '2027-02-30T00:00:00Z' }, '/restockAt'],
    [{ restockAt: '0000-01-01T00:00:00Z' }, '/restockAt'],
    [{}, ''],
  ])('refuses %j, and points at it', async (change, pointer) => {
    const { status, json } = await patch('/products/1/inventory', admin, change);
    expect([status, json.errors[0].pointer]).toEqual([400, pointer]);
  });
});
