/**
 * Placing an order: one transaction writes the order, its lines, its payment, the buyer's notification and the jobs that
 * follow, and takes the stock. It sends the same number of statements for any number of items.
 *
 * - Nothing is oversold. One UPDATE takes the stock, and checks the quantity again under the lock of its row. It returns no
 *   row for an item with too little stock; the whole order is then rolled back.
 * - Orders do not deadlock. The UPDATE locks the rows in the order of their products. All other code that takes or returns
 *   stock does so, too.
 * - Orders for the same product wait for each other as briefly as possible: the transaction takes the stock last, just before
 *   the commit. The statement that reads the prices checks the stock first, without a lock: once a product is sold out, that
 *   one statement refuses every further order.
 * - Prices are those in the database at the time of the order.
 * - An order has one payment, because `orderId` is unique in transactions, although its products may be of several merchants.
 *   The payment goes to the merchant of the most expensive line, who settles with the others.
 */

import { randomUUID } from 'node:crypto';
import { type RequestError, requestError } from 'hotpath';
import { enqueue, task } from 'hotpath/jobs';
import { Prisma } from '#client';
import { domainErrors } from '../errors.ts';
import { confirmOrder, countOrder } from './jobs.ts';
import { noticeOf } from './notice.ts';

export interface Item {
  readonly productId: number;
  readonly quantity: number;
}

export interface NewOrder {
  readonly userId: number;
  /** Each of another product. */
  readonly items: readonly Item[];
  readonly shippingAddress: { readonly city: string; readonly country: string; readonly [name: string]: string };
}

/** The number of statements of `placeOrder`. */
export const PLACING_STATEMENTS = 7;

/**
 * @returns the order's id.
 * @throws `invalidRequest` for items that cannot be bought, `outOfStock` for items that are sold out.
 */
export async function placeOrder(tx: Prisma.TransactionClient, order: NewOrder): Promise<number> {
  const lines = await priced(tx, order.items);
  const [{ currency }] = lines as [Line];
  const total = lines.reduce((sum, line) => sum.plus(line.amount), new Prisma.Decimal(0));
  if (total.gt(MOST)) throw refused('/items', `amount to more than ${MOST}`);
  const { userId, shippingAddress } = order;
  const { id } = await tx.order.create({ data: { userId, total, currency, shippingAddress }, select: { id: true } });
  await tx.orderItem.createMany({
    data: lines.map(({ productId, quantity, unitPrice }) => ({ orderId: id, productId, quantity, unitPrice })),
  });
  await tx.transaction.create({ data: payment(order, { id, total, lines }), select: { id: true } });
  const notice = noticeOf({ id, userId, total, currency, status: 'pending' });
  await tx.notification.create({ data: notice, select: { id: true } });
  await enqueue(tx, task(confirmOrder, { orderId: id }), task(countOrder, { orderId: id }));
  await takeStock(tx, lines);
  return id;
}

/** The largest amount that the columns can hold. */
const MOST = new Prisma.Decimal('9999999999.99');

interface Line extends Item {
  readonly name: string;
  readonly unitPrice: Prisma.Decimal;
  readonly amount: Prisma.Decimal;
  readonly currency: string;
  readonly merchant: { readonly id: number; readonly name: string };
  /** The stock before the transaction locks anything. */
  readonly stock: number;
}

const product = {
  id: true,
  name: true,
  price: true,
  currency: true,
  status: true,
  merchant: { select: { id: true, name: true } },
  inventory: { select: { quantity: true } },
} satisfies Prisma.ProductSelect;

/** The items with the database's data of their products. One statement. */
async function priced(tx: Prisma.TransactionClient, items: readonly Item[]): Promise<Line[]> {
  mustDiffer(items);
  const where = { id: { in: items.map(({ productId }) => productId) } };
  const found = await tx.product.findMany({ where, select: product, relationLoadStrategy: 'join' });
  const products = new Map(found.map((each) => [each.id, each]));
  const lines = items.map((item, place): Line => {
    const known = products.get(item.productId);
    if (!known || known.status === 'draft') throw refused(`/items/${place}/productId`, 'does not name a product');
    if (known.status !== 'active') throw refused(`/items/${place}/productId`, 'names a product that is not for sale');
    if (known.currency !== found[0]!.currency) throw refused('/items', 'have prices in more than one currency');
    const { name, price: unitPrice, currency, merchant, inventory } = known;
    const amount = unitPrice.times(item.quantity);
    return { ...item, name, unitPrice, amount, currency, merchant, stock: inventory?.quantity ?? 0 };
  });
  mustSuffice(lines, ({ stock, quantity }) => stock >= quantity);
  return lines;
}

function mustDiffer(items: readonly Item[]): void {
  const places = new Map(items.map(({ productId }, place) => [productId, place]));
  const repeated = items.findIndex(({ productId }, place) => places.get(productId) !== place);
  if (repeated !== -1) throw refused(`/items/${repeated}/productId`, 'names a product that another item names, too');
}

/** Takes all items out of stock, or none. One statement. */
async function takeStock(tx: Prisma.TransactionClient, lines: readonly Line[]): Promise<void> {
  const taken = await tx.$queryRaw<{ productId: number }[]>`
    UPDATE inventories AS stock
    SET quantity = stock.quantity - line.quantity, version = stock.version + 1, updated_at = now()
    FROM (
      SELECT product_id, line.quantity
      FROM unnest(${lines.map(({ productId }) => productId)}::int[], ${lines.map(({ quantity }) => quantity)}::int[])
        AS line (product_id, quantity)
      JOIN inventories AS shelf USING (product_id)
      WHERE shelf.quantity >= line.quantity
      ORDER BY product_id
      FOR UPDATE OF shelf
    ) AS line
    WHERE stock.product_id = line.product_id
    RETURNING stock.product_id AS "productId"`;
  const ids = new Set(taken.map(({ productId }) => productId));
  mustSuffice(lines, ({ productId }) => ids.has(productId));
}

function mustSuffice(lines: readonly Line[], suffices: (line: Line) => boolean): void {
  const short = lines.flatMap((line, place) => (suffices(line) ? [] : [{ ...line, place }]));
  if (short.length === 0) return;
  const names = short.map(({ name, productId }) => `"${name}" (product ${productId})`);
  const parts = short.map(({ place }) => ({ pointer: `/items/${place}/quantity`, detail: 'is more than is in stock' }));
  throw domainErrors.error('outOfStock', `Not enough is in stock of ${names.join(', ')}.`, parts);
}

interface Placed {
  readonly id: number;
  readonly total: Prisma.Decimal;
  readonly lines: readonly Line[];
}

function payment({ userId, shippingAddress: { city, country } }: NewOrder, { id, total, lines }: Placed) {
  const { merchant, currency } = lines.reduce((most, line) => (line.amount.gt(most.amount) ? line : most));
  return {
    userId,
    merchantId: merchant.id,
    orderId: id,
    amount: total,
    currency,
    status: 'pending',
    description: `Order ${id} at ${merchant.name}`,
    reference: `txn_${randomUUID().replaceAll('-', '')}`,
    // A card is charged only when the order is processed.
    cardLast4: '0000',
    location: { city, country },
    metadata: { items: lines.length },
  } satisfies Prisma.TransactionUncheckedCreateInput;
}

function refused(pointer: string, detail: string): RequestError {
  return requestError('invalidRequest', `${pointer}: ${detail}`, [{ pointer, detail }]);
}
