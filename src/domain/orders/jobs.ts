/** The jobs that an order creates: its confirmation, and its count in the merchants' stock figures. */
import { once } from 'hotpath/jobs';
import { job } from '../job.ts';
import { confirmationOf, receipt } from './confirmation.ts';
import { countStock } from './count-stock.ts';

export interface OrderPayload {
  readonly orderId: number;
}

const SMTP_MS = 60_000;

/**
 * Mails the buyer, and notifies them on their home page. The notification commits together with the record of the mail. The
 * mail itself is sent at least once (see `once`).
 */
export const confirmOrder = job<OrderPayload>({
  name: 'orders.confirm',
  attempts: 12,
  timeoutMs: SMTP_MS,
  async run({ orderId }, { prisma, mailer }) {
    const order = await prisma.order.findUnique({ where: { id: orderId }, select: receipt });
    if (!order) return;
    const { mail, notification } = confirmationOf(order);
    const work = { timeout: SMTP_MS };
    await prisma.$transaction(
      (tx) =>
        once(tx, `mail:${mail.id}`, async () => {
          await mailer.send(mail);
          await tx.notification.create({ data: notification, select: { id: true } });
        }),
      work,
    );
  },
});

/** Counts the order in the stock figures of its merchants, once. */
export const countOrder = job<OrderPayload>({
  name: 'orders.count',
  attempts: 12,
  timeoutMs: 30_000,
  priority: 5,
  async run({ orderId }, { prisma }) {
    await prisma.$transaction((tx) => once(tx, `order:${orderId}:counted`, () => countStock(tx, orderId)));
  },
});
