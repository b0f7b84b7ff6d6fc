/**
 * The reply of a service without `fields`: the same rows, the embedded rows and the rows behind computed values, each with
 * all of its columns. Prisma reads them, by the selection of the route's own default fields.
 */

import type { Computed } from 'hotpath/compile/computed';
import type { SelectNode } from 'hotpath/resource/select';
import type { App } from '../../src/app.ts';
import type { FoundRoute } from './routes.ts';

interface Model {
  findFirst(args: object): Promise<object | null>;
  findMany(args: object): Promise<object[]>;
}

const ADMIN = { subject: '1', role: 'admin' };

/** The bytes of the full rows of a read route, with 1 for every parameter. */
export async function bytesOfFullRows(app: App, { read }: FoundRoute): Promise<number> {
  const { resource, kind, where = {} } = read!;
  const fixed = Object.fromEntries(Object.keys(where).map((field) => [field, 1]));
  const { args } = app.hotpath.selections[kind]({ resource, viewer: ADMIN, query: {}, where: fixed });
  const name = `${resource.model.charAt(0).toLowerCase()}${resource.model.slice(1)}`;
  const model = app.prisma[name as 'user'] as unknown as Model;
  const whole = withAllColumns(args);
  const rows = await (kind === 'item' ? model.findFirst(whole) : model.findMany(whole));
  return Buffer.byteLength(JSON.stringify({ data: rows }));
}

function withAllColumns({ select, computed = {}, ...args }: SelectNode): object {
  const embedded = Object.entries(select).filter((entry): entry is [string, SelectNode] => entry[1] !== true);
  const include = Object.fromEntries([
    ...Object.values(computed).map((value) => [relationOf(value), true]),
    ...embedded.map(([relation, node]) => [relation, withAllColumns(node)]),
  ]);
  return Object.keys(include).length > 0 ? { ...args, include } : args;
}

const relationOf = (computed: Computed): string =>
  'compare' in computed ? computed.compare[0].split('.')[0]! : computed.relation;
