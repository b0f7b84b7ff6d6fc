/** Counts an order in the daily figures of its products. It adds to them, so it must run exactly once an order. */
import type { Prisma } from '#client';

/** One statement. It locks rows in the order of the products, so that concurrent counts do not deadlock. */
export const countStock = (tx: Prisma.TransactionClient, orderId: number): Promise<number> => tx.$executeRaw`
  INSERT INTO stock_days AS kept (product_id, day, merchant_id, ordered, revenue, remaining)
  SELECT
    product.id, date_trunc('day', placed.created_at, 'UTC'), product.merchant_id,
    line.quantity, line.quantity * line.unit_price, coalesce(shelf.quantity, 0)
  FROM orders AS placed
  JOIN order_items AS line ON line.order_id = placed.id
  JOIN products AS product ON product.id = line.product_id
  LEFT JOIN inventories AS shelf ON shelf.product_id = product.id
  WHERE placed.id = ${orderId}
  ORDER BY product.id
  ON CONFLICT (product_id, day) DO UPDATE SET
    ordered = kept.ordered + excluded.ordered,
    revenue = kept.revenue + excluded.revenue,
    remaining = excluded.remaining,
    updated_at = now()`;
