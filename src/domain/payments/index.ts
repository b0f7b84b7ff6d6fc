/** Payments: the users' spending, with merchants and categories. */
import type { DomainModule } from '../module.ts';
import { categories, dashboards } from './cache.ts';
import { category, categoryTotal, dashboard, merchant, transaction } from './resource.ts';

export const payments: DomainModule = {
  name: 'payments',
  resources: [dashboard, transaction, categoryTotal, merchant, category],
  routes(app) {
    app.item('/users/:id/dashboard', { resource: dashboard, budget: 1, cache: dashboards });
    app.list('/users/:id/transactions', { resource: transaction, budget: 1, where: { userId: 'id' } });
    app.list('/merchants', { resource: merchant, budget: 1 });
    app.item('/merchants/:id', { resource: merchant, budget: 1 });
    app.list('/categories', { resource: category, budget: 1, cache: categories });
  },
};
