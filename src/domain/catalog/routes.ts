/** The writes of the catalog. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { requestError, uri } from 'hotpath';
import { changeRow, createOnce, ifMatch, KEY_STATEMENTS } from 'hotpath/fastify';
import Type from 'typebox';
import { type Prisma, ProductStatus } from '#client';
import { anyObject, exactly, idParams, ROW_BYTES, someOf, text, time, webUrl } from '../body.ts';
import { mustBeAdmin, mustBeUser } from '../viewer.ts';
import { inventory, product, published, review } from './resource.ts';
import { MOST_IN_STOCK, stockCondition, stockData } from './stock.ts';

const productChange = someOf(
  {
    name: text(160),
    description: text(10_000),
    price: Type.String({ pattern: '^\\d{1,10}(\\.\\d{1,2})?$' }),
    imageUrl: webUrl,
    gallery: Type.Array(webUrl, { maxItems: 20 }),
    attributes: anyObject,
    labels: Type.Array(text(40), { maxItems: 20 }),
    status: Type.Enum(Object.values(ProductStatus)),
  },
  { price: '129.00', labels: ['new arrival'] },
);

const inventoryChange = someOf(
  {
    quantity: Type.Integer({ minimum: 0, maximum: MOST_IN_STOCK }),
    adjust: Type.Integer({ minimum: -MOST_IN_STOCK, maximum: MOST_IN_STOCK }),
    warehouse: text(40),
    restockAt: Type.Union([Type.Null(), time]),
  },
  { adjust: -2, restockAt: '2026-02-14T08:00:00.000Z' },
);

const newReview = exactly(
  {
    rating: Type.Integer({ minimum: 1, maximum: 5 }),
    title: text(160),
    body: text(10_000),
  },
  { rating: 5, title: 'Sturdy and quiet', body: 'In use every day since spring, and as good as new.' },
);

export function catalogWrites(app: FastifyInstance): void {
  productWrites(app);
  reviewWrites(app);
}

function productWrites(app: FastifyInstance): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.patch(
    '/products/:id',
    { schema: { params: idParams, body: productChange }, bodyLimit: ROW_BYTES, config: { budget: 2 } },
    async (request, reply) => {
      mustBeAdmin(request.viewer);
      const { id } = request.params;
      return changeRow(reply, { resource: product, where: { id } }, () =>
        app.prisma.product.updateMany({
          where: { id, ...ifMatch(request, product) },
          data: { ...(request.body as Prisma.ProductUpdateManyMutationInput), version: { increment: 1 } },
        }),
      );
    },
  );

  typed.patch(
    '/products/:id/inventory',
    { schema: { params: idParams, body: inventoryChange }, config: { budget: 2 } },
    async (request, reply) => {
      mustBeAdmin(request.viewer);
      const where = { productId: request.params.id };
      const otherwise = () =>
        requestError('conflict', `The quantity would leave the range from 0 to ${MOST_IN_STOCK}.`);
      return changeRow(reply, { resource: inventory, where, otherwise }, () =>
        app.prisma.inventory.updateMany({
          where: { ...where, ...stockCondition(request.body), ...ifMatch(request, inventory) },
          data: { ...stockData(request.body), version: { increment: 1 } },
        }),
      );
    },
  );
}

function reviewWrites(app: FastifyInstance): void {
  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/products/:id/reviews',
    {
      schema: { params: idParams, body: newReview },
      bodyLimit: ROW_BYTES,
      config: { budget: 3 + KEY_STATEMENTS, reply: { resource: review } },
    },
    async ({ viewer, params, body }, reply) => {
      const userId = mustBeUser(viewer);
      return createOnce(reply, async (tx) => {
        const id = await addReview(tx, { ...body, productId: params.id, userId });
        return { resource: review, where: { id }, location: uri`/v1/reviews/${id}` };
      });
    },
  );
}

async function addReview(tx: Prisma.TransactionClient, data: Prisma.ReviewCreateManyInput): Promise<number> {
  const where = { id: data.productId, ...published.rows };
  const reviewed = await tx.product.findFirst({ where, select: { id: true } });
  if (!reviewed) throw requestError('notFound', 'There is no such product.');
  const [added] = await tx.review.createManyAndReturn({ data: [data], skipDuplicates: true, select: { id: true } });
  if (!added) throw requestError('alreadyExists', 'You have reviewed this product already.');
  return added.id;
}
