/** Catalog: the merchants' products, and the buyers' reviews. */
import type { DomainModule } from '../module.ts';
import { products } from './cache.ts';
import { inventory, product, review } from './resource.ts';
import { catalogWrites } from './routes.ts';

export const catalog: DomainModule = {
  name: 'catalog',
  resources: [product, review, inventory],
  writes: { Product: ['UPDATE'], Inventory: ['UPDATE'], Review: ['INSERT'] },
  routes(app) {
    app.list('/products', { resource: product, budget: 2, cache: products });
    app.item('/products/:id', { resource: product, budget: 1, cache: products });
    app.list('/products/:id/reviews', { resource: review, budget: 1, where: { productId: 'id' } });
    app.item('/products/:id/inventory', { resource: inventory, budget: 1, where: { productId: 'id' } });
    app.item('/reviews/:id', { resource: review, budget: 1 });
    catalogWrites(app);
  },
};
