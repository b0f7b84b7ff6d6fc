/**
 * Changing the status of an order, with its consequences: a processed order is paid for, a cancelled one returns its stock
 * and its money, and the buyer gets a notification.
 *
 * The UPDATE's condition contains the statuses from which the change is allowed. So of two concurrent changes the second one
 * matches no row, and stock is returned only once.
 */
import type { OrderStatus, Prisma } from '#client';
import { noticeOf } from './notice.ts';

/** The statuses from which each status can be reached. */
export const FROM = {
  processing: ['pending'],
  shipped: ['processing'],
  delivered: ['shipped'],
  cancelled: ['pending', 'processing'],
} as const satisfies Partial<Record<OrderStatus, readonly OrderStatus[]>>;

export type NextStatus = keyof typeof FROM;

/** The most statements of `changeStatus`. */
export const CHANGING_STATEMENTS = 4;

interface StatusChange {
  /** The order, and the versions of it that the request may change. */
  readonly where: Prisma.OrderWhereInput & { readonly id: number };
  readonly status: NextStatus;
}

/** @returns whether the order exists, in a version and a status that the request may change. */
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

/** Returns the order's items to stock, in the order of the products, like the statement that takes them. */
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
