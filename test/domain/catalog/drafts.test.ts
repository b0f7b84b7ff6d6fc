/** Only administrators see a product that is not published yet. */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { requestsTo } from '../../support/requests.ts';

const app = useApp({ seeded: true });
const { get, post, sql } = requestsTo(app);

describe('a draft', () => {
  it.each([
    ['the public', {}, false],
    ['users', as(3), false],
    ['administrators', as(1, 'admin'), true],
  ])('is visible or hidden for %s', async (_who, headers, isSeen) => {
    const drafts = await sql<{ id: number }>(`select id from products where status = 'draft' order by id`);
    expect(drafts.length).toBeGreaterThan(0);
    const [{ id }] = drafts as [{ id: number }];
    const { json } = await get('/products?status=draft&limit=100&fields=id', headers);
    expect(json.data.map((row: { id: number }) => row.id).sort()).toEqual(
      isSeen ? drafts.map((row) => row.id).sort() : [],
    );
    expect((await get(`/products/${id}`, headers)).status).toBe(isSeen ? 200 : 404);
    const { json: asked } = await get(`/products?id[in]=${id}&fields=id`, headers);
    expect(asked.data).toHaveLength(isSeen ? 1 : 0);
    expect((await get(`/products/${id}/inventory`, headers)).status).toBe(isSeen ? 200 : 404);
  });

  it('hides its reviews, too', async () => {
    const [row] = await sql<{ id: number; product: number }>(`select min(reviews.id) as id, product_id as product
      from reviews join products on product_id = products.id where status = 'active' group by 2 limit 1`);
    const { id, product } = row!;
    const told = async (headers: Record<string, string>) => [
      (await get(`/reviews/${id}`, headers)).status,
      (await get(`/products/${product}/reviews`, headers)).json.data.length > 0,
    ];
    expect(await told({})).toEqual([200, true]);
    await sql(`update products set status = 'draft' where id = ${product}`);
    await expect.poll(() => told({})).toEqual([404, false]);
    expect(await told(as(1, 'admin'))).toEqual([200, true]);
  });

  it('is a missing product for an order', async () => {
    const [draft] = await sql<{ id: number }>(`select id from products where status = 'draft' limit 1`);
    const order = (productId: number) => post('/orders', as(3), { items: [{ productId, quantity: 1 }] });
    const [known, unknown] = [await order(draft!.id), await order(2_000_000_000)];
    expect([known.status, known.json.detail, known.json.errors]).toEqual([
      unknown.status,
      unknown.json.detail,
      unknown.json.errors,
    ]);
  });
});
