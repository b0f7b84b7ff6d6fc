/** The properties of seed data: sizes, shares, skew, widths, and the consistency of the rows. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RowCounts, seed } from '../../prisma/seed/seed.ts';
import { SIZES } from '../../prisma/seed/sizes.ts';
import { TABLES } from '../../prisma/seed/steps.ts';
import { scratchDatabase } from '../support/database.ts';

const now = new Date('2026-01-31T12:34:56.789Z');
const present = `timestamptz '${now.toISOString()}'`;

const TREE = `WITH RECURSIVE tree AS (
  SELECT id, id AS root_id, 1 AS depth FROM projects WHERE parent_id IS NULL
  UNION ALL SELECT p.id, root_id, depth + 1 FROM projects p JOIN tree ON tree.id = p.parent_id)`;

/** A client of a database that is seeded before the tests and closed after them. */
function seeded(size: 'tiny' | 'small') {
  const state = {} as { client: pg.Client; counts: RowCounts };
  beforeAll(async () => {
    const url = await scratchDatabase();
    state.counts = await seed({ url, size, now });
    state.client = new pg.Client({ connectionString: url });
    await state.client.connect();
    await state.client.query(`SET TimeZone = 'UTC'`);
  }, 120_000);
  afterAll(() => state.client?.end());
  return state;
}

