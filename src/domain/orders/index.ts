/** Orders: what was bought. */
import type { Module } from '../module.ts';
import { order, orderItem } from './resource.ts';
import { writeRoutes } from './routes.ts';

export const orders: Module = {
  name: 'orders',
  resources: [order, orderItem],
  routes(app) {
    app.item('/orders/:id', { resource: order, budget: 1 });
    app.list('/users/:id/orders', { resource: order, budget: 1, where: { userId: 'id' } });
    writeRoutes(app);
  },
};
