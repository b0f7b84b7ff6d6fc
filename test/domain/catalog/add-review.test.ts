/** A user reviews a product once. */
import { beforeAll, describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { requestsTo } from '../../support/requests.ts';

const app = useApp({ seeded: true });
const { get, post, sql } = requestsTo(app);
const body = { rating: 4, title: 'Good', body: 'Would buy it again.' };
let product: number;

beforeAll(async () => {
  const [row] = await sql<{ id: number }>(
    `select id from products p
     where status = 'active' and not exists (select from reviews where product_id = p.id) limit 1`,
  );
  product = row!.id;
});

describe('POST /v1/products/:id/reviews', () => {
  it('adds a review in three statements, and the list and the rating show it at once', async () => {
    const { status, json, headers, etag, statements } = await post(`/products/${product}/reviews`, as(3), body);
    expect([status, statements]).toEqual([201, 3]);
    expect(json.data).toMatchObject({ ...body, user: { id: 3 } });
    const item = await get(String(headers['location']).slice('/v1'.length));
    expect([item.json, item.etag]).toEqual([json, etag]);
    expect((await get(`/products/${product}/reviews`)).json.data).toEqual([json.data]);
    expect((await get(`/products/${product}?fields=rating,reviewCount`)).json.data).toEqual({
      rating: 4,
      reviewCount: 1,
    });
  });

  it('accepts one per user and product, also of many at once', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) => post(`/products/${product}/reviews`, as(4), { ...body, title: `${n}` })),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(replies.map(({ json }) => json.code))).toEqual(new Set([undefined, 'ALREADY_EXISTS']));
    expect((await post(`/products/${product}/reviews`, as(4), body)).status).toBe(409);
  });

  it.each([
    ['the public', {}, 401],
    ['a user who is not there any more', as(2_000_000_000), 409],
  ])('refuses %s', async (_who, headers, status) => {
    expect((await post(`/products/${product}/reviews`, headers, body)).status).toBe(status);
  });

  it('is a 404 for a missing product, and for a draft', async () => {
    const [draft] = await sql<{ id: number }>(`select id from products where status = 'draft' limit 1`);
    for (const id of [2_000_000_000, draft!.id])
      expect((await post(`/products/${id}/reviews`, as(3), body)).json.code).toBe('NOT_FOUND');
  });

  it.each([
    [{ ...body, rating: 0 }, '/rating'],
    [{ ...body, rating: 6 }, '/rating'],
    [{ ...body, rating: 4.5 }, '/rating'],
    [{ ...body, rating: '4' }, '/rating'],
    [{ ...body, rating: true }, '/rating'],
    [{ ...body, title: '' }, '/title'],
    [{ ...body, body: 'x'.repeat(10_001) }, '/body'],
    [{ ...body, body: 'a\0' }, '/body'],
    [{ ...body, userId: 1 }, '/userId'],
    [{ rating: 4, title: 'No body' }, '/body'],
  ])('refuses an invalid body, and points at the fault: %#', async (review, pointer) => {
    const { status, json } = await post(`/products/${product}/reviews`, as(5), review);
    expect([status, json.errors[0].pointer]).toEqual([400, pointer]);
  });
});
