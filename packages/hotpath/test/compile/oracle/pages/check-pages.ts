/** Compares pages with Prisma: the pages of every model, by each field and limit, have the rows of its whole list in order. */
import { inspect, isDeepStrictEqual } from 'node:util';
import { executeOn } from 'hotpath/compile/execute';
import { hasOrder, type ScalarField } from 'hotpath/model/data-model';
import type { Resource } from 'hotpath/resource/resource';
import { orderByOf, parseSort } from 'hotpath/resource/sort';
import { type Database, delegate } from '../data.ts';
import { hasTotalKey, scalarsOf } from '../keys.ts';
import { asJson } from '../oracle.ts';
import { declareModels } from './declare-models.ts';
import { PageWalker } from './page-walk.ts';

const LIMITS = [1, 2, 3];

export interface PagesTally {
  /** The models whose pages are complete in every order. */
  readonly models: number;
  readonly orders: number;
  /** The models that a resource cannot list, by the message of its declaration. */
  readonly refused: readonly string[];
}

/** Pages that leave out rows, repeat them or change their order; or a model that is refused without a reason. */
export class PageDifference extends Error {
  override readonly name = 'PageDifference';
}

/** @throws {PageDifference} at the first difference. */
export async function checkPages(database: Database): Promise<PagesTally> {
  const { registry, refused } = declareModels(database.dataModel);
  for (const [name, reason] of refused)
    if (hasTotalKey(database.dataModel.models[name]!)) throw new PageDifference(reason);
  const walker = new PageWalker(registry, executeOn(database.pool));
  let orders = 0;
  for (const resource of registry.all()) {
    for (const field of scalarsOf(database.dataModel.models[resource.model]!).filter(hasOrder)) {
      for (const sort of [field.name, `-${field.name}`]) await checkOrder(resource, field, sort);
      orders += 2;
    }
  }
  return { models: registry.all().length, orders, refused: [...refused.keys()] };

  async function checkOrder(resource: Resource, field: ScalarField, sort: string): Promise<void> {
    const names = [...new Set([field.name, ...registry.keyOf(resource)])];
    const whole = await wholeList(database, {
      model: resource.model,
      select: Object.fromEntries(names.map((name) => [name, true])),
      orderBy: orderByOf(parseSort(registry, resource, sort)),
    });
    for (const limit of LIMITS) {
      const rows = await walker.walk({ resource, sort, limit, fields: names.join(',') });
      if (isDeepStrictEqual(rows, whole)) continue;
      const show = (value: unknown) => inspect(value, { breakLength: 120, maxArrayLength: 50 });
      throw new PageDifference(
        `Pages of ${resource.model} by ${sort}, limit ${limit}:\npages:  ${show(rows)}\nPrisma: ${show(whole)}`,
      );
    }
  }
}

interface WholeList {
  readonly model: string;
  readonly select: object;
  readonly orderBy: readonly object[];
}

async function wholeList({ client }: Database, { model, ...args }: WholeList): Promise<unknown> {
  return asJson(await delegate(client, model).findMany({ ...args, relationLoadStrategy: 'query' }));
}
