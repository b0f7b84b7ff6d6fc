import { describe, expect, it } from 'vitest';
import { as, useApp } from '../support/app.ts';
import { requestsTo } from '../support/requests.ts';

const app = useApp({ seeded: true });

const get = async (url: string, headers = {}) => {
  const reply = await app().inject({ url, headers });
  return { ...reply, status: reply.statusCode, headers: reply.headers, json: reply.json() };
};

// biome-ignore lint/suspicious/noExplicitAny: a row has the requested fields
const sql = (text: string): Promise<any[]> => requestsTo(app).sql(text);

interface Row {
  id: number;
}

describe('a list', () => {
  it('is read to its last page by cursor, without gap or repetition, while rows are inserted and deleted', async () => {
    const before = await sql(`select id from products where status <> 'draft' order by created_at desc, id desc`);
    const seen: number[] = [];
    let after = '';
    for (let page = 0; ; page += 1) {
      const { json } = await get(`/v1/products?limit=7&fields=id${after}`);
      seen.push(...json.data.map(({ id }: Row) => id));
      if (!json.meta.next) break;
      after = `&after=${json.meta.next}`;
      // A newer row comes first, and the row that the cursor names is deleted.
      await sql(`insert into products (merchant_id, category_id, name, slug, description, price, image_url, created_at, status)
        select merchant_id, category_id, name, 'new-${page}', description, price, image_url, now() + interval '1 day', 'active' from products limit 1`);
      await sql(
        `delete from products where id = ${seen.at(-1)} and not exists (select from order_items where product_id = products.id)`,
      );
    }
    expect(seen).toEqual(before.map(({ id }) => id));
  });

  it('has the address of the next page, in meta and in Link', async () => {
    const { json, headers } = await get('/v1/products?limit=2&status=active');
    const link = /^<([^>]+)>; rel="next"$/.exec(String(headers.link))![1]!;
    expect(new URL(link, 'http://x').searchParams.get('after')).toBe(json.meta.next);
    expect(new URL(link, 'http://x').searchParams.get('status')).toBe('active');
    expect((await get(link)).json.data).toHaveLength(2);
  });

  it('ends without a cursor', async () => {
    const [{ count }] = await sql('select count(*)::int from categories');
    const { json, headers } = await get(`/v1/categories?limit=${count}`);
    expect(json.data).toHaveLength(count);
    expect(json.meta).toEqual({ limit: count });
    expect(headers.link).toBeUndefined();
  });

  it('is numbered and counted if the resource allows it, in one statement', async () => {
    const [{ count }] = await sql(`select count(*)::int from products where status <> 'draft'`);
    const { json, headers } = await get('/v1/products?page=2&per_page=5&count=exact&fields=id');
    const rows = await sql(
      `select id from products where status <> 'draft' order by created_at desc, id desc offset 5 limit 5`,
    );
    expect(json.data.map(({ id }: Row) => id)).toEqual(rows.map(({ id }) => id));
    expect(json.meta).toMatchObject({ limit: 5, page: 2, total: count });
    expect(headers['server-timing']).toContain('"1 statement"');
  });

  it('estimates its total from statistics without a filter, and counts if there are none', async () => {
    let limit = 0;
    const total = async () => {
      // Another page each time, because a change of statistics outdates no answer.
      limit += 1;
      return (await get(`/v1/products?count=estimated&limit=${limit}`, as(1, 'admin'))).json.meta.total;
    };
    const count = async () => (await sql('select count(*)::int from products'))[0].count;
    await sql('analyze products');
    const before = await count();
    expect(await total()).toBe(before);
    // A row that PostgreSQL does not count is in the table, and not in the estimate.
    await sql(`set track_counts = off;
      insert into products (merchant_id, category_id, name, slug, description, price, image_url, status)
      select merchant_id, category_id, name, 'untracked', description, price, image_url, 'active' from products limit 1`);
    expect(await total()).toBe(before);
    await sql(`select pg_stat_reset_single_table_counters('products'::regclass)`);
    expect(await total()).toBe(await count());
    expect(await total()).toBe(before + 1);
  });

  it('counts the rows that pass the filters', async () => {
    const [{ count }] = await sql(`select count(*)::int from products where price < 50 and status <> 'draft'`);
    expect((await get('/v1/products?price[lt]=50&count=exact&limit=1')).json.meta.total).toBe(count);
  });

  it('filters by a computed value', async () => {
    const rows = await sql(
      `select id from products p where status <> 'draft'
         and exists (select from inventories where product_id = p.id and quantity > 0) order by 1`,
    );
    const { json } = await get('/v1/products?inStock=true&limit=100&fields=id,inStock');
    expect(json.data.map(({ id }: Row) => id).sort((a: number, b: number) => a - b)).toEqual(rows.map(({ id }) => id));
    expect(json.data.every(({ inStock }: { inStock: boolean }) => inStock)).toBe(true);
    expect((await get('/v1/products?inStock=false&limit=100&fields=inStock')).json.data.length).toBeGreaterThan(0);
  });

  it('has rating and review count as the database has them', async () => {
    const [row] = await sql(
      'select product_id as id, avg(rating)::float8 as rating, count(*)::int as count from reviews group by 1 order by 3 desc limit 1',
    );
    const { json } = await get(`/v1/products/${row.id}?fields=rating,reviewCount`);
    expect(json.data.reviewCount).toBe(row.count);
    expect(json.data.rating).toBeCloseTo(row.rating, 12);
  });

  it('finds by a part of the name, in any case and with any wildcards', async () => {
    const [{ name }] = await sql('select name from products order by id limit 1');
    const part = encodeURIComponent(name.slice(2, 8).toUpperCase());
    expect((await get(`/v1/products?name[contains]=${part}&fields=name`)).json.data).toContainEqual({ name });
    expect((await get('/v1/products?name[contains]=%25_%25')).json.data).toEqual([]);
  });
});

