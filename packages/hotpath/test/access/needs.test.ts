/**
 * The privileges that a role needs on the tables that the service reads, on those that it writes, and on the library's
 * own.
 */

import { needsOf, type Writes } from 'hotpath/access/needs';
import { watch } from 'hotpath/freshness/watched';
import { everything } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import { expect, it } from 'vitest';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

const policy = everything('user');
const registry = new Registry(zooDataModel);
registry.add(
  zooResource('Tag', { name: 'tag', fields: ['slug'], defaultFields: 'slug', sort: 'slug', policy }),
  zooResource('AnimalTotal', {
    name: 'total',
    fields: ['country'],
    defaultFields: 'country',
    sort: 'country',
    policy,
    madeOf: { Feeding: {} },
  }),
);
const needed = (...writes: Writes[]) =>
  needsOf({ dataModel: zooDataModel, watched: watch(registry), writes, schema: 'farm' });
const placeOf = (model: string) => {
  const { schema, table } = zooDataModel.models[model]!;
  return { schema: schema!, table };
};
const read = (model: string) => ({ ...placeOf(model), privileges: ['SELECT'] });

const ALL = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const own = [
  { schema: 'farm', table: '_prisma_migrations', privileges: ['SELECT'] },
  { schema: 'hotpath', table: 'version', privileges: ['SELECT'] },
  { schema: 'hotpath', table: 'idempotency_keys', privileges: ALL },
  { schema: 'hotpath', table: 'job_effects', privileges: ['SELECT', 'INSERT', 'DELETE'] },
  { schema: 'hotpath', table: 'job_marks', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'hotpath', table: 'epoch', privileges: ['SELECT'] },
  { schema: 'hotpath', table: 'log', privileges: ['SELECT'] },
  { schema: 'hotpath', table: 'job_workers', privileges: ALL },
  { schema: 'hotpath', table: 'life', privileges: ['SELECT'] },
  { schema: 'graphile_worker', table: '_private_job_queues', privileges: ALL },
  { schema: 'graphile_worker', table: '_private_jobs', privileges: ALL },
  { schema: 'graphile_worker', table: '_private_known_crontabs', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'graphile_worker', table: '_private_tasks', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'graphile_worker', table: 'jobs', privileges: ['SELECT'] },
  { schema: 'graphile_worker', table: 'migrations', privileges: ['SELECT'] },
];
const byPlace = (one: { schema: string; table: string }, other: typeof one) =>
  `${one.schema}.${one.table}` < `${other.schema}.${other.table}` ? -1 : 1;

it("are to read the tables of resources, including views and their tables, and the library's own", () => {
  expect(needed()).toEqual({
    tables: [...own, read('Tag'), read('AnimalTotal'), read('Feeding')].sort(byPlace),
    functions: [
      '"hotpath".begin_epoch()',
      '"hotpath".end_epoch(uuid)',
      '"hotpath".name_life()',
      '"hotpath".trim_log(interval, integer)',
      '"hotpath".catalog(text[])',
    ],
    hasQueue: true,
  });
});

it('are the declared writes, once each, and to read the written tables', () => {
  const { tables } = needed({ Tag: ['INSERT'], Keeper: ['UPDATE'] }, { Tag: ['UPDATE', 'INSERT'], House: [] });
  const privilegesOn = (model: string) => tables.filter(({ table }) => table === placeOf(model).table);
  expect(privilegesOn('Tag')).toEqual([{ ...read('Tag'), privileges: ['SELECT', 'INSERT', 'UPDATE'] }]);
  expect(privilegesOn('Keeper')).toEqual([{ ...read('Keeper'), privileges: ['SELECT', 'UPDATE'] }]);
  expect(privilegesOn('House')).toEqual([read('House')]);
});

it('are in the schema that a model names, or else in that of the service', () => {
  const { schema: _, ...tag } = zooDataModel.models['Tag']!;
  const dataModel = { ...zooDataModel, models: { ...zooDataModel.models, Tag: tag } };
  const writes = [{ Tag: ['DELETE'], Keeper: ['INSERT'] }] as const;
  const { tables } = needsOf({ dataModel, watched: watch(new Registry(dataModel)), writes, schema: 'farm' });
  expect(tables).toContainEqual({ schema: 'farm', table: tag.table, privileges: ['SELECT', 'DELETE'] });
  expect(tables).toContainEqual({ ...placeOf('Keeper'), privileges: ['SELECT', 'INSERT'] });
});

it('are none on the queue and the table of migrations if the service has neither', () => {
  const options = { dataModel: zooDataModel, watched: watch(registry), writes: [], schema: 'farm' };
  const { tables, hasQueue } = needsOf({ ...options, hasQueue: false, hasMigrations: false });
  const schemas = new Set(tables.map(({ schema }) => schema));
  expect([hasQueue, schemas.has('graphile_worker')]).toEqual([false, false]);
  expect(tables.some(({ table }) => table === '_prisma_migrations')).toBe(false);
});
