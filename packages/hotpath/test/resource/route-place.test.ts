import { everything } from 'hotpath/resource/policy';
import { DeclarationError, Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { itemFields, listFields, type PathFields, pathReader } from 'hotpath/resource/route-place';
import { describe, expect, it } from 'vitest';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

const policy = everything('public');
const member = zooResource('Member', {
  name: 'member',
  fields: ['nick'],
  defaultFields: 'nick',
  sort: 'user_Id',
  policy,
});
const ticket = zooResource('Ticket', { name: 'ticket', fields: ['seat'], defaultFields: 'seat', sort: 'seat', policy });
const sample = zooResource('Sample', { name: 'sample', fields: ['id'], defaultFields: 'id', sort: 'id', policy });
const animal = zooResource('Animal', { name: 'animal', fields: ['id'], defaultFields: 'id', sort: 'id', policy });
const registry = new Registry(zooDataModel);
registry.add(member, ticket, sample, animal);

describe('an item', () => {
  it.each([
    [member, '/members/:kind/:user_Id', undefined, { kind: 'kind', user_Id: 'user_Id' }],
    [member, '/:user_Id.:kind', undefined, { kind: 'kind', user_Id: 'user_Id' }],
    [member, '/:kind/:user_Id/:open', undefined, { kind: 'kind', user_Id: 'user_Id', open: 'open' }],
    [member, '/:a/*', { kind: 'a', user_Id: '*' }, { kind: 'a', user_Id: '*' }],
    [ticket, '/:gate/:seat', undefined, { gate: 'gate', seat: 'seat' }],
    [animal, '/:code', undefined, { code: 'code' }],
    [animal, '/:animal', { id: 'animal' }, { id: 'animal' }],
  ] as [Resource, string, PathFields | undefined, PathFields][])(
    'is identified by a key: %o at %s',
    (resource, path, where, fields) => {
      expect(itemFields(registry, { resource, path, where })).toEqual(fields);
    },
  );

  it.each([
    [
      member,
      '/:kind',
      undefined,
      'cannot find one row at "/:kind": a path names the row by a key of Member, which has (kind, user_Id)',
    ],
    [
      member,
      '/:nick',
      undefined,
      'cannot find one row at "/:nick": a path names the row by a key of Member, which has (kind, user_Id)',
    ],
    [
      ticket,
      '/:seat',
      undefined,
      'cannot find one row at "/:seat": a path names the row by a key of Ticket, which has (gate, seat)',
    ],
    [
      animal,
      '/:number',
      undefined,
      'cannot find one row at "/:number": a path names the row by a key of Animal, which has (id) or (code)',
    ],
    [
      member,
      '/all',
      undefined,
      'cannot find one row at "/all": a path names the row by a key of Member, which has (kind, user_Id)',
    ],
    [member, '/:id', undefined, 'names the field "id", which Member does not have'],
    [member, '/:kind/:user_id', undefined, 'names the field "user_id", which Member does not have'],
    [
      member,
      '/:kind/:user_Id',
      { kind: 'kind' },
      'is read at "/:kind/:user_Id", where the parameter "user_Id" fixes no field',
    ],
    [member, '/:kind', { kind: 'kind', user_Id: 'id' }, 'is read at "/:kind", which has no parameter "id"'],
    [member, '/:kind/:user_Id?', undefined, 'is read at "/:kind/:user_Id?", where a parameter is optional'],
    [sample, '/:id/:json', undefined, 'is read at "/:id/:json", but no parameter can contain its "json"'],
    [sample, '/:id/:texts', undefined, 'is read at "/:id/:texts", but no parameter can contain its "texts"'],
    [animal, '/:id/:tags', undefined, 'names the field "tags", which Animal does not have'],
  ] as [Resource, string, PathFields | undefined, string][])(
    'is refused at the start: %o at %s by %o',
    (resource, path, where, complaint) => {
      expect(() => itemFields(registry, { resource, path, where })).toThrow(
        new DeclarationError(resource.name, complaint),
      );
    },
  );
});

describe('a list', () => {
  it('has the fields that it names, which need not be a key', () => {
    expect(listFields(registry, { resource: member, path: '/all' })).toEqual({});
    expect(listFields(registry, { resource: member, path: '/:a', where: { kind: 'a' } })).toEqual({ kind: 'a' });
  });

  it('is refused if a parameter of its path narrows nothing', () => {
    expect(() => listFields(registry, { resource: member, path: '/:kind' })).toThrow(
      new DeclarationError('member', 'is read at "/:kind", where the parameter "kind" fixes no field'),
    );
  });
});

it('reads a path into values of the types of its fields', () => {
  const read = pathReader(registry, member, { kind: 'k', user_Id: 'u', open: 'o', Edition: 'e', changed: 'c' });
  const params = { k: 'meat', u: 'a/b', o: 'true', e: '9223372036854775807', c: '2026-01-31' };
  expect(read(params)).toEqual({
    kind: 'meat',
    user_Id: 'a/b',
    open: true,
    Edition: 9223372036854775807n,
    changed: new Date('2026-01-31'),
  });
  expect(() => read({ ...params, o: 'yes' })).toThrow(
    expect.objectContaining({ parts: [{ parameter: 'o', detail: '"yes" must be true or false' }] }),
  );
});
