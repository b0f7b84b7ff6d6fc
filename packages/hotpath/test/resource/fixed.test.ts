import { cursorSigner } from 'hotpath/resource/cursor';
import { areContrary } from 'hotpath/resource/fixed';
import { SUBJECT } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import { SelectionParser } from 'hotpath/resource/selection';
import type { Value } from 'hotpath/resource/value';
import { describe, expect, it } from 'vitest';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

const fieldOf = (model: string, name: string) => {
  const field = zooDataModel.models[model]!.fields[name]!;
  if (field.kind !== 'scalar') throw new TypeError(`${name} is a relation`);
  return field;
};

describe('two values of a field', () => {
  it.each([
    ['Animal', 'id', 7n, 8],
    ['Animal', 'legs', 4, 5],
    ['House', 'open', true, false],
    ['Tag', 'slug', 'a', 'A'],
    ['Animal', 'mood', 'calm', 'angry'],
    ['Animal', 'name', 'a', 'A'],
  ])('cannot both be in a row: %s.%s, %s and %s', (model, name, one, other) => {
    expect(areContrary(fieldOf(model, name), one, other)).toBe(true);
  });

  it.each([
    ['Animal', 'id', 7n, 7],
    ['Animal', 'id', 7, 7n],
    ['House', 'open', true, true],
    ['House', 'open', true, 'true'],
    ['House', 'open', 'true', true],
    ['Animal', 'code', '6f9619ff-8b86-d011-b42d-00c04fc964ff', '6F9619FF8B86D011B42D00C04FC964FF'],
    ['Tag', 'slug', 'a', 'a'],
    ['Tag', 'slug', 'a', 1],
    ['Tag', 'slug', 1.5, 'a'],
    ['House', 'area', '1.0', '1.00'],
    ['Keeper', 'salary', '1.0', '1.00'],
    ['House', 'area', 1, '2'],
    ['House', 'country', 'a', 'a '],
    ['Animal', 'code', 'AB', 'ab'],
    ['Animal', 'born', new Date(1), new Date(1)],
    ['Animal', 'id', 7n, { not: 7 }],
    ['Animal', 'id', 7n, undefined],
  ])('may be equal in the database: %s.%s, %s and %s', (model, name, one, other) => {
    expect(areContrary(fieldOf(model, name), one, other)).toBe(false);
  });
});

it('two exactly compared texts cannot both be in a row, whatever the name of their type', () => {
  const field = fieldOf('Tag', 'slug');
  for (const name of ['Text', 'VarChar']) {
    expect(areContrary({ ...field, native: { name, args: [] } }, 'a', 'A')).toBe(true);
  }
});

it("a path that fixes a BigInt to which the policy grants the viewer's own value allows only that value", () => {
  const policy = { user: { rows: { id: SUBJECT } } };
  const animal = zooResource('Animal', { name: 'animal', fields: ['id'], defaultFields: 'id', sort: 'id', policy });
  const registry = new Registry(zooDataModel);
  registry.add(animal);
  const parser = new SelectionParser(registry, cursorSigner('secret'));
  const ask = (id: Value) =>
    parser.item({ resource: animal, viewer: { subject: '7', role: 'user' }, query: {}, where: { id } });
  expect(ask(7n).args.where).toEqual({ AND: [{ id: 7n }, { id: 7n }] });
  expect(() => ask(8n)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
});
