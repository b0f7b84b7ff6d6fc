/**
 * A change of stock as one UPDATE: what it demands of the row, and what it does to it. A quantity is set, or adjusted
 * by so much; an adjustment that would leave the bounds finds no row, so that two of them at once cannot leave it
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

/** @throws `invalidRequest` where the quantity is both set and adjusted. */
export function stockCondition({ quantity, adjust }: StockChange): Prisma.InventoryWhereInput {
  if (adjust === undefined) return {};
  if (quantity !== undefined) {
    const detail = 'cannot stand beside quantity';
    throw requestError('invalidRequest', `adjust: ${detail}`, [{ pointer: '/adjust', detail }]);
  }
  return { quantity: { gte: -adjust, lte: MOST_IN_STOCK - adjust } };
}

export function stockData({ adjust, ...set }: StockChange): Prisma.InventoryUpdateManyMutationInput {
  return adjust === undefined ? set : { ...set, quantity: { increment: adjust } };
}
