/**
 * Placing an order: the order, its lines, its payment, the buyer's notification and the jobs that follow are written and
 * the stock is taken in one transaction, with as many statements whatever the number of items.
 *
 * - Nothing is oversold. Stock is taken by one UPDATE that looks at the quantity again under the lock of its row; what
 *   it does not find enough of, it does not return, and the order is undone as a whole.
 * - Orders do not deadlock. The UPDATE locks the rows in the order of their products, and whatever else takes stock or
 *   returns it does so, too.
 * - Orders for the same product wait for each other as shortly as can be: the stock is taken last, just before the
 *   commit. That there is any is looked up before, without a lock, with the prices: who comes after the last piece is
 *   refused at once, by one statement.
 * - Prices are the database's, as they are when the order is placed.
 * - An order has one payment, for `orderId` is unique in transactions, although its products may be of several
 *   merchants: it goes to the merchant of its most expensive line, who settles with the others.
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

/** Statements of `placeOrder`. */
export const PLACING_STATEMENTS = 7;

/** @returns the order's id. @throws `invalidRequest` for what cannot be bought, `outOfStock` for what is sold out. */
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

/** What the columns of amounts hold. */
const MOST = new Prisma.Decimal('9999999999.99');

interface Line extends Item {
  readonly name: string;
  readonly unitPrice: Prisma.Decimal;
  readonly amount: Prisma.Decimal;
  readonly currency: string;
  readonly merchant: { readonly id: number; readonly name: string };
  /** Pieces that were there before anything was locked. */
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

/** The items with what the database knows of their products. One statement. */
async function priced(tx: Prisma.TransactionClient, items: readonly Item[]): Promise<Line[]> {
  mustDiffer(items);
  const where = { id: { in: items.map(({ productId }) => productId) } };
  const found = await tx.product.findMany({ where, select: product, relationLoadStrategy: 'join' });
  const products = new Map(found.map((each) => [each.id, each]));
  const lines = items.map((item, place): Line => {
    const known = products.get(item.productId);
    if (!known || known.status === 'draft') throw refused(`/items/${place}/productId`, 'names no product');
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

/** Takes what was ordered out of stock, all or nothing. One statement. */
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
    // No card is charged before the order is processed.
    cardLast4: '0000',
    location: { city, country },
    metadata: { items: lines.length },
  } satisfies Prisma.TransactionUncheckedCreateInput;
}

function refused(pointer: string, detail: string): RequestError {
  return requestError('invalidRequest', `${pointer}: ${detail}`, [{ pointer, detail }]);
}
