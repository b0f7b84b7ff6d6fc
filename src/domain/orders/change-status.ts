/**
 * Changing the status of an order, with what follows from it: one that is processed is paid for, one that is cancelled
 * gives its stock and its money back, and the buyer is told.
 *
 * The statuses that it may come from are part of the UPDATE's condition, so of two changes at once the second finds the
 * order elsewhere: stock is returned once.
 */
import type { OrderStatus, Prisma } from '#client';
import { noticeOf } from './notice.ts';

/** From which status each may be reached. */
export const FROM = {
  processing: ['pending'],
  shipped: ['processing'],
  delivered: ['shipped'],
  cancelled: ['pending', 'processing'],
} as const satisfies Partial<Record<OrderStatus, readonly OrderStatus[]>>;

export type NextStatus = keyof typeof FROM;

/** Statements of `changeStatus`, at most. */
export const CHANGING_STATEMENTS = 4;

interface StatusChange {
  /** The order, and the versions of it that may be changed. */
  readonly where: Prisma.OrderWhereInput & { readonly id: number };
  readonly status: NextStatus;
}

/** @returns whether the order was there, of a version and in a status that may be changed. */
export async function changeStatus(tx: Prisma.TransactionClient, { where, status }: StatusChange): Promise<boolean> {
  const [changed] = await tx.order.updateManyAndReturn({
    where: { ...where, status: { in: [...FROM[status]] } },
    data: { status, version: { increment: 1 } },
    select: { id: true, userId: true, status: true, total: true, currency: true },
  });
  if (!changed) return false;
  const payment = PAYMENT[status]?.();
  if (payment) await tx.transaction.updateMany({ where: { orderId: changed.id }, data: payment });
  if (status === 'cancelled') await returnStock(tx, changed.id);
  await tx.notification.create({ data: noticeOf(changed), select: { id: true } });
  return true;
}

const PAYMENT: { readonly [status in NextStatus]?: () => Prisma.TransactionUpdateManyMutationInput } = {
  processing: () => ({ status: 'settled', settledAt: new Date() }),
  cancelled: () => ({ status: 'refunded' }),
};

/** Puts what was ordered back, in the order of the products, in which it was taken. */
async function returnStock(tx: Prisma.TransactionClient, orderId: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE inventories AS stock
    SET quantity = stock.quantity + line.quantity, version = stock.version + 1, updated_at = now()
    FROM (
      SELECT product_id, line.quantity
      FROM order_items AS line
      JOIN inventories AS shelf USING (product_id)
      WHERE order_id = ${orderId}
      ORDER BY product_id
      FOR UPDATE OF shelf
    ) AS line
    WHERE stock.product_id = line.product_id`;
}
