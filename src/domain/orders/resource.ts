/** The orders of a user and their items. A user sees its own, an administrator all. */
import { SUBJECT } from 'hotpath';
import { resource } from '../resource.ts';

export const order = resource('Order', {
  name: 'order',
  version: 'version',
  fields: ['id', 'status', 'total', 'currency', 'shippingAddress', 'createdAt', 'updatedAt'],
  relations: { items: { take: 50 }, transaction: {} },
  defaultFields: 'id,status,total,currency,createdAt,items(quantity,unitPrice,product(id,name,imageUrl))',
  filters: { status: ['equals', 'in'] },
  sorts: ['createdAt'],
  sort: '-createdAt',
  policy: { admin: {}, user: { rows: { userId: SUBJECT } } },
  examples: { id: 501, total: '259.80', currency: 'EUR' },
});

/** One line of an order. A viewer that may see the order may see its lines. */
export const orderItem = resource('OrderItem', {
  name: 'order item',
  fields: ['productId', 'quantity', 'unitPrice'],
  relations: { product: {} },
  defaultFields: 'productId,quantity,unitPrice',
  sort: 'productId',
  policy: { admin: {}, user: { rows: { order: { is: { userId: SUBJECT } } } } },
  examples: { quantity: 2, unitPrice: '129.90' },
});

/** One day of a product: the pieces ordered, and the remaining stock. */
export const stockDay = resource('StockDay', {
  name: 'stock day',
  fields: ['productId', 'day', 'ordered', 'revenue', 'remaining', 'updatedAt'],
  relations: { product: {} },
  defaultFields: 'day,ordered,revenue,remaining,product(id,name)',
  filters: { productId: ['equals', 'in'] },
  sorts: ['day'],
  sort: '-day',
  policy: { admin: {} },
  examples: { ordered: 12, revenue: '1558.80', remaining: 148 },
});