describe('an item', () => {
  it('has null where a to-one relation has no row', async () => {
    const [{ id }] = await sql(
      `select id from products p
       where status <> 'draft' and not exists (select from inventories where product_id = p.id) limit 1`,
    );
    expect((await get(`/v1/products/${id}?fields=inventory(quantity),inStock`)).json.data).toEqual({
      inventory: null,
      inStock: false,
    });
  });

  it('is the same 404 by a policy as for a missing row', async () => {
    const [{ id }] = await sql('select id from orders where user_id <> 3 limit 1');
    const foreign = await get(`/v1/orders/${id}`, as(3));
    const absent = await get('/v1/orders/2000000000', as(3));
    expect([foreign.status, absent.status]).toEqual([404, 404]);
    expect(foreign.json.detail).toBe(absent.json.detail);
    expect((await get(`/v1/orders/${id}`, as(2, 'admin'))).status).toBe(200);
  });
});

describe('an undeclared name', () => {
  it.each([
    '/v1/users/1?fields=encryptedSsn',
    '/v1/users/1?fields=internalRiskScore',
    '/v1/users/1?fields=transactions(user(encryptedSsn))',
    '/v1/users?internalRiskScore[gte]=5',
    '/v1/users?sort=internalRiskScore',
    '/v1/users?sort=-encryptedSsn',
  ])('%s is refused like a name that no model has', async (url) => {
    const asked = await get(url, as(2, 'admin'));
    const unknown = await get(url.replace(/encryptedSsn|internalRiskScore/, 'noSuchName'), as(2, 'admin'));
    expect(asked.status).toBe(400);
    const anonymous = (detail: string) => detail.replaceAll(/encryptedSsn|internalRiskScore/g, 'noSuchName');
    expect(anonymous(asked.json.detail)).toBe(unknown.json.detail);
  });
});
