import { resource } from '../resource.ts';

/**
 * The products that users and the public see: all except drafts, which are not for sale yet. Archived products were for sale
 * once.
 */
export const published = { rows: { status: { not: 'draft' } } } as const;
const ofPublished = {
  public: { rows: { product: { is: published.rows } } },
  user: { rows: { product: { is: published.rows } } },
  admin: {},
};

export const product = resource('Product', {
  name: 'product',
  version: 'version',
  fields: [
    'id',
    'name',
    'slug',
    'description',
    'price',
    'currency',
    'imageUrl',
    'gallery',
    'attributes',
    'labels',
    'status',
    'createdAt',
    'updatedAt',
  ],
  relations: { category: {}, merchant: {}, inventory: {}, reviews: { take: 10 } },
  computed: {
    rating: { aggregate: 'avg', relation: 'reviews', field: 'rating' },
    reviewCount: { aggregate: 'count', relation: 'reviews' },
    inStock: { compare: ['inventory.quantity', 'gt', 0] },
  },
  defaultFields: 'id,name,price,imageUrl,rating,reviewCount,inStock',
  filters: {
    id: ['in'],
    categoryId: ['equals', 'in'],
    merchantId: ['equals'],
    price: ['gte', 'lte', 'gt', 'lt'],
    name: ['contains'],
    status: ['equals'],
    inStock: ['equals'],
  },
  sorts: ['createdAt', 'price'],
  sort: '-createdAt',
  counts: ['exact', 'estimated'],
  policy: { public: published, user: published, admin: {} },
  examples: {
    name: 'Foldable oak bench, small',
    price: '129.90',
    imageUrl: 'https://cdn.example.com/catalogue/products/0000001/main.webp',
    rating: 4.25,
    reviewCount: 8,
  },
});

export const review = resource('Review', {
  name: 'review',
  fields: ['id', 'rating', 'title', 'body', 'createdAt'],
  relations: { user: { as: 'person' }, product: {} },
  defaultFields: 'id,rating,title,body,createdAt,user(id,name)',
  filters: { rating: ['gte', 'equals'] },
  sorts: ['createdAt'],
  sort: '-createdAt',
  policy: ofPublished,
  examples: { rating: 5, title: 'Sturdy and quiet', body: 'In use every day since spring, and as good as new.' },
});

export const inventory = resource('Inventory', {
  name: 'inventory',
  version: 'version',
  fields: ['quantity', 'warehouse', 'restockAt', 'updatedAt'],
  defaultFields: 'quantity,restockAt',
  sort: 'productId',
  policy: ofPublished,
  examples: { quantity: 42, restockAt: null },
});
