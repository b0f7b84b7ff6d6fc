/** The tags of a selection: those of its rows if it fixes a key, those of collections for the rows below, else those of tables. */

import { type RootKey, rootKeys, tagsOf } from 'hotpath/freshness/answer-tags';
import { fixedValues, usesAlong, usesOf, usesOfNode } from 'hotpath/freshness/conditions';
import { joinSource, mustBeWatched, viewsOf, watch } from 'hotpath/freshness/watched';
import { defineDataModel } from 'hotpath/model/data-model';
import { everything, SUBJECT } from 'hotpath/resource/policy';
import { DeclarationError, Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { describe, expect, it } from 'vitest';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

const policy = everything('user');
const animal = zooResource('Animal', {
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
const feeding = zooResource('Feeding', {
  name: 'feeding',
  fields: ['amount'],
  defaultFields: 'amount',
  sort: 'at',
  policy,
});
const tag = zooResource('Tag', {
  name: 'tag',
  fields: ['slug'],
  relations: { animals: { where: { mood: 'calm' }, sort: 'weight' }, tickets: {} },
  defaultFields: 'slug',
  sort: 'slug',
  policy,
});
const sample = zooResource('Sample', { name: 'sample', fields: ['text'], defaultFields: 'text', sort: 'id', policy });
const ticket = zooResource('Ticket', {
  name: 'ticket',
  fields: ['note'],
  relations: { offers: {}, tag: {} },
  defaultFields: 'note',
  filters: { note: ['in'] },
  sort: 'seat',
  policy,
});
const keeper = zooResource('Keeper', { name: 'keeper', fields: ['name'], defaultFields: 'name', sort: 'id', policy });
const offer = zooResource('Offer', { name: 'offer', fields: ['id'], defaultFields: 'id', sort: 'id', policy });

const registry = new Registry(zooDataModel);
registry.add(animal, feeding, tag, sample, ticket, offer, keeper);
const watched = watch(registry);

type Args = Parameters<typeof tagsOf>[1]['args'];
const tagged = (resource: Resource, args: object, keys?: readonly RootKey[]) =>
  tagsOf(watched, { resource, args: { select: {}, ...args } as Args }, keys).sort();

describe('a selection of root rows', () => {
  it.each<[object, string[]]>([
    [{}, ['animal']],
    [{ where: { id: 7n } }, ['animal:7']],
    [{ where: { id: { equals: 7 } } }, ['animal:7']],
    [{ where: { id: { in: [7, 8] } } }, ['animal:7', 'animal:8']],
    [{ where: { AND: [{ name: 'x' }, { id: 7 }] } }, ['animal:7']],
    [{ where: { AND: { id: 7 } } }, ['animal:7']],
    [{ where: { motherId: 7 } }, ['animal?motherId=7']],
    [{ where: { code: 'a-b' } }, ['animal?code=a-b']],
    [{ where: { id: 7, motherId: 8 } }, ['animal:7']],
    [{ where: { id: { gt: 7 } } }, ['animal']],
    [{ where: { id: { not: 7 } } }, ['animal']],
    [{ where: { id: null } }, ['animal']],
    [{ where: { id: { equals: null } } }, ['animal']],
    [{ where: { id: { in: [7, null] } } }, ['animal']],
    [{ where: { OR: [{ id: 7 }] } }, ['animal']],
    [{ where: { NOT: { id: 7 } } }, ['animal']],
    [{ where: { code: { equals: 'A', mode: 'insensitive' } } }, ['animal']],
    [{ where: { name: 'x' } }, ['animal']],
    [{ where: { id: { in: [] } } }, []],
  ])('with %o has the tags %o', (args, expected) => {
    expect(tagged(animal, args)).toEqual(expected);
  });

  it('of more than 200 rows has the tag of the table', () => {
    const ids = (length: number) => ({ where: { id: { in: Array.from({ length }, (_, id) => id) } } });
    expect(tagged(animal, ids(200))).toHaveLength(200);
    expect(tagged(animal, ids(201))).toEqual(['animal']);
  });

  it('by a key of several fields has a tag for each combination', () => {
    const where = { gate: { in: ['a', 'b'] }, seat: { in: [1, 2] } };
    expect(tagged(offer, { where })).toEqual([
      'offer?gate,seat=a,1',
      'offer?gate,seat=a,2',
      'offer?gate,seat=b,1',
      'offer?gate,seat=b,2',
    ]);
    expect(tagged(offer, { where: { gate: 'a' } })).toEqual(['offer']);
    const seats = Array.from({ length: 101 }, (_, seat) => seat);
    expect(tagged(offer, { where: { gate: { in: ['a', 'b'] }, seat: { in: seats } } })).toEqual(['offer']);
  });

  it('by a key that the database compares by other rules than its bytes has the tag of its next key, or of the table', () => {
    const inexact = { ...watched, inexactKeys: new Set(['animal?code=']) };
    const asked = (where: Record<string, unknown>) =>
      tagsOf(inexact, { resource: animal, args: { select: {}, where } });
    expect(asked({ code: 'x' })).toEqual(['animal']);
    expect(asked({ code: 'x', motherId: 7 })).toEqual(['animal?motherId=7']);
  });

  it('has the tags of the tables that a condition or an order uses behind relations', () => {
    expect(tagged(animal, { where: { id: 7, mother: { is: { nickname: 'x' } } } })).toEqual(['animal', 'animal:7']);
    expect(tagged(tag, { where: { slug: 'x' }, orderBy: [{ tickets: { _count: 'asc' } }] })).toEqual([
      'tag:x',
      'ticket',
    ]);
    expect(tagged(tag, { where: { slug: 'x', animals: { some: { id: 1 } } } })).toEqual([
      'animal',
      'public._AnimalToTag',
      'tag:x',
    ]);
    expect(tagged(animal, { where: { id: 7, computed: { value: animal.computed['meals'], equals: true } } })).toEqual([
      'animal:7',
      'feeding',
    ]);
  });
});

describe('embedded rows', () => {
  const select = (inside: object) => ({ where: { id: 7 }, select: inside });
  const rows = { select: {} };

  it('have the tag of a collection of each root row, by the key that the selection fixes or the row has', () => {
    expect(tagged(animal, select({ feedings: rows }))).toEqual(['animal:7', 'feeding?animalId=7']);
    const all = { select: { feedings: rows } };
    expect(rootKeys(watched, { resource: animal, args: all as never })).toEqual(['id']);
    expect(tagged(animal, all, [[7], [8]])).toEqual(['animal', 'feeding?animalId=7', 'feeding?animalId=8']);
    expect(tagged(animal, all)).toEqual(['animal']);
  });

  it('need the keys of root rows if the selection does not fix them to one value', () => {
    const keys = (resource: Resource, args: object) => rootKeys(watched, { resource, args: args as Args });
    expect(keys(animal, select({ feedings: rows }))).toEqual([]);
    expect(keys(animal, { where: { id: { in: [7, 8] } }, select: { feedings: rows } })).toEqual(['id']);
    expect(keys(animal, { select: { mother: rows, name: true } })).toEqual([]);
    expect(keys(ticket, { select: { offers: rows } })).toEqual(['gate', 'seat']);
    expect(keys(ticket, { where: { seat: 1 }, select: { offers: rows } })).toEqual(['gate']);
    expect(keys(animal, { select: { feedings: rows, children: rows } })).toEqual(['id']);
  });

  it('by a key of several fields have all fields in their tag', () => {
    const args = { select: { offers: rows } };
    expect(tagged(ticket, args, [['a', 1]])).toEqual(['offer?gate,seat=a,1', 'ticket']);
    expect(tagged(ticket, { ...args, where: { seat: 2 } }, [['a']])).toEqual(['offer?gate,seat=a,2', 'ticket']);
  });

  it('below a row whose key is null have no tag', () => {
    expect(tagged(ticket, { select: { offers: rows } }, [[null, 1]])).toEqual(['ticket']);
    expect(tagged(ticket, { select: { offers: rows } }, [['a', null]])).toEqual(['ticket']);
  });

  it('that are parents have the tag of their table', () => {
    expect(tagged(animal, select({ mother: rows }))).toEqual(['animal', 'animal:7']);
    expect(tagged(ticket, { where: { note: 'x' }, select: { tag: rows } })).toEqual(['tag', 'ticket?note=x']);
  });

  it('of a many-to-many relation have the tags of a collection of the join table and of the table behind it', () => {
    expect(tagged(animal, select({ tags: rows }))).toEqual(['animal:7', 'public._AnimalToTag?A=7', 'tag']);
    expect(tagged(tag, { where: { slug: 'x' }, select: { animals: rows } })).toEqual([
      'animal',
      'public._AnimalToTag?B=x',
      'tag:x',
    ]);
  });

  it('at deeper levels have the tags of their tables and of those that their conditions and orders use', () => {
    expect(tagged(animal, select({ feedings: { select: { keeper: rows } } }))).toEqual([
      'animal:7',
      'feeding?animalId=7',
      'keeper',
    ]);
    const where = { keeper: { is: { name: 'x' } } };
    expect(tagged(animal, select({ feedings: { ...rows, where } }))).toContain('keeper');
    expect(tagged(animal, select({ feedings: { ...rows, orderBy: [{ keeper: { name: 'asc' } }] } }))).toContain(
      'keeper',
    );
    const computed = { n: { aggregate: 'count', relation: 'offers' } };
    expect(tagged(tag, { where: { slug: 'x' }, select: { tickets: { ...rows, computed } } })).toEqual([
      'offer',
      'tag:x',
      'ticket?tagId=x',
    ]);
  });

  it('that are counted or compared have the tags that listed rows have', () => {
    const { meals, heavy } = animal.computed;
    expect(tagged(animal, { where: { id: 7 }, computed: { meals } })).toEqual(['animal:7', 'feeding?animalId=7']);
    expect(tagged(animal, { where: { id: 7 }, computed: { heavy } })).toEqual(['animal:7']);
    const keeperName = { compare: ['mother.name', 'gt', 'x'] };
    expect(tagged(animal, { where: { id: 7 }, computed: { keeperName } })).toEqual(['animal', 'animal:7']);
    const loud = { aggregate: 'count', relation: 'feedings', where: { keeper: { is: { name: 'x' } } } };
    expect(tagged(animal, { where: { id: 7 }, computed: { loud } })).toEqual([
      'animal:7',
      'feeding?animalId=7',
      'keeper',
    ]);
  });

  it('of a frozen select are analysed once, apart from the computed values beside it', () => {
    const frozen = Object.freeze({ feedings: rows });
    const { meals } = animal.computed;
    const count = { n: { aggregate: 'count', relation: 'samples' } };
    const asked = { where: { id: 7 }, select: frozen };
    for (let times = 0; times < 2; times += 1) {
      expect(tagged(animal, asked)).toEqual(['animal:7', 'feeding?animalId=7']);
      expect(tagged(animal, { ...asked, computed: count })).toEqual([
        'animal:7',
        'feeding?animalId=7',
        'sample?animalId=7',
      ]);
      expect(tagged(animal, { ...asked, computed: { meals } })).toEqual(['animal:7', 'feeding?animalId=7']);
    }
    const open: Record<string, object> = { feedings: rows };
    expect(tagged(animal, { where: { id: 7 }, select: open })).toEqual(['animal:7', 'feeding?animalId=7']);
    open['children'] = rows;
    expect(tagged(animal, { where: { id: 7 }, select: open })).toContain('animal?motherId=7');
  });
});

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
  const other = new Registry(zooDataModel);
  other.add(total({ Tag: { country: 'slug' }, Keeper: {} }));
  const made = watch(other);

  it('has the tags of its base tables, by those of its fields that are fields of the tables', () => {
    const [resource] = other.all() as [Resource];
    const asked = (where: Record<string, unknown>) => tagsOf(made, { resource, args: { select: {}, where } }).sort();
    expect(asked({})).toEqual(['keeper', 'tag']);
    expect(asked({ country: 'nl' })).toEqual(['keeper', 'tag:nl']);
    expect(asked({ total: 7 })).toEqual(['keeper', 'tag']);
  });

  it('is listed by its name in the database with its bases, and its base tables are watched as a whole', () => {
    expect(viewsOf(made)).toEqual([
      { source: 'animalTotal', schema: 'public', table: 'animal totals', bases: ['tag', 'keeper'] },
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

describe('the fields that are used', () => {
  const names = (uses: Iterable<{ readonly field: { readonly name: string } }>) =>
    [...uses].map(({ field }) => field.name);
  const model = zooDataModel.models['Animal']!;
  const of = (condition: unknown) => names(usesOf(zooDataModel, model, condition));

  it.each<[unknown, string[]]>([
    [undefined, []],
    ['text', []],
    [null, []],
    [{ name: 'x' }, ['name']],
    [
      [{ name: 'x' }, null, { legs: 1 }],
      ['name', 'legs'],
    ],
    [{ AND: [{ name: 'x' }, { OR: [{ legs: 1 }] }], NOT: { weight: 1 } }, ['name', 'legs', 'weight']],
    [{ toString: 1, unknown: { name: 'x' } }, []],
    [{ mother: { is: { name: 'x' } } }, ['mother', 'name']],
    [{ mother: { isNot: null } }, ['mother']],
    [{ mother: { name: 'asc' } }, ['mother', 'name']],
    [{ feedings: { some: { keeper: { is: { salary: 1 } } } } }, ['feedings', 'keeper', 'salary']],
    [{ feedings: { every: { amount: 1 }, none: { note: '' } } }, ['feedings', 'amount', 'note']],
    [{ feedings: { _count: 'asc' } }, ['feedings']],
    [{ computed: { value: { compare: ['mother.weight', 'gt', 1] }, equals: true } }, ['mother', 'weight']],
    [{ computed: [{ value: { compare: ['legs', 'gt', 1] } }] }, ['legs']],
    [
      { computed: { value: { aggregate: 'max', relation: 'feedings', field: 'amount', where: { note: 'x' } } } },
      ['feedings', 'amount', 'note'],
    ],
  ])('by the condition %o are %o', (condition, expected) => {
    expect(of(condition)).toEqual(expected);
  });

  it('along a path are all of its steps', () => {
    expect(names(usesAlong(zooDataModel, model, 'mother.friend.name'))).toEqual(['mother', 'friend', 'name']);
  });

  it('by an embedded level are those that it selects, computes, filters by and sorts by', () => {
    const node = {
      select: { name: true, mother: { select: { legs: true } }, feedings: true },
      computed: { heavy: { compare: ['weight', 'gt', 4] } },
      where: { mood: 'calm' },
      orderBy: [{ born: 'asc' }],
    };
    expect(names(usesOfNode(zooDataModel, model, node as never))).toEqual([
      ...['mood', 'born', 'weight', 'name', 'mother', 'legs', 'feedings'],
    ]);
  });

  it('have fixed values if a condition names the values', () => {
    const fixed = (where: unknown) => Object.fromEntries(fixedValues(where));
    expect(fixed(undefined)).toEqual({});
    expect(fixed({ a: 1, b: { equals: 'x' }, c: { in: [1n, 2n] }, d: { gt: 1 }, e: null, f: true })).toEqual({
      a: [1],
      b: ['x'],
      c: [1n, 2n],
    });
    expect(fixed({ a: 1, AND: [{ a: 2, b: 3 }, { AND: { c: 4 } }] })).toEqual({ a: [1], b: [3], c: [4] });
    expect(fixed({ a: { equals: 'x', mode: 'insensitive' }, b: { in: [new Date(0)] }, OR: [{ c: 1 }] })).toEqual({});
  });
});

it('a model without a schema in the data model is watched in the schema of the service', () => {
  const text = JSON.stringify(zooDataModel).replaceAll('"schema":"public",', '');
  const other = new Registry(defineDataModel(JSON.parse(text)));
  other.add(feeding);
  expect(watch(other).tables.get('Feeding')).not.toHaveProperty('schema');
});
