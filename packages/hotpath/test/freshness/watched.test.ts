/** The watched schema: the tables, keys and fields whose changes triggers log, of views too. */
import { tagsOf } from 'hotpath/freshness/answer-tags';
import { usesOf } from 'hotpath/freshness/conditions';
import { joinSource, mustBeWatched, viewsOf, type Watched, watch } from 'hotpath/freshness/watched';
import { defineDataModel } from 'hotpath/model/data-model';
import { SUBJECT } from 'hotpath/resource/policy';
import { DeclarationError, Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { describe, expect, it } from 'vitest';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';
import { animal, feeding, policy, tagged, watched } from './watched-zoo.ts';

describe('a view', () => {
  const total = (madeOf: object) =>
    zooResource('AnimalTotal', {
      name: 'total',
      fields: ['total'],
      defaultFields: 'total',
      filters: { country: ['equals'] },
      sort: 'total',
      policy,
      madeOf: madeOf as never,
    });
  const watchTotal = (text: string) => {
    const other = new Registry(defineDataModel(JSON.parse(text)));
    other.add(total({ Tag: { country: 'slug' }, Keeper: {} }));
    return watch(other);
  };
  const padded = JSON.stringify(zooDataModel);
  const made = watchTotal(padded.replaceAll('"native":{"name":"Char"', '"native":{"name":"VarChar"'));
  const asked = (watched: Watched, where: Record<string, unknown>) => {
    const [resource] = watched.registry.all() as [Resource];
    return tagsOf(watched, { resource, args: { select: {}, where } }).sort();
  };

  it('has the tags of its base tables, by those of its fields that are fields of the tables', () => {
    expect(asked(made, {})).toEqual(['keeper', 'tag']);
    expect(asked(made, { country: 'nl' })).toEqual(['keeper', 'tag:nl']);
    expect(asked(made, { total: 7 })).toEqual(['keeper', 'tag']);
  });

  it('has the tags of whole tables if its field is written or compared otherwise than that of the table', () => {
    expect(asked(watchTotal(padded), { country: 'nl' })).toEqual(['keeper', 'tag']);
    expect(asked({ ...made, inexactFields: new Set(['animalTotal.country']) }, { country: 'nl' })).toEqual([
      'keeper',
      'tag',
    ]);
  });

  it('is listed by its name in the database with its bases, and its base tables are watched as a whole', () => {
    const fields = Object.values(made.registry.dataModel.models['AnimalTotal']!.fields);
    expect(viewsOf(made)).toEqual([
      { source: 'animalTotal', schema: 'public', table: 'animal totals', fields, bases: ['tag', 'keeper'] },
    ]);
    expect([...made.tables.keys()]).toEqual(['Keeper', 'Tag']);
    expect(made.tables.get('Tag')!.fields.map(({ name }) => name)).toEqual(['slug', 'label', 'weight']);
  });

  it('is refused if it does not declare its base tables', () => {
    const alone = new Registry(zooDataModel);
    const { madeOf: _, ...without } = total({});
    alone.add({ ...without, filters: {} } as Resource);
    const { uniques: __, ...view } = zooDataModel.models['AnimalTotal']!;
    const models = { ...zooDataModel.models, AnimalTotal: { ...view, uniques: {} } };
    const keyless = new Registry({ ...zooDataModel, models });
    keyless.add({ ...without, filters: {} } as Resource);
    expect(() => watch(keyless)).toThrow(
      new DeclarationError('animalTotal', 'has no key: a view must say what it is `madeOf`'),
    );
  });
});

describe('the watched schema', () => {
  const fieldsOf = (model: string) => watched.tables.get(model)?.fields.map(({ name }) => name);
  const keysOf = (model: string) => watched.tables.get(model)?.keys.map(({ prefix }) => prefix);

  it('has the keys, and the fields that a resource, its conditions, orders and computed values use', () => {
    expect(fieldsOf('Animal')).toEqual([
      ...['id', 'name', 'nickname', 'mood', 'weight', 'born', 'legs', 'code', 'motherId', 'friendId'],
    ]);
    expect(fieldsOf('Feeding')).toEqual(['animalId', 'keeperId', 'at', 'amount', 'note']);
    expect(fieldsOf('House')).toBe(undefined);
    expect(fieldsOf('Keeper')).toEqual(['id', 'name', 'bossId']);
    expect(fieldsOf('Sample')).toEqual(['id', 'animalId', 'text']);
    expect(fieldsOf('public._AnimalToTag')).toEqual(['A', 'B']);
  });

  it('has the keys whose values have one written form: of rows, of unique fields with a filter, of relations', () => {
    expect(keysOf('Animal')).toEqual([':', '?code=', '?motherId=', '?friendId=']);
    expect(keysOf('Feeding')).toEqual(['?animalId=', '?keeperId=']);
    expect(keysOf('Ticket')).toEqual(['?note=', '?tagId=']);
    expect(keysOf('public._AnimalToTag')).toEqual(['?A=', '?B=']);
  });

  it('has tables by their names, each with a key that identifies its rows', () => {
    const { source, schema, table, identity } = watched.tables.get('Feeding')!;
    expect([source, schema, table, identity.map(({ name }) => name)]).toEqual([
      'feeding',
      'public',
      'feeding.log',
      ['animalId', 'keeperId', 'at'],
    ]);
    expect([...watched.tables.keys()]).toEqual([
      'Animal',
      'Feeding',
      ...['Keeper', 'Offer', 'Sample', 'Tag', 'Ticket', 'public._AnimalToTag'],
    ]);
    const join = watched.tables.get('public._AnimalToTag')!;
    expect([join.source, join.schema, join.table, join.identity.map(({ name, column }) => [name, column])]).toEqual([
      'public._AnimalToTag',
      'public',
      '_AnimalToTag',
      [
        ['A', 'A'],
        ['B', 'B'],
      ],
    ]);
  });

  it('has the fields that a policy, a window and a version use', () => {
    const member = zooResource('Member', {
      name: 'member',
      fields: ['kind'],
      version: 'Edition',
      window: { field: 'changed', default: 1, most: 1 },
      defaultFields: 'kind',
      sort: 'kind',
      policy: { user: { rows: { nick: SUBJECT } } },
    });
    const alone = new Registry(zooDataModel);
    alone.add(member);
    const { fields } = watch(alone).tables.get('Member')!;
    expect(fields.map(({ name }) => name)).toEqual(['kind', 'user_Id', 'nick', 'Edition', 'changed']);
  });

  it('has a key for tags only if its values have one written form', () => {
    const prefixes = (model: 'Member' | 'Booth' | 'Sample', type?: object) => {
      const { fields } = zooDataModel.models[model]!;
      const changed = { ...fields, id: { ...fields['id']!, ...type } };
      const models = {
        ...zooDataModel.models,
        [model]: { ...zooDataModel.models[model]!, ...(type && { fields: changed }) },
      };
      const alone = new Registry({ ...zooDataModel, models } as typeof zooDataModel);
      const [field] = Object.keys(fields) as [never];
      alone.add(zooResource(model, { name: 'one', fields: [field], defaultFields: field, sort: field, policy }));
      return watch(alone)
        .tables.get(model)!
        .keys.map(({ prefix }) => prefix);
    };
    expect([prefixes('Member'), prefixes('Booth'), prefixes('Sample')]).toEqual([[':'], [], [':', '?animalId=']]);
    const exact = (type: string, native?: string) =>
      prefixes('Sample', { type, ...(native && { native: { name: native, args: [] } }) }).includes(':');
    expect(['Int', 'BigInt', 'Enum', 'String'].map((type) => exact(type))).toEqual([true, true, true, true]);
    expect(['Text', 'VarChar', 'Uuid', 'Char', 'Citext', 'Inet'].map((native) => exact('String', native))).toEqual([
      ...[true, true, true, false, false, false],
    ]);
    expect(['Float', 'Decimal', 'DateTime', 'Boolean', 'Bytes'].map((type) => exact(type))).toEqual(
      Array(5).fill(false),
    );
  });

  it('has every field that a selection uses, or the selection is refused', () => {
    const uses = (where: object) => usesOf(zooDataModel, zooDataModel.models['Animal']!, where);
    expect(() => mustBeWatched(watched, animal, uses({ name: 'x', mother: { is: { id: 1 } } }))).not.toThrow();
    expect(() => mustBeWatched(watched, animal, uses({ select: 'x' }))).toThrow(
      new DeclarationError('animal', 'uses "select", which it does not declare, so no change is logged'),
    );
    expect(() => tagged(animal, { where: { diet: 'meat' } })).toThrow(/uses "diet"/);
  });

  it('names a join table by its schema and name, with every character escaped that a tag may not contain', () => {
    const through = { table: "a!b'(c)*~d", from: 'A', to: 'B' } as const;
    expect(joinSource(through)).toBe('a%21b%27%28c%29%2A%7Ed');
    expect(joinSource({ ...through, table: 't', schema: 's' })).toBe('s.t');
  });
});

it('a model without a schema in the data model is watched in the schema of the service', () => {
  const text = JSON.stringify(zooDataModel).replaceAll('"schema":"public",', '');
  const other = new Registry(defineDataModel(JSON.parse(text)));
  other.add(feeding);
  expect(watch(other).tables.get('Feeding')).not.toHaveProperty('schema');
});
