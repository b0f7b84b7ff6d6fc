/** Orders: the users' purchases, and their effect on the merchants' stock. */
import type { DomainModule } from '../module.ts';
import { confirmOrder, countOrder } from './jobs.ts';
import { order, orderItem, stockDay } from './resource.ts';
import { orderWrites } from './routes.ts';

export const orders: DomainModule = {
  name: 'orders',
  resources: [order, orderItem, stockDay],
  writes: {
    Order: ['INSERT', 'UPDATE'],
    OrderItem: ['INSERT'],
    Transaction: ['INSERT', 'UPDATE'],
    Notification: ['INSERT'],
    Inventory: ['UPDATE'],
    StockDay: ['INSERT', 'UPDATE'],
  },
  jobs: [confirmOrder, countOrder],
  routes(app) {
    app.item('/orders/:id', { resource: order, budget: 1 });
    app.list('/users/:id/orders', { resource: order, budget: 1, where: { userId: 'id' } });
    app.list('/merchants/:id/stock', { resource: stockDay, budget: 1, where: { merchantId: 'id' } });
    orderWrites(app);
  },
};
