/** Resources of the marketplace's data model, a parser of their selections, and a viewer. */
import { cursorSigner } from 'hotpath/resource/cursor';
import { everything, type Policy, SUBJECT } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { SelectionParser, type SelectionRequest } from 'hotpath/resource/selection';
import { PUBLIC, type Viewer } from 'hotpath/resource/viewer';
import { expect } from 'vitest';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { resource } from '../../../../src/domain/resource.ts';

export const everybody = everything('public', 'user', 'admin');
const own: Policy = { admin: {}, user: { rows: { userId: SUBJECT } } };

export const product = resource('Product', {
  name: 'product',
  fields: ['id', 'name', 'price', 'createdAt'],
  relations: { category: {}, reviews: { take: 40, where: { rating: { gte: 4 } } }, orderItems: {} },
  computed: { inStock: { compare: ['inventory.quantity', 'gt', 0] } },
  defaultFields: 'id,name,inStock',
  filters: {
    id: ['in'],
    price: ['gte', 'lt'],
    name: ['contains'],
    inStock: ['equals'],
    status: ['equals'],
    'merchant.id': ['equals'],
  },
  sorts: ['createdAt', 'price'],
  sort: '-createdAt',
  counts: ['exact'],
  policy: everybody,
});
export const category = resource('Category', {
  name: 'category',
  fields: ['id', 'name'],
  defaultFields: 'name',
  sort: 'id',
  policy: everybody,
});
export const review = resource('Review', {
  name: 'review',
  fields: ['id', 'rating'],
  relations: { user: { as: 'person' }, product: {} },
  defaultFields: 'id,rating,user',
  filters: { rating: ['equals'] },
  sort: '-createdAt',
  policy: { ...everybody, public: { without: ['user'] } },
});
const person = resource('User', {
  name: 'person',
  fields: ['id', 'name'],
  defaultFields: 'id',
  sort: 'id',
  policy: everybody,
});
const orderItem = resource('OrderItem', {
  name: 'item',
  fields: ['quantity'],
  defaultFields: 'quantity',
  sort: 'productId',
  policy: { admin: {} },
});
export const transaction = resource('Transaction', {
  name: 'transaction',
  fields: ['id', 'amount'],
  defaultFields: 'id',
  sort: '-createdAt,amount',
  sorts: ['createdAt'],
  policy: own,
});

const registry = new Registry(datamodel);
registry.add(product, category, review, person, orderItem, transaction);
registry.check();
export const parser = new SelectionParser(registry, cursorSigner('secret'));
export const user: Viewer = { subject: '7', role: 'user' };

export const list = (of: Resource, query: SelectionRequest['query'] = {}, viewer: Viewer = PUBLIC) =>
  parser.list({ resource: of, viewer, query });
export const refused = (parameter: string, detail: string | RegExp) =>
  expect.objectContaining({
    code: 'INVALID_REQUEST',
    parts: [{ parameter, detail: typeof detail === 'string' ? detail : expect.stringMatching(detail) }],
  });
