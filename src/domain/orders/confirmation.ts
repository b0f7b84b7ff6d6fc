/** The texts of an order's confirmation: the mail to the buyer, and the notification that the mail has been sent. */

import type { Prisma } from '#client';
import type { Mail } from '../../mail/mailer.ts';

export const receipt = {
  id: true,
  total: true,
  currency: true,
  createdAt: true,
  user: { select: { id: true, name: true, email: true } },
  items: { select: { quantity: true, unitPrice: true, product: { select: { name: true } } } },
} satisfies Prisma.OrderSelect;

type Receipt = Prisma.OrderGetPayload<{ select: typeof receipt }>;

export interface Confirmation {
  readonly mail: Mail;
  readonly notification: Prisma.NotificationUncheckedCreateInput;
}

export function confirmationOf(order: Receipt): Confirmation {
  const { id, user, total, currency, createdAt } = order;
  const amount = `${total.toFixed(2)} ${currency}`;
  return {
    mail: {
      // Another database may use the same ids; the time differs.
      id: `order-${id}-${createdAt.getTime()}-confirmed`,
      to: { name: user.name, address: user.email },
      subject: `Your order ${id} over ${amount}`,
      text: textOf(order, amount),
    },
    notification: {
      userId: user.id,
      kind: 'order',
      title: `Order ${id} is confirmed`,
      body: `The confirmation of your order ${id} over ${amount} is on its way to ${user.email}.`,
      data: { orderId: id },
    },
  };
}

function textOf({ id, user, items }: Receipt, amount: string): string {
  const lines = items.map(
    ({ quantity, unitPrice, product }) => `  ${quantity} x ${product.name}, ${unitPrice.toFixed(2)} each`,
  );
  return [`Hello ${user.name},`, '', `we have your order ${id}:`, '', ...lines, '', `Together: ${amount}.`, ''].join(
    '\n',
  );
}
