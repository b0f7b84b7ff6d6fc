/** A merchant's products, each with its reviews and its stock. */
import type { Prisma } from '#client';
import type { ById, Routes } from './routes.ts';

export const productRoutes: Routes = (app, prisma) => {
  app.get<{ Querystring: { merchantId: string } }>('/v1/products', async ({ query }) => {
    const merchantId = Number(query.merchantId);
    const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
    const products: object[] = [];
    for (const product of await prisma.product.findMany({ where: { merchantId }, orderBy })) {
      const reviews = await prisma.review.findMany({ where: { productId: product.id } });
      const inventory = await prisma.inventory.findUnique({ where: { productId: product.id } });
      const sum = reviews.reduce((sum, { rating }) => sum + rating, 0);
      products.push({
        ...product,
        reviews,
        inventory,
        rating: reviews.length > 0 ? sum / reviews.length : null,
        reviewCount: reviews.length,
        inStock: (inventory?.quantity ?? 0) > 0,
      });
    }
    return { data: products };
  });

  app.patch<ById<Prisma.InventoryUpdateInput>>('/v1/products/:id/inventory', async ({ params, body }) => ({
    data: await prisma.inventory.update({ where: { productId: Number(params.id) }, data: body }),
  }));
};
