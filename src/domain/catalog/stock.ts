/**
 * A change of stock as one UPDATE: its condition on the row, and its effect. The client sets a quantity, or adjusts it by a
 * number. An adjustment that would leave the bounds matches no row. So two concurrent adjustments cannot leave the bounds
 * either.
 */

import { requestError } from 'hotpath';
import type { Prisma } from '#client';

export const MOST_IN_STOCK = 1_000_000;

export interface StockChange {
  readonly quantity?: number;
  readonly adjust?: number;
  readonly warehouse?: string;
  readonly restockAt?: string | null;
}

/** @throws `invalidRequest` if the body both sets and adjusts the quantity. */
export function stockCondition({ quantity, adjust }: StockChange): Prisma.InventoryWhereInput {
  if (adjust === undefined) return {};
  if (quantity !== undefined) {
    const detail = 'cannot be combined with quantity';
    throw requestError('invalidRequest', `adjust: ${detail}`, [{ pointer: '/adjust', detail }]);
  }
  return { quantity: { gte: -adjust, lte: MOST_IN_STOCK - adjust } };
}

export function stockData({ adjust, ...set }: StockChange): Prisma.InventoryUpdateManyMutationInput {
  return adjust === undefined ? set : { ...set, quantity: { increment: adjust } };
}
