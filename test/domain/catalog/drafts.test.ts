/** A product that is not published yet is the administrators' alone. */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { requestsTo } from '../../support/requests.ts';

const app = useApp({ seeded: true });
const { get, sql } = requestsTo(app);

describe('a draft', () => {
  it.each([
    ['the public', {}, false],
    ['users', as(3), false],
    ['administrators', as(1, 'admin'), true],
  ])('is seen as it should be by %s', async (_who, headers, isSeen) => {
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
  });
});
