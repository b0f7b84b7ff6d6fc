/**
 * The generated client at work: products, a dashboard that is sent once, and an order.
 *
 *     HOTPATH_TOKEN=$(npm run --silent hotpath -- token --user 1) node docs/client/example.ts
 */
import { randomUUID } from 'node:crypto';
import { createOrders, getUsersByIdDashboard, listProducts } from './client.ts';
import { connect } from './request.ts';

/** What can be had for at most this much, the newest first. */
export async function affordableProducts(most: string) {
  const reply = await listProducts({ fields: 'id,name,price', 'price[lte]': most, inStock: true, limit: 5 });
  if (reply.status !== 200) throw new Error(`There are no products: ${reply.status}.`);
  return reply.data.data;
}

/** A user's dashboard. Asked again with its ETag, it is not sent again as long as it holds. */
export async function dashboardOf(userId: number, etag = '') {
  const reply = await getUsersByIdDashboard(userId, undefined, { headers: { 'If-None-Match': etag } });
  if (reply.status === 304) return { etag, isUnchanged: true };
  if (reply.status !== 200) throw new Error(`There is no dashboard: ${reply.data.detail}`);
  return { etag: reply.headers.get('etag') ?? '', isUnchanged: false, dashboard: reply.data.data };
}

/** Orders one piece. The key makes it safe to send the order again where no reply came. */
export async function orderOne(productId: number, idempotencyKey: string = randomUUID()) {
  const [name, street, city] = ['Ada Lovelace', 'Lindenweg 7', 'Berlin'];
  const shippingAddress = { name, street, postalCode: '10115', city, country: 'Germany' };
  const body = { items: [{ productId, quantity: 1 }], shippingAddress };
  const reply = await createOrders(body, { headers: { 'Idempotency-Key': idempotencyKey } });
  if (reply.status !== 201) throw new Error(`Nothing was ordered: ${reply.data.detail}`);
  return reply.data.data;
}

if (import.meta.main) {
  const { HOTPATH_URL: url = 'http://127.0.0.1:3000', HOTPATH_TOKEN: token = '' } = process.env;
  connect({ url, token });
  const [product] = await affordableProducts('50');
  const { etag } = await dashboardOf(1);
  console.log('Ordered', await orderOne(product!.id!));
  console.log('The dashboard is', (await dashboardOf(1, etag)).isUnchanged ? 'as it was' : 'another');
}