describe('small', () => {
  const database = seeded('small');
  const value = async (text: string) => Object.values((await database.client.query(`SELECT ${text}`)).rows[0])[0];

  it('has the number of rows of its size', () => {
    const { adas_transactions: _, ...rows } = SIZES.small;
    expect(database.counts).toMatchObject({ ...rows, categories: 60 });
  });

  it.each([
    ['user 1 is Ada Lovelace, a user', `(name, role) = ('Ada Lovelace', 'user') FROM users WHERE id = 1`],
    ['user 2 is Grace Hopper, an admin', `(name, role) = ('Grace Hopper', 'admin') FROM users WHERE id = 2`],
    ['secrets are filled', 'bool_and(length(encrypted_ssn) = 44 AND internal_risk_score IS NOT NULL) FROM users'],
    ['Ada has 5,000 transactions', 'count(*) = 5000 FROM transactions WHERE user_id = 1'],
    ['Ada has orders under way', `count(*) > 0 FROM orders WHERE user_id = 1 AND status = 'pending'`],
    ['Ada owns a project', `count(*) > 0 FROM permissions WHERE user_id = 1 AND role = 'owner'`],
    [
      'most users have few transactions, some none, and one in a hundred hundreds',
      `median < 40 AND most > 250 AND none > 20 FROM (
         SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY n) AS median, percentile_disc(0.99) WITHIN GROUP (ORDER BY n) AS most,
           count(*) FILTER (WHERE n = 0) AS none
         FROM (SELECT count(transactions.id) AS n FROM users LEFT JOIN transactions ON user_id = users.id GROUP BY users.id))`,
    ],
    [
      'most products have few reviews, some none, and one nearly 2,000',
      `median < 10 AND most BETWEEN 1500 AND 2000 AND none > 20 FROM (
         SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY n) AS median, max(n) AS most, count(*) FILTER (WHERE n = 0) AS none
         FROM (SELECT count(reviews.id) AS n FROM products LEFT JOIN reviews ON product_id = products.id GROUP BY products.id))`,
    ],
    ['nine orders in ten are delivered', `avg((status = 'delivered')::int) BETWEEN 0.88 AND 0.92 FROM orders`],
    ['six devices in seven are active', `avg((status = 'active')::int) BETWEEN 0.8 AND 0.9 FROM devices`],
    ['four ratings in five are good', 'avg((rating >= 4)::int) BETWEEN 0.75 AND 0.85 FROM reviews'],
    ['every rating occurs', 'count(DISTINCT rating) = 5 FROM reviews'],
    ['some products are out of stock', 'avg((quantity = 0)::int) BETWEEN 0.04 AND 0.12 FROM inventories'],
    ['some products have no stock row', '(SELECT count(*) FROM inventories) BETWEEN 4750 AND 4900'],
    [
      'a quarter of the notifications is unread',
      'avg((read_at IS NULL)::int) BETWEEN 0.15 AND 0.35 FROM notifications',
    ],
    [
      'index-only scans see every page',
      `bool_and(relallvisible = relpages) FROM pg_class WHERE relname = 'transactions'`,
    ],
  ])('%s', async (_, condition) => {
    expect(await value(condition)).toBe(true);
  });

  it.each([
    [
      'orders whose total is not that of their items',
      `orders WHERE total <> (SELECT coalesce(sum(quantity * unit_price), 0) FROM order_items WHERE order_id = id)`,
    ],
    [
      'orders without a transaction of the same user, amount and time',
      `orders o WHERE NOT EXISTS (SELECT FROM transactions t WHERE order_id = o.id AND t.user_id = o.user_id AND amount = total
         AND t.created_at = o.created_at)`,
    ],
    [
      'items of another merchant than the paid one',
      `order_items JOIN products ON products.id = product_id JOIN transactions USING (order_id)
       WHERE transactions.merchant_id <> products.merchant_id`,
    ],
    [
      'items bought before they were for sale',
      `order_items JOIN products p ON p.id = product_id JOIN orders o ON o.id = order_id
       WHERE p.created_at > o.created_at`,
    ],
    [
      'reviews older than their product',
      'reviews r JOIN products p ON p.id = product_id WHERE p.created_at > r.created_at',
    ],
    [
      'transactions older than their user',
      'transactions t JOIN users u ON u.id = user_id WHERE u.created_at > t.created_at',
    ],
    [
      'transactions with a settlement that does not fit their status',
      `transactions WHERE (settled_at IS NOT NULL) <> (status IN ('settled', 'refunded')) OR settled_at < created_at`,
    ],
    [
      'transactions not in the order of their ids',
      `(SELECT created_at < lag(created_at) OVER (ORDER BY id) AS late FROM transactions) AS neighbours WHERE late`,
    ],
    [
      'projects older than their parent',
      'projects c JOIN projects p ON p.id = c.parent_id WHERE c.created_at < p.created_at',
    ],
    [
      'roots without an owner',
      `projects WHERE parent_id IS NULL
       AND NOT EXISTS (SELECT FROM permissions WHERE project_id = id AND role = 'owner')`,
    ],
    [
      'activities of people without a permission on the root',
      `activities a JOIN tree ON tree.id = a.project_id
       WHERE NOT EXISTS (SELECT FROM permissions p WHERE p.project_id = root_id AND p.user_id = a.user_id)`,
    ],
    [
      'gaps of more than six minutes between readings',
      `(SELECT timestamp - lag(timestamp) OVER (PARTITION BY device_id ORDER BY timestamp) AS gap FROM readings) AS neighbours
       WHERE gap > interval '6 minutes' OR gap < interval '4 minutes'`,
    ],
    [
      'active devices that are silent at the end',
      `devices WHERE status = 'active' AND NOT EXISTS (SELECT FROM readings
         WHERE device_id = id AND timestamp BETWEEN ${present} - interval '6 minutes' AND ${present})`,
    ],
  ])('has no %s', async (_, from) => {
    const { rows } = await database.client.query(`${TREE} SELECT count(*)::int AS count FROM ${from}`);
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('nests projects up to five deep', async () => {
    const { rows } = await database.client.query(`${TREE} SELECT max(depth) AS depth FROM tree`);
    expect(rows).toEqual([{ depth: 5 }]);
  });

  it('folds the readings into hours exactly', async () => {
    const folded = `SELECT device_id, date_trunc('hour', timestamp), count(*)::int, min(temperature), max(temperature),
      avg(temperature), avg(humidity) FROM readings GROUP BY 1, 2`;
    const stored = `SELECT device_id, hour, count, temperature_min, temperature_max, temperature_avg, humidity_avg FROM readings_hourly`;
    expect(await value(`count(*)::int FROM ((${folded}) EXCEPT (${stored}))`)).toBe(0);
    expect(await value(`count(*)::int FROM ((${stored}) EXCEPT (${folded}))`)).toBe(0);
  });

  it('has no time after its present, except those of plans', async () => {
    const { rows: columns } = await database.client.query<{ max: string }>(
      `SELECT format('SELECT %L AS column, max(%I) AS latest FROM %I', table_name || '.' || column_name, column_name,
         table_name) AS max
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ANY ($1)
         AND data_type = 'timestamp with time zone' AND column_name <> 'restock_at'`,
      [TABLES],
    );
    const latest = columns.map(({ max }) => max).join(' UNION ALL ');
    const { rows } = await database.client.query(`SELECT * FROM (${latest}) AS l WHERE latest > ${present}`);
    expect(columns.length).toBeGreaterThan(20);
    expect(rows).toEqual([]);
  });

  it.each([
    ['users', 500, 750],
    ['categories', 300, 400],
    ['merchants', 820, 980],
    ['products', 1800, 2200],
    ['transactions', 600, 720],
  ])('gives rows of %s their usual width', async (table, least, most) => {
    const width = Number(await value(`avg(length(row_to_json(r)::text)) FROM ${table} r`));
    expect(width).toBeGreaterThan(least);
    expect(width).toBeLessThan(most);
  });
});

describe('tiny', () => {
  const database = seeded('tiny');

  it.each([
    ['a user without anything', 'transactions WHERE user_id = 1001', 0],
    ['a user with one transaction', 'transactions WHERE user_id = 1003', 1],
    ['a product without reviews', 'reviews WHERE product_id IN (1001, 1003)', 0],
    ['a product without stock', 'inventories WHERE product_id IN (1002, 1003)', 0],
    ['a project without permissions', 'permissions WHERE project_id IN (1001, 1003)', 0],
    ['an order without items', 'order_items WHERE order_id = 1001', 0],
    ['a device without readings', 'readings WHERE device_id = 1001', 0],
    ['a JSON null', `transactions WHERE metadata = 'null'`, 1],
    [
      'quotes, a backslash and an emoji in a name',
      `users WHERE name ~ '["'']' AND name LIKE '%\\\\%' AND name LIKE '%🦊%'`,
      1,
    ],
  ])('has %s', async (_, from, count) => {
    const { rows } = await database.client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${from}`);
    expect(rows).toEqual([{ count }]);
  });
});
