import { expect, it } from 'vitest';
import { defineDataModel } from '../../../src/engine/compile/data-model.ts';
import { tagsOf } from '../../../src/engine/freshness/tags.ts';
import { watch } from '../../../src/engine/freshness/watched.ts';
import { tableOf } from '../../../src/engine/http/cache-headers.ts';
import { everything } from '../../../src/engine/resource/policy.ts';
import { Registry } from '../../../src/engine/resource/registry.ts';
import { zooDataModel, zooResource } from '../../support/zoo.ts';

const policy = everything('public');
const tag = zooResource('Tag', {
  name: 'tag',
  fields: ['slug'],
  relations: { animals: {} },
  lean: 'slug',
  sort: 'slug',
  policy,
});
const animal = zooResource('Animal', { name: 'animal', fields: ['id'], lean: 'id', sort: 'id', policy });

it.each(['_AnimalToTag', '_a:b', '_a?b=c', '_a%3Ab', '_ключ "x"'])(
  'a tag of the join table %s names its source alone',
  (table) => {
    const text = JSON.stringify(zooDataModel).replaceAll('"_AnimalToTag"', JSON.stringify(table));
    const registry = new Registry(defineDataModel(JSON.parse(text)));
    registry.add(tag, animal);
    const watched = watch(registry);
    const args = { select: { animals: { select: { id: true } } }, where: { slug: 'a:b?c' } } as const;
    const { source, table: name } = [...watched.tables.values()].find((each) => each.table === table)!;
    expect(name).toBe(table);
    const tables = tagsOf(watched, { resource: tag, args }).map(tableOf);
    expect(new Set(tables)).toEqual(new Set(['tag', 'animal', source]));
  },
);
