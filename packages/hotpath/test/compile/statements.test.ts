/** The statements of typical reads, as a developer sees them in a trace, and PostgreSQL's answers. */

import { createCompiler, type ReadRow, type Statement } from 'hotpath/compile/compile';
import type { ReadRequest } from 'hotpath/compile/plan/read';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { readBothForms } from './both-forms.ts';
import { type OpenDatabase, openMarketplace } from './oracle/databases.ts';

let database: OpenDatabase;
const compiler = createCompiler({ dataModel: datamodel });

beforeAll(async () => {
  database = await openMarketplace(await scratchDatabase());
  await database.pool.query(`
    INSERT INTO users (id, email, name) VALUES (1, 'ada@example.org', 'Ada'), (2, 'bo@example.org', 'Bo');
    INSERT INTO categories (id, name, slug, description, icon_url)
    VALUES (1, 'Food', 'food', '', ''), (2, 'Books', 'books', '', '');
    INSERT INTO merchants (id, category_id, name, legal_name, description, website_url, logo_url, support_email,
      support_phone, address, tax_id)
    VALUES (1, 1, 'Deli', '', '', '', '', '', '', '{}', ''), (2, 2, 'Shelf', '', '', '', '', '', '', '{}', '');
    INSERT INTO transactions (id, user_id, merchant_id, amount, description, reference, card_last4, location, metadata,
      created_at)
    VALUES (1, 1, 1, 12.50, 'Lunch', 'a', '1234', '{}', '{}', '2024-05-01 10:00:00+00'),
           (2, 1, 2, 30.00, 'Novel', 'b', '1234', '{}', '{}', '2024-05-02 10:00:00.5+00'),
           (3, 1, 1, 7.05, 'Soup', 'c', '1234', '{}', '{}', '2024-05-03 10:00:00+00');
    INSERT INTO products (id, merchant_id, category_id, name, slug, description, price, image_url, status)
    VALUES (1, 1, 1, 'Bread', 'bread', '', 3.20, '', 'active'), (2, 1, 1, 'Salt', 'salt', '', 1.00, '', 'active');
    INSERT INTO inventories (product_id, quantity) VALUES (1, 4), (2, 0);
    INSERT INTO reviews (id, product_id, user_id, rating, title, body)
    VALUES (1, 1, 1, 5, '', ''), (2, 1, 2, 4, '', ''), (3, 2, 1, 2, '', '')`);
});

afterAll(() => database.close());

const run = (statement: Statement): Promise<ReadRow> => readBothForms(database.pool, statement);

async function read(request: ReadRequest): Promise<unknown> {
  const { json } = await run(compiler.compile(request));
  return json === null ? null : JSON.parse(json);
}

const dashboard = (id: number): ReadRequest => ({
  model: 'User',
  action: 'findUnique',
  args: {
    where: { id },
    select: {
      name: true,
      transactions: {
        take: 50,
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        select: {
          amount: true,
          createdAt: true,
          merchant: { select: { name: true, category: { select: { name: true } } } },
        },
      },
      totals: { orderBy: { categoryId: 'asc' }, select: { category: true, total: true, count: true } },
    },
  },
});

describe('the dashboard', () => {
  it('is one statement', async () => {
    const { text, values, asJson } = compiler.compile(dashboard(1));
    await expect(text).toMatchFileSnapshot('snapshots/dashboard.sql');
    await expect(asJson!().text).toMatchFileSnapshot('snapshots/dashboard-as-json.sql');
    expect([values, asJson!().values]).toEqual([[1], [1]]);
  });

  it('returns all of its parts', async () => {
    const merchant = (name: string, category: string) => ({ name, category: { name: category } });
    expect(await read(dashboard(1))).toEqual({
      name: 'Ada',
      transactions: [
        { amount: '7.05', createdAt: '2024-05-03T10:00:00.000Z', merchant: merchant('Deli', 'Food') },
        { amount: '30', createdAt: '2024-05-02T10:00:00.500Z', merchant: merchant('Shelf', 'Books') },
        { amount: '12.5', createdAt: '2024-05-01T10:00:00.000Z', merchant: merchant('Deli', 'Food') },
      ],
      totals: [
        { category: 'Food', total: '19.55', count: 2 },
        { category: 'Books', total: '30', count: 1 },
      ],
    });
  });

  it('has empty lists for a user without transactions, and is null for an unknown user', async () => {
    expect(await read(dashboard(2))).toEqual({ name: 'Bo', transactions: [], totals: [] });
    expect(await read(dashboard(3))).toBeNull();
  });

  it('is compact: its JSON has no spaces between values', async () => {
    const { json } = await run(compiler.compile(dashboard(1)));
    expect(json).toBe(JSON.stringify(JSON.parse(json!)));
  });
});

