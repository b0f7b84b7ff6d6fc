/** The grant of a policy, with the viewer's own id instead of `SUBJECT`. */

import type { DataModel, Field, Model, ScalarField } from 'hotpath/model/data-model';
import {
  dependsOnSubject,
  everything,
  grantFor,
  grantForAnyone,
  type Policy,
  type RowCondition,
  SUBJECT,
} from 'hotpath/resource/policy';
import { canNameSubject, subjectAs } from 'hotpath/resource/subject';
import { describe, expect, it } from 'vitest';

const scalar = (name: string, type: ScalarField['type'] = 'Int', native?: string, list = false): ScalarField => ({
  ...{ kind: 'scalar', name, column: name, type, list, required: true },
  ...(native && { native: { name: native, args: [] } }),
});
const relation = (name: string, model: string, list = false): Field => ({
  ...{ kind: 'relation', name, model, list, required: false, back: 'post' },
  ...{ from: ['id'], to: ['id'], holdsKey: false },
});
const model = (name: string, ...fields: Field[]): Model => ({
  ...{ name, table: name, primaryKey: ['id'], uniques: { id: ['id'] } },
  fields: Object.fromEntries(fields.map((field) => [field.name, field])),
});
const dataModel: DataModel = {
  models: {
    Post: model(
      'Post',
      scalar('id'),
      scalar('userId'),
      scalar('big', 'BigInt'),
      scalar('uuid', 'String', 'Uuid'),
      scalar('name', 'String'),
      scalar('at', 'DateTime'),
      scalar('ids', 'Int', undefined, true),
      relation('author', 'Person'),
      relation('readers', 'Person', true),
    ),
    Person: model('Person', scalar('id', 'String', 'Uuid'), scalar('is', 'BigInt'), relation('posts', 'Post', true)),
  },
  enums: {},
};

const ID = '0190b3c8-9a4f-7c31-8a5e-1f2d3c4b5a69';
const user = (subject: string) => ({ subject, role: 'user' });
const grant = (rows: object, subject = '7') =>
  grantFor(dataModel, { model: 'Post', policy: { user: { rows: { ...rows }, without: ['email'] } } }, user(subject));

describe('a grant', () => {
  it('has the subject wherever it occurs, however deep', () => {
    const rows = {
      userId: SUBJECT,
      OR: [{ id: { in: [1, SUBJECT] } }, { AND: { id: { not: SUBJECT } } }],
      NOT: { author: { posts: { some: { id: SUBJECT } } } },
    };
    expect(grant(rows)).toEqual({
      rows: {
        userId: 7,
        OR: [{ id: { in: [1, 7] } }, { AND: { id: { not: 7 } } }],
        NOT: { author: { posts: { some: { id: 7 } } } },
      },
      without: ['email'],
    });
  });

  it('has it in the type of the compared field', () => {
    expect(grant({ userId: SUBJECT, big: SUBJECT, name: { equals: SUBJECT } })!.rows).toEqual({
      userId: 7,
      big: 7n,
      name: { equals: '7' },
    });
    const rows = { author: { is: { id: SUBJECT } }, readers: { none: { id: SUBJECT } }, uuid: SUBJECT };
    expect(grant(rows, ID)!.rows).toEqual({ author: { is: { id: ID } }, readers: { none: { id: ID } }, uuid: ID });
  });

  it('compares a field of a related model that has the name of an operator', () => {
    expect(grant({ author: { is: SUBJECT } })!.rows).toEqual({ author: { is: 7n } });
  });

  it('has no rows for a subject that no row can have, negated or not', () => {
    for (const rows of [{ uuid: SUBJECT }, { NOT: { uuid: SUBJECT } }, { OR: [{ userId: 1 }, { uuid: SUBJECT }] }]) {
      expect(grant(rows)!.rows).toEqual({ id: { in: [] } });
    }
    expect(grant({ userId: SUBJECT }, ID)!.rows).toEqual({ id: { in: [] } });
    const policy = { public: { rows: { userId: SUBJECT } } };
    expect(grantFor(dataModel, { model: 'Post', policy }, { subject: undefined, role: 'public' })!.rows).toEqual({
      id: { in: [] },
    });
  });

  it('keeps every other value as it is', () => {
    const at = new Date(0);
    const rows = { name: 'x', userId: 0, big: 7n, at, ids: { has: 1 }, author: null };
    expect(grant(rows)!.rows).toEqual(rows);
    expect(grant({ ...rows, id: SUBJECT })!.rows!['at']).toBe(at);
  });

  it('is the declared one if it has all rows, and undefined for a role that is not named', () => {
    const policy: Policy = { ...everything('user', 'admin'), public: { without: ['email'] } };
    const post = { model: 'Post', policy };
    expect(policy).toEqual({ user: {}, admin: {}, public: { without: ['email'] } });
    expect(grantFor(dataModel, post, user('7'))).toBe(policy['user']);
    expect(grantFor(dataModel, post, { subject: undefined, role: 'public' })).toBe(policy['public']);
    for (const role of ['auditor', 'toString', '__proto__', ''])
      expect(grantFor(dataModel, post, { subject: '7', role })).toBe(undefined);
  });

  it('depends on the subject if it occurs anywhere in the rows', () => {
    for (const rows of [
      { id: SUBJECT },
      { OR: [{ a: 1 }, { b: { is: { id: SUBJECT } } }] },
      { id: { in: [SUBJECT] } },
    ]) {
      expect(dependsOnSubject({ rows })).toBe(true);
    }
    for (const rows of [{}, { status: 'active' }, { at: null }, { OR: [{ a: 1 }] }, { subject: 'SUBJECT' }]) {
      expect(dependsOnSubject({ rows })).toBe(false);
    }
    expect(dependsOnSubject({})).toBe(false);
    expect(dependsOnSubject({ without: ['id'] })).toBe(false);
  });
});

