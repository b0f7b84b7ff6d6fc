/** Catalog: what merchants sell, and what buyers say of it. */
import type { Module } from '../module.ts';
import { inventory, product, review } from './resource.ts';

export const catalog: Module = {
  name: 'catalog',
  resources: [product, review, inventory],
  routes(app) {
    app.list('/products', { resource: product, budget: 2 });
    app.item('/products/:id', { resource: product, budget: 1 });
    app.list('/products/:id/reviews', { resource: review, budget: 1, where: { productId: 'id' } });
  },
};
