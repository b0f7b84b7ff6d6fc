/** A field that a role may not see orders nothing, filters nothing, and is in no cursor. */

import { cursorSigner } from 'hotpath/resource/cursor';
import { everything, SUBJECT } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import { SelectionParser, type SelectionRequest } from 'hotpath/resource/selection';
import { PUBLIC } from 'hotpath/resource/viewer';
import { describe, expect, it } from 'vitest';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

const animal = zooResource('Animal', {
  name: 'animal',
  fields: ['id', 'name', 'weight'],
  defaultFields: 'id',
  filters: { 'house.title': ['equals'], 'mother.name': ['equals'], 'mother.weight': ['gte'], name: ['equals'] },
  sorts: ['name', 'weight'],
  sort: 'id',
  policy: { ...everything('user', 'admin'), public: { without: ['weight'] }, user: { rows: { id: SUBJECT } } },
});
const house = zooResource('House', {
  name: 'house',
  fields: ['title'],
  defaultFields: 'title',
  sort: 'title',
  policy: everything('admin'),
});
const registry = new Registry(zooDataModel);
registry.add(animal, house);
registry.check();
const parser = new SelectionParser(registry, cursorSigner('secret'));
const list = (query: SelectionRequest['query'], viewer: SelectionRequest['viewer'] = PUBLIC) =>
  parser.list({ resource: animal, viewer, query });
const admin = { subject: '1', role: 'admin' };
const user = { subject: '7', role: 'user' };

const detailOf = (ask: () => unknown): unknown => {
  try {
    return ask();
  } catch (error) {
    return (error as { parts: { detail: string }[] }).parts[0]!.detail;
  }
};

describe('a field that a role may not see', () => {
  it('cannot sort, and is not named as a sort', () => {
    expect(detailOf(() => list({ sort: '-weight' }))).toBe('there is no sort "weight"; there is name');
    expect(list({ sort: '-weight' }, admin).sort[0]).toEqual({ field: 'weight', direction: 'desc' });
  });

  it('cannot filter behind a relation: a hidden field there, or a resource that the role may not see', () => {
    const others = 'there is fields, sort, limit, after, mother.name, name';
    expect(detailOf(() => list({ 'mother.weight[gte]': '3' }))).toBe(
      `there is no parameter "mother.weight[gte]"; ${others}`,
    );
    expect(detailOf(() => list({ 'house.title': 'x' }))).toBe(`there is no parameter "house.title"; ${others}`);
    expect(list({ 'house.title': 'x' }, admin).args.where).toMatchObject({ house: { is: { title: { equals: 'x' } } } });
  });

  it('hidden rows are not found by a filter behind a relation', () => {
    const selection = list({ 'mother.name': 'x' }, user);
    expect(selection.args.where).toEqual({
      AND: [{ id: 7n }, { mother: { is: { AND: [{ id: 7n }, { name: { equals: 'x' } }] } } }],
    });
    expect(selection.scope).toBe('subject');
  });

  it('cannot filter: a field, a relation with the fields behind it, a computed value', () => {
    const many = { compare: ['legs', 'gt', 4] as const };
    const shown = {
      ...animal,
      computed: { many, 'legs.many': many },
      filters: { ...animal.filters, weight: ['gte'], many: ['equals'], 'legs.many': ['equals'] },
      policy: { user: { without: ['house', 'weight', 'many', 'legs.many'] } },
    } as unknown as typeof animal;
    const other = new Registry(zooDataModel);
    other.add(shown, { ...house, policy: everything('user') });
    const ask = (query: SelectionRequest['query']) => () =>
      new SelectionParser(other, cursorSigner('secret')).list({ resource: shown, viewer: user, query });
    for (const parameter of ['weight[gte]', 'house.title', 'mother.weight[gte]', 'many', 'legs.many']) {
      expect(detailOf(ask({ [parameter]: '1' }))).toBe(
        `there is no parameter "${parameter}"; there is fields, sort, limit, after, mother.name, name`,
      );
    }
    expect(ask({ 'mother.name': 'x', name: 'y' })).not.toThrow();
  });

  it("makes the answer one viewer's if any filter reads it, whichever comes last", () => {
    const free = { ...animal, policy: everything('user') };
    const own = { ...house, policy: { user: { rows: { title: SUBJECT } } } } as unknown as typeof house;
    const other = new Registry(zooDataModel);
    other.add(free, own);
    const scope = (query: SelectionRequest['query']) =>
      new SelectionParser(other, cursorSigner('secret')).list({ resource: free, viewer: user, query }).scope;
    expect([
      scope({ name: 'x' }),
      scope({ 'mother.name': 'x' }),
      scope({ 'house.title': 'x' }),
      scope({ 'house.title': 'x', name: 'x' }),
    ]).toEqual(['role', 'role', 'subject', 'subject']);
  });

  it('cannot be read from a cursor', () => {
    const selection = list({ sort: 'name' });
    const cursor = parser.cursor(selection, '["a secret","41"]');
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/secret|41/);
    expect(parser.cursor(selection, '["a secret","41"]')).toBe(cursor);
    expect(list({ sort: 'name', after: cursor }).after).toEqual(['a secret', '41']);
  });
});

it('a cursor does not outlive the type of a field, and has no null for a required field', () => {
  const selection = list({ sort: 'name' });
  const [name, id] = [animal.sorts[0]!, 'id'];
  const { fields } = zooDataModel.models['Animal']!;
  const changed = { ...fields, [id]: { ...fields[id]!, type: 'Int' as const } };
  const models = { ...zooDataModel.models, Animal: { ...zooDataModel.models['Animal']!, fields: changed } };
  const later = new Registry({ ...zooDataModel, models } as typeof zooDataModel);
  later.add(animal, house);
  const cursor = parser.cursor(selection, '["x","41"]');
  const ask = () =>
    new SelectionParser(later, cursorSigner('secret')).list({
      resource: animal,
      viewer: PUBLIC,
      query: { sort: name, after: cursor },
    });
  expect(detailOf(ask)).toBe('is not a cursor of this list in this order');
  const withNull = parser.cursor(selection, '["x",null]');
  expect(detailOf(() => list({ sort: name, after: withNull }))).toBe('is not a cursor of this list in this order');
});
