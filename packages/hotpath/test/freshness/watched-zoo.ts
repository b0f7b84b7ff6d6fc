/** Resources of the zoo's data model, its watched schema, and the tags of a selection. */
import { type RootKey, tagsOf } from 'hotpath/freshness/answer-tags';
import { watch } from 'hotpath/freshness/watched';
import { everything } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

export const policy = everything('user');
export const animal = zooResource('Animal', {
  name: 'animal',
  fields: ['id', 'name'],
  relations: { feedings: {}, tags: {}, mother: {}, children: {}, samples: {} },
  computed: {
    meals: { aggregate: 'count', relation: 'feedings', where: { note: 'x' } },
    heavy: { compare: ['weight', 'gt', 4] },
  },
  defaultFields: 'id',
  filters: { code: ['equals'], friendId: ['gte'], motherId: ['in'], 'mother.nickname': ['equals'] },
  sorts: ['born'],
  sort: 'legs',
  policy,
});
export const feeding = zooResource('Feeding', {
  name: 'feeding',
  fields: ['amount'],
  defaultFields: 'amount',
  sort: 'at',
  policy,
});
export const tag = zooResource('Tag', {
  name: 'tag',
  fields: ['slug'],
  relations: { animals: { where: { mood: 'calm' }, sort: 'weight' }, tickets: {} },
  defaultFields: 'slug',
  sort: 'slug',
  policy,
});
const sample = zooResource('Sample', {
  name: 'sample',
  fields: ['text'],
  defaultFields: 'text',
  sort: 'id',
  policy,
});
export const ticket = zooResource('Ticket', {
  name: 'ticket',
  fields: ['note'],
  relations: { offers: {}, tag: {} },
  defaultFields: 'note',
  filters: { note: ['in'] },
  sort: 'seat',
  policy,
});
const keeper = zooResource('Keeper', {
  name: 'keeper',
  fields: ['name'],
  defaultFields: 'name',
  sort: 'id',
  policy,
});
export const offer = zooResource('Offer', { name: 'offer', fields: ['id'], defaultFields: 'id', sort: 'id', policy });

const registry = new Registry(zooDataModel);
registry.add(animal, feeding, tag, sample, ticket, offer, keeper);
export const watched = watch(registry);

export type Args = Parameters<typeof tagsOf>[1]['args'];
export const tagged = (resource: Resource, args: object, keys?: readonly RootKey[]) =>
  tagsOf(watched, { resource, args: { select: {}, ...args } as Args }, keys).sort();
