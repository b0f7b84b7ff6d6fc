/** The notification of a buyer about an order. */
import type { OrderStatus, Prisma } from '#client';

export interface OrderState {
  readonly id: number;
  readonly userId: number;
  readonly status: OrderStatus;
  readonly total: Prisma.Decimal;
  readonly currency: string;
}

export function noticeOf({ id, userId, status, total, currency }: OrderState) {
  return {
    userId,
    kind: 'order',
    title: `Order ${id} is ${status}`,
    body: `Your order ${id} over ${total.toFixed(2)} ${currency} is now ${status}. You find all that belongs to it under Orders.`,
    data: { orderId: id, status },
  } satisfies Prisma.NotificationUncheckedCreateInput;
}