describe('the snapshot', () => {
  it('comes with the row, also if no row matches', async () => {
    expect((await run(compiler.compile(dashboard(3)))).snapshot).toMatch(/^\d+:\d+:[\d,]*$/);
  });

  it('is left out on request', async () => {
    expect(await run(compiler.compile(dashboard(1), { snapshot: false }))).not.toHaveProperty('snapshot');
  });
});

describe('computed values', () => {
  const rating = { aggregate: 'avg', relation: 'reviews', field: 'rating' } as const;
  const best = { aggregate: 'count', relation: 'reviews', where: { rating: { gte: 4 } } } as const;
  const inStock = { compare: ['inventory.quantity', 'gt', 0] } as const;
  const products = (args: object): ReadRequest => ({
    model: 'Product',
    action: 'findMany',
    args: { select: { name: true }, orderBy: { id: 'asc' }, ...args },
  });

  it('are part of the statement', async () => {
    const request = products({ computed: { rating, best, inStock } });
    await expect(compiler.compile(request).text).toMatchFileSnapshot('snapshots/computed.sql');
    expect(await read(request)).toEqual([
      { name: 'Bread', best: 2, inStock: true, rating: 4.5 },
      { name: 'Salt', best: 0, inStock: false, rating: 2 },
    ]);
  });

  it('share one scan of the rows that they have in common', async () => {
    const reviewCount = { aggregate: 'count', relation: 'reviews' } as const;
    const good = { ...best, aggregate: 'avg', field: 'rating' } as const;
    const request = products({
      select: { name: true, _count: { select: { reviews: true } } },
      computed: { rating, reviewCount, best, good },
      take: 2,
    });
    const { text } = compiler.compile(request);
    await expect(text).toMatchFileSnapshot('snapshots/shared-aggregates.sql');
    // The conditions of two aggregates hold values of their own.
    expect(text.match(/FROM "reviews"/g)).toHaveLength(3);
    expect(await read(request)).toEqual([
      { name: 'Bread', _count: { reviews: 2 }, best: 2, good: 4.5, rating: 4.5, reviewCount: 2 },
      { name: 'Salt', _count: { reviews: 1 }, best: 0, good: null, rating: 2, reviewCount: 1 },
    ]);
    const inRelation = { select: { name: true }, computed: { rating, reviewCount }, take: 1, orderBy: { id: 'desc' } };
    const categories = { select: { products: inRelation }, orderBy: { id: 'asc' } };
    expect(await read({ model: 'Category', action: 'findMany', args: categories })).toEqual([
      { products: [{ name: 'Salt', rating: 2, reviewCount: 1 }] },
      { products: [] },
    ]);
  });

  it('filter rows', async () => {
    expect(await read(products({ where: { computed: { value: inStock, equals: true } } }))).toEqual([
      { name: 'Bread' },
    ]);
    expect(await read(products({ where: { computed: [{ value: rating, gte: '1.5', lt: 3 }] } }))).toEqual([
      { name: 'Salt' },
    ]);
  });

  it('sort rows', async () => {
    const orderBy = [{ computed: { value: rating, sort: 'asc' } }, { id: 'asc' }];
    expect(await read(products({ orderBy }))).toEqual([{ name: 'Salt' }, { name: 'Bread' }]);
  });

  it('have the types of Prisma’s aggregates', async () => {
    const of = (aggregate: string, field: string) => ({ aggregate, relation: 'transactions', field });
    const computed = {
      sum: of('sum', 'amount'),
      avg: of('avg', 'amount'),
      min: of('min', 'createdAt'),
      max: of('max', 'id'),
      ids: of('sum', 'id'),
    };
    const args = { where: { id: { in: [1, 2] } }, select: { id: true }, computed, orderBy: { id: 'asc' } };
    const aggregates = {
      _sum: { amount: true, id: true },
      _avg: { amount: true },
      _min: { createdAt: true },
      _max: { id: true },
    };
    const [ada] = (await read({ model: 'User', action: 'findMany', args })) as object[];
    const expected = await database.client['transaction'].aggregate({ where: { userId: 1 }, ...aggregates });
    const { _sum, _avg, _min, _max } = JSON.parse(JSON.stringify(expected));
    expect(ada).toEqual({
      id: 1,
      ...{ sum: _sum.amount, avg: _avg.amount, min: _min.createdAt, max: _max.id, ids: _sum.id },
    });
  });

  it('are null over no rows, except a count', async () => {
    const computed = { count: { aggregate: 'count', relation: 'reviews' }, rating };
    const args = { where: { id: 2 }, select: { id: true }, computed: { count: computed.count } };
    expect(await read({ model: 'User', action: 'findUnique', args })).toEqual({ id: 2, count: 1 });
    await database.pool.query(`INSERT INTO products (id, merchant_id, category_id, name, slug, description, price, image_url)
      VALUES (3, 1, 1, 'Air', 'air', '', 0, '')`);
    const air = { where: { id: 3 }, select: { id: true }, computed: { ...computed, inStock } };
    expect(await read({ model: 'Product', action: 'findUnique', args: air })).toEqual({
      ...{ id: 3, count: 0, rating: null, inStock: false },
    });
  });
});

