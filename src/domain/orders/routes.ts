/** The writes of orders. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { requestError, uri } from 'hotpath';
import { createOnce, ifMatch, KEY_STATEMENTS, sendChanged } from 'hotpath/fastify';
import Type from 'typebox';
import { exactly, id, idParams, ROW_BYTES, text } from '../body.ts';
import { mustBeAdmin, mustBeUser } from '../viewer.ts';
import { CHANGING_STATEMENTS, changeStatus, FROM, type NextStatus } from './change-status.ts';
import { PLACING_STATEMENTS, placeOrder } from './place-order.ts';
import { order } from './resource.ts';

const MOST_ITEMS = 50;

const newOrder = exactly(
  {
    items: Type.Array(exactly({ productId: id, quantity: Type.Integer({ minimum: 1, maximum: 1000 }) }), {
      minItems: 1,
      maxItems: MOST_ITEMS,
    }),
    shippingAddress: exactly({
      name: text(120),
      street: text(160),
      postalCode: text(20),
      city: text(80),
      country: text(60),
    }),
  },
  {
    items: [{ productId: 1, quantity: 2 }],
    shippingAddress: {
      name: 'Ada Lovelace',
      street: 'Lindenweg 7',
      postalCode: '10115',
      city: 'Berlin',
      country: 'Germany',
    },
  },
);

const orderChange = exactly({ status: Type.Enum(Object.keys(FROM) as NextStatus[]) }, { status: 'processing' });

export function orderWrites(app: FastifyInstance): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.post(
    '/orders',
    {
      schema: { body: newOrder },
      bodyLimit: ROW_BYTES,
      config: { budget: PLACING_STATEMENTS + 1 + KEY_STATEMENTS },
    },
    async ({ viewer, body }, reply) => {
      const userId = mustBeUser(viewer);
      return createOnce(reply, async (tx) => {
        const placed = await placeOrder(tx, { ...body, userId });
        return { resource: order, where: { id: placed }, location: uri`/v1/orders/${placed}` };
      });
    },
  );

  typed.patch(
    '/orders/:id',
    { schema: { params: idParams, body: orderChange }, config: { budget: CHANGING_STATEMENTS + 1 } },
    async (request, reply) => {
      mustBeAdmin(request.viewer);
      const { status } = request.body;
      const where = { id: request.params.id };
      const change = { where: { ...where, ...ifMatch(request, order) }, status };
      const changed = await app.prisma.$transaction((tx) => changeStatus(tx, change));
      const otherwise = () =>
        requestError('conflict', `An order is ${status} only after ${FROM[status].join(' or ')}.`);
      return sendChanged(reply, { resource: order, where, changed, otherwise });
    },
  );
}
