/**
 * Each shape as a route of the service. The bench asks as clients do: with a token, as an administrator. Two shapes exceed the
 * bounds of the marketplace, so the bench adds routes with the same resources and wider bounds.
 */
import type { FastifyInstance } from 'fastify';
import type { FixedFields, Resource } from 'hotpath';
import { user } from '../../../src/domain/accounts/resource.ts';
import { product } from '../../../src/domain/catalog/resource.ts';
import { reading } from '../../../src/domain/devices/resource.ts';
import { home } from '../../../src/domain/feed/resource.ts';
import { dashboard, transaction } from '../../../src/domain/payments/resource.ts';
import { project } from '../../../src/domain/projects/resource.ts';
import { type ShapeName, windowEnding } from './shapes.ts';

/** The question of a request to the service. */
export interface ShapeRoute {
  readonly kind: 'item' | 'list';
  readonly resource: Resource;
  readonly path: (subject: number) => string;
  /** The fields that its path fixes, and its query: the same for a read without HTTP. */
  readonly where: (subject: number) => FixedFields;
  readonly query: (subject: number) => Readonly<Record<string, string>>;
}

const wideTransaction: Resource = {
  ...transaction,
  name: 'transaction of a wide list',
  limit: { default: 50, most: 1000 },
  bounds: { rowsPerList: 1000, rowsInTotal: 5000 },
};

const reviewedProduct: Resource = {
  ...product,
  name: 'product with its reviews',
  relations: { ...product.relations, reviews: { take: 100 } },
  defaultFields: 'id,name,price,imageUrl,reviews(id,rating,title,body,createdAt,user(id,name))',
};

export function addWideRoutes(app: FastifyInstance): void {
  app.register(async ({ hotpath }) => {
    hotpath.resources.add(wideTransaction, reviewedProduct);
    app.list('/bench/users/:id/transactions', { resource: wideTransaction, budget: 1, where: { userId: 'id' } });
    app.item('/bench/products/:id', { resource: reviewedProduct, budget: 1 });
  });
}

const item = (resource: Resource, path: string): ShapeRoute => ({
  kind: 'item',
  resource,
  path: (subject) => path.replace(':id', String(subject)),
  where: (id) => ({ id }),
  query: () => ({}),
});

interface ListPlace {
  readonly resource: Resource;
  readonly path: string;
  readonly where?: (subject: number) => FixedFields;
  readonly query?: (subject: number) => Readonly<Record<string, string>>;
}

function list({ resource, path, where = () => ({}), query = () => ({}) }: ListPlace): ShapeRoute {
  const at = (subject: number): string => {
    const search = new URLSearchParams(query(subject)).toString();
    return path.replace(':id', String(subject)) + (search && `?${search}`);
  };
  return { kind: 'list', resource, path: at, where, query };
}

function transactions(limit: number): ShapeRoute {
  const [resource, path] =
    limit > 100 ? [wideTransaction, '/bench/users/:id/transactions'] : [transaction, '/v1/users/:id/transactions'];
  return list({ resource, path, where: (userId) => ({ userId }), query: () => ({ limit: String(limit) }) });
}

function windowQuery(minutes: number): Readonly<Record<string, string>> {
  const { since, until } = windowEnding(minutes);
  return { since: since.toISOString(), until: until.toISOString() };
}

export const ROUTES: Readonly<Record<ShapeName, ShapeRoute>> = {
  row: item(user, '/v1/users/:id'),
  list: transactions(50),
  list1: transactions(1),
  list100: transactions(100),
  list1000: transactions(1000),
  dashboard: item(dashboard, '/v1/users/:id/dashboard'),
  products: list({ resource: product, path: '/v1/products', query: (id) => ({ merchantId: String(id) }) }),
  reviews: item(reviewedProduct, '/bench/products/:id'),
  project: item(project, '/v1/projects/:id'),
  home: item(home, '/v1/users/:id/home'),
  readings: list({ resource: reading, path: '/v1/readings', query: windowQuery }),
};