describe('a page', () => {
  const page = (take: number, extra: object = {}): ReadRequest => ({
    model: 'Transaction',
    action: 'findMany',
    args: {
      where: { userId: 1 },
      select: { id: true },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take,
      ...extra,
    },
    next: ['createdAt', 'id'],
  });

  it('returns the keys of its last row if more rows follow', async () => {
    await expect(compiler.compile(page(2)).text).toMatchFileSnapshot('snapshots/page.sql');
    const row = await run(compiler.compile(page(2)));
    expect(JSON.parse(row.json!)).toEqual([{ id: 3 }, { id: 2 }]);
    expect(JSON.parse(row.next!)).toEqual(['2024-05-02 10:00:00.5+00', '2']);
  });

  it('begins behind a given row', async () => {
    const first = await run(compiler.compile(page(2)));
    const statement = compiler.compile({ ...page(2), after: JSON.parse(first.next!) });
    expect(statement.text).toContain('AND ("transaction"."created_at", "transaction"."id") < ($2, $3)');
    expect(await run(statement)).toMatchObject({ json: '[{"id":1}]', next: null });
  });

  it('returns no keys at the end of the list', async () => {
    expect((await run(compiler.compile(page(3)))).next).toBeNull();
    expect((await run(compiler.compile(page(2, { skip: 1 })))).next).toBeNull();
    expect((await run(compiler.compile(page(1, { skip: 1 })))).next).not.toBeNull();
  });

  it('comes with the total of the whole list', async () => {
    const row = await run(compiler.compile({ ...page(1), total: { userId: 1 } }));
    expect(row.total).toBe('3');
  });

  it('comes with an estimated total from statistics if no condition limits the rows', async () => {
    const statement = compiler.compile({ ...page(1), total: {}, estimated: true });
    expect(statement.text).toContain('pg_stat_get_live_tuples');
    expect((await run(statement)).total).toMatch(/^\d+$/);
    const filtered = compiler.compile({ ...page(1), total: { userId: 1 }, estimated: true });
    expect((await run(filtered)).total).toBe('3');
  });
});

describe('several reads', () => {
  it('are one statement with one object', async () => {
    const statement = compiler.compileAll({
      user: { model: 'User', action: 'findUnique', args: { where: { id: 1 }, select: { name: true } } },
      nobody: { model: 'User', action: 'findFirst', args: { where: { id: 9 } } },
      categories: { model: 'Category', action: 'findMany', args: { select: { name: true }, orderBy: { id: 'asc' } } },
      transactions: { model: 'Transaction', action: 'count', args: { where: { userId: 1 } } },
    });
    const { rows } = await database.pool.query<ReadRow>(statement.text, [...statement.values]);
    expect(JSON.parse(rows[0]!.json!)).toEqual({
      categories: [{ name: 'Food' }, { name: 'Books' }],
      nobody: null,
      transactions: 3,
      user: { name: 'Ada' },
    });
  });
});
