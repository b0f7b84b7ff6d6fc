import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { testDatabaseUrl } from '../support/database.ts';
import { createProject, prisma, query, ROOT } from './support.ts';

let url: string;
// Each step starts the Prisma CLI, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const run = (command: string) => prisma(ROOT, command, { DATABASE_URL: url });

beforeAll(async () => {
  url = await testDatabaseUrl();
});

describe("the marketplace's schema", () => {
  it('is the result of its migrations, without drift', async () => {
    expect((await run('migrate status')).output).toContain('Database schema is up to date!');
    const { code, output } = await run('migrate diff --from-config-datasource --to-schema prisma/schema --exit-code');
    expect(output).toContain('No difference detected.');
    expect(code).toBe(0);
  });

  it('gives `prisma migrate dev` nothing to do', async () => {
    // In a copy, since a migration that it made here would stay.
    const folder = await createProject({});
    for (const name of ['schema', 'migrations']) {
      await cp(join(ROOT, 'prisma', name), join(folder, name), { recursive: true });
    }
    const { code, output } = await prisma(folder, 'migrate dev --schema schema --name drift', { DATABASE_URL: url });
    expect(output).toContain('Already in sync, no schema change or pending migration was found.');
    expect(code).toBe(0);
  });

  it('validates without a database', async () => {
    const { code, output } = await prisma(ROOT, 'validate');
    expect(output).toContain('are valid');
    expect(code).toBe(0);
  });

  it.each([
    ['reviews_rating_check', `insert into reviews (product_id, user_id, rating, title, body) values (1, 1, 6, '', '')`],
    ['inventories_quantity_check', 'insert into inventories (product_id, quantity) values (1, -1)'],
    [
      'order_items_quantity_check',
      'insert into order_items (order_id, product_id, quantity, unit_price) values (1, 1, 0, 1)',
    ],
    [
      'order_items_unit_price_check',
      'insert into order_items (order_id, product_id, quantity, unit_price) values (1, 1, 1, -1)',
    ],
    ['orders_total_check', `insert into orders (user_id, total, shipping_address) values (1, -0.01, '{}')`],
    [
      'products_price_check',
      `insert into products (merchant_id, category_id, name, slug, description, price, image_url) values (1, 1, '', '', '', -1, '')`,
    ],
    [
      'reports_progress_check',
      `insert into reports (id, user_id, kind, progress) values (gen_random_uuid(), 1, 'readings', 101)`,
    ],
    ['projects_parent_check', `insert into projects (id, parent_id, name, description) values (7, 7, '', '')`],
  ])('stores nothing against %s', async (constraint, statement) => {
    await expect(query(url, statement)).rejects.toMatchObject({ code: '23514', constraint });
  });

  it("computes the totals of one user from that user's transactions, by the index alone", async () => {
    await query(url, fill);
    await query(url, 'vacuum analyze transactions');
    const lateral = `select u.id, t.total from users u
      left join lateral (select total from category_totals ct where ct.user_id = u.id) t on true where u.id = 7`;
    for (const statement of ['select * from category_totals where user_id = 7', lateral]) {
      const plan = await query<{ 'QUERY PLAN': string }>(url, `explain (costs off) ${statement}`);
      const text = plan.map((row) => row['QUERY PLAN']).join('\n');
      expect(text).toMatch(
        /Index Only Scan using transactions_user_id_created_at_id_idx on transactions\s+Index Cond: \(user_id = (7|u\.id)\)/,
      );
    }
    expect(await query(url, 'select category, total, count from category_totals where user_id = 7')).toEqual([
      { category: 'Food', total: '75.00', count: 30 },
    ]);
  });
});

/** 50 transactions for each of 400 users: 20 settled, 10 pending, and 20 that are not spending. */
const fill = `
  insert into categories (id, name, slug, description, icon_url) values (1, 'Food', 'food', '', '');
  insert into merchants (id, category_id, name, legal_name, description, website_url, logo_url, support_email, support_phone, address, tax_id)
    select i, 1, '', '', '', '', '', '', '', '{}', '' from generate_series(1, 100) i;
  insert into users (id, email, name) select i, i, '' from generate_series(1, 400) i;
  insert into transactions (user_id, merchant_id, amount, status, description, reference, card_last4, location, metadata)
    select 1 + i % 400, 1 + i % 100, 2.5, (array['settled', 'settled', 'pending', 'refunded', 'failed'])[1 + i / 400 % 5]::transaction_status,
      repeat('-', 100), '', '0000', '{}', '{}' from generate_series(0, 19999) i;
`;
