import { tagsOf } from 'hotpath/freshness/answer-tags';
import { usesOf } from 'hotpath/freshness/conditions';
import { watch } from 'hotpath/freshness/watched';
import { tableOfTag } from 'hotpath/http/cache-headers';
import { defineDataModel } from 'hotpath/model/data-model';
import { everything } from 'hotpath/resource/policy';
import { DeclarationError, Registry } from 'hotpath/resource/registry';
import { expect, it } from 'vitest';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

const policy = everything('public');
const tag = zooResource('Tag', {
  name: 'tag',
  fields: ['slug'],
  relations: { animals: {} },
  defaultFields: 'slug',
  sort: 'slug',
  policy,
});
const animal = zooResource('Animal', { name: 'animal', fields: ['id'], defaultFields: 'id', sort: 'id', policy });

it.each(['_AnimalToTag', '_a:b', '_a?b=c', '_a%3Ab', '_ключ "x"'])(
  'the tag of the join table %s names its source alone',
  (table) => {
    const text = JSON.stringify(zooDataModel).replaceAll('"_AnimalToTag"', JSON.stringify(table));
    const registry = new Registry(defineDataModel(JSON.parse(text)));
    registry.add(tag, animal);
    const watched = watch(registry);
    const args = { select: { animals: { select: { id: true } } }, where: { slug: 'a:b?c' } } as const;
    const { source, table: name } = [...watched.tables.values()].find((each) => each.table === table)!;
    expect(name).toBe(table);
    const tables = tagsOf(watched, { resource: tag, args }).map(tableOfTag);
    expect(new Set(tables)).toEqual(new Set(['tag', 'animal', source]));
  },
);

it('a registry refuses two models whose names differ only in the first letter: their changes would be logged as one', () => {
  const text = JSON.stringify(zooDataModel).replaceAll('"Tag"', '"animal"');
  const registry = new Registry(defineDataModel(JSON.parse(text)));
  const lower = { ...tag, name: 'lower', model: 'animal', relations: {} };
  registry.add(lower, animal);
  expect(() => watch(registry)).toThrow(
    new DeclarationError('animal', 'names two models that differ only in the first letter'),
  );
});

it("a field that has the name of a quantifier counts as a use, and so does a quantifier's condition", () => {
  const text = JSON.stringify(zooDataModel).replaceAll('"salary"', '"is"').replaceAll('"staff"', '"some"');
  const dataModel = defineDataModel(JSON.parse(text));
  const looked = (where: object) =>
    [...usesOf(dataModel, dataModel.models['Keeper']!, where)].map(({ field }) => field.name);
  expect(looked({ boss: { is: { country: 'nl' } } })).toEqual(expect.arrayContaining(['boss', 'is', 'country']));
  expect(looked({ some: { some: { country: 'nl' } } })).toEqual(expect.arrayContaining(['some', 'country']));
});