describe('a subject', () => {
  it.each([
    ['1', 1],
    ['2147483647', 2147483647],
    ...['2147483648', '12345678901', '07', '7.0', '7x', 'x7', '7\n', '\n7', '-0', '', ID].map((text) => [
      text,
      undefined,
    ]),
  ] as [string, number | undefined][])('%j is the Int %s', (text, value) => {
    expect(subjectAs(dataModel, scalar('id'), text)).toBe(value);
  });

  it.each([
    ['9223372036854775807', 9223372036854775807n],
    ['9223372036854775808', undefined],
    ['007', undefined],
  ])('%j is the BigInt %s', (text, value) => {
    expect(subjectAs(dataModel, scalar('id', 'BigInt'), text)).toBe(value);
  });

  it('is a UUID in one spelling, a text unchanged, and never a padded Char', () => {
    expect(subjectAs(dataModel, scalar('id', 'String', 'Uuid'), ID.toUpperCase())).toBe(ID);
    expect(subjectAs(dataModel, scalar('id', 'String', 'Uuid'), '7')).toBe(undefined);
    expect(subjectAs(dataModel, scalar('id', 'String'), 'auth0|7')).toBe('auth0|7');
    expect(subjectAs(dataModel, { ...scalar('id', 'String'), native: { name: 'Char', args: ['4'] } }, 'a ')).toBe(
      undefined,
    );
  });

  it('can be an id or a text only', () => {
    expect(['Int', 'BigInt', 'String'].map((type) => canNameSubject(scalar('id', type as 'Int')))).toEqual([
      true,
      true,
      true,
    ]);
    for (const type of ['Boolean', 'Float', 'Decimal', 'DateTime', 'Json', 'Bytes', 'Enum'] as const) {
      expect(canNameSubject(scalar('id', type))).toBe(false);
    }
    expect([
      canNameSubject(scalar('ids', 'Int', undefined, true)),
      canNameSubject(scalar('a', 'String', 'Inet')),
    ]).toEqual([false, false]);
    const declared = (rows: RowCondition) => () =>
      grantForAnyone(dataModel, { model: 'Post', policy: { user: { rows } } }, 'user');
    expect(declared({ at: SUBJECT })).toThrow('SUBJECT stands for "at", but no subject can be a DateTime');
    expect(declared({ ids: { has: SUBJECT } })).toThrow('SUBJECT stands for "ids", but no subject can be a Int[]');
    expect(declared({ nothing: SUBJECT })).toThrow('SUBJECT stands for a name that is not a field');
    expect(declared({ uuid: SUBJECT })()).toEqual({ rows: { uuid: '00000000-0000-0000-0000-000000000001' } });
  });
});
