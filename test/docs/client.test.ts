/** The generated client is that of today's API document, and its example works. `npm run client` generates it again. */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { affordableProducts, dashboardOf, orderOne } from '../../docs/client/example.ts';
import { generateClient } from '../../docs/client/generate.ts';
import { connect } from '../../docs/client/request.ts';
import { as, useApp } from '../support/app.ts';

const CLIENT = join(import.meta.dirname, '../../docs/client/client.ts');
const app = useApp({ seeded: true });

beforeAll(async () => {
  const url = await app().listen({ host: '127.0.0.1', port: 0 });
  connect({ url, token: as(1).authorization.replace('Bearer ', '') });
});

it('is generated from the document', async () => {
  await expect(await generateClient(app().swagger())).toMatchFileSnapshot(CLIENT);
});

it('reads products', async () => {
  const products = await affordableProducts('200');
  expect(products.length).toBeGreaterThan(0);
  for (const { price } of products) expect(Number(price)).toBeLessThanOrEqual(200);
});

it('holds a dashboard until an order changes it', async () => {
  const first = await dashboardOf(1);
  expect(first.dashboard?.transactions).toHaveLength(50);
  expect(await dashboardOf(1, first.etag)).toEqual({ etag: first.etag, isUnchanged: true });
  const [product] = await affordableProducts('200');
  expect(await orderOne(product!.id!)).toMatchObject({ status: 'pending', total: product!.price });
  expect((await dashboardOf(1, first.etag)).isUnchanged).toBe(false);
});

it('orders once, however often the order is sent', async () => {
  const [product] = await affordableProducts('200');
  const [one, again] = [await orderOne(product!.id!, 'once'), await orderOne(product!.id!, 'once')];
  expect(again).toEqual(one);
});

it('tells what is refused', async () => {
  await expect(orderOne(999_999)).rejects.toThrow('Nothing was ordered');
});
