/** The transactions of a user, the merchants that they paid, and the categories of these. */
import { everything, SUBJECT } from 'hotpath';
import { resource } from '../resource.ts';

const everybody = everything('public', 'user', 'admin');

/** A user's first page: the profile, the latest transactions, and the spending by category. */
export const dashboard = resource('User', {
  name: 'dashboard',
  version: 'version',
  fields: ['id', 'name', 'email', 'avatarUrl'],
  relations: { transactions: { take: 50, sort: '-createdAt' }, totals: { take: 100, sort: '-total,categoryId' } },
  defaultFields:
    'id,name,email,avatarUrl,transactions(id,amount,currency,status,createdAt,merchant(name,category(name))),totals(category,total,count)',
  sort: 'id',
  policy: { admin: {}, user: { rows: { id: SUBJECT } } },
  examples: {
    id: 1,
    name: 'Ada Lovelace',
    email: 'ada.lovelace.1@example.com',
    avatarUrl: 'https://cdn.example.com/avatars/lovelace-1.webp',
  },
});

export const transaction = resource('Transaction', {
  name: 'transaction',
  fields: [
    'id',
    'amount',
    'currency',
    'status',
    'description',
    'reference',
    'cardLast4',
    'location',
    'metadata',
    'createdAt',
    'settledAt',
  ],
  relations: { merchant: {}, order: {} },
  defaultFields: 'id,amount,currency,status,createdAt,merchant(name,category(name))',
  filters: {
    status: ['equals', 'in'],
    amount: ['gte', 'lte', 'gt', 'lt'],
    createdAt: ['gte', 'lt'],
    merchantId: ['equals'],
  },
  sorts: ['createdAt'],
  sort: '-createdAt',
  limit: { default: 50, most: 100 },
  policy: { admin: {}, user: { rows: { userId: SUBJECT } } },
  examples: { id: 7301, amount: '129.90', currency: 'EUR', status: 'settled' },
});

/** A user's spending in one category. */
export const categoryTotal = resource('CategoryTotal', {
  name: 'category total',
  fields: ['categoryId', 'category', 'total', 'count'],
  defaultFields: 'category,total,count',
  sort: '-total,categoryId',
  limit: { default: 100, most: 100 },
  policy: { admin: {}, user: { rows: { userId: SUBJECT } } },
  madeOf: { Transaction: { userId: 'userId' }, Merchant: {}, Category: {} },
  examples: { category: 'Garden furniture', total: '1284.20', count: 9 },
});

export const merchant = resource('Merchant', {
  name: 'merchant',
  fields: [
    'id',
    'name',
    'description',
    'websiteUrl',
    'logoUrl',
    'supportEmail',
    'supportPhone',
    'address',
    'createdAt',
  ],
  relations: { category: {}, products: { take: 20 } },
  defaultFields: 'id,name,logoUrl,category(id,name)',
  filters: { id: ['in'], categoryId: ['equals', 'in'] },
  sorts: ['id'],
  sort: 'id',
  counts: ['exact', 'estimated'],
  policy: everybody,
  examples: { id: 12, name: 'Nordlicht Living', logoUrl: 'https://cdn.example.com/logos/nordlicht.svg' },
});

export const category = resource('Category', {
  name: 'category',
  fields: ['id', 'name', 'slug', 'description', 'iconUrl', 'parentId'],
  relations: { parent: {}, children: { take: 50 } },
  defaultFields: 'id,name,slug,parentId',
  filters: { id: ['in'], parentId: ['equals', 'isNull'], slug: ['equals'] },
  sorts: ['id'],
  sort: 'id',
  limit: { default: 100, most: 100 },
  policy: everybody,
  examples: { id: 25, name: 'Garden furniture', slug: 'garden-furniture', parentId: 4 },
});
