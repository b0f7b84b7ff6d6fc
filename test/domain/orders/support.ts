/** Products of a test's own that it can order, and their remaining stock. */
import type { App } from '../../../src/app.ts';
import { requestsTo } from '../../support/requests.ts';

export const shippingAddress = {
  name: 'Ada Lovelace',
  street: '12 St James Square',
  postalCode: 'SW1Y 4JH',
  city: 'London',
  country: 'GB',
};

interface Shelf {
  readonly stock: number;
  readonly price?: string;
  readonly status?: string;
  readonly currency?: string;
}

export function shop(app: () => App) {
  const requests = requestsTo(app);
  const { sql, post } = requests;

  /** Adds this many products with stock, each of another merchant than the one before. */
  async function shelve(products: number, { stock, price = '10', status = 'active', currency = 'EUR' }: Shelf) {
    const rows = await sql<{ id: number }>(
      `with product as (
         insert into products (merchant_id, category_id, name, slug, description, price, currency, status, image_url)
         select 1 + n % 2, 1, 'Lamp ' || n, gen_random_uuid(), '', $3::numeric * n, $5, $4::product_status, ''
         from generate_series(1, $1) n returning id
       ) insert into inventories (product_id, quantity) select id, $2 from product returning product_id as id`,
      [products, stock, price, status, currency],
    );
    return rows.map(({ id }) => id).sort((a, b) => a - b);
  }

  const stockOf = async (ids: readonly number[]): Promise<number[]> => {
    const rows = await sql<{ quantity: number }>(
      'select quantity from inventories where product_id = any($1) order by product_id',
      [ids],
    );
    return rows.map(({ quantity }) => quantity);
  };

  const order = (ids: readonly number[], headers: Record<string, string>, quantity = 1) =>
    post('/orders', headers, { items: ids.map((productId) => ({ productId, quantity })), shippingAddress });

  /** The numbers of rows that orders write, of all users together. */
  const written = async (): Promise<Record<string, number>> => {
    const [row] = await sql<Record<string, number>>(
      `select (select count(*)::int from orders) as orders, (select count(*)::int from order_items) as items,
         (select count(*)::int from transactions) as transactions,
         (select count(*)::int from notifications) as notifications,
         (select count(*)::int from hotpath.idempotency_keys) as keys`,
    );
    return row!;
  };

  return { ...requests, shelve, stockOf, order, written };
}
