/**
 * Embedded rows: the policy of each resource in the selection, its own bounds, and the parts that viewers of a role
 * share.
 */

import { cursorSigner } from 'hotpath/resource/cursor';
import { everything, type Policy, SUBJECT } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { SelectionParser, type SelectionRequest } from 'hotpath/resource/selection';
import { PUBLIC, type Viewer } from 'hotpath/resource/viewer';
import { describe, expect, it } from 'vitest';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { resource } from '../../../../src/domain/resource.ts';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

const everybody = everything('public', 'user', 'admin');
const user: Viewer = { subject: '7', role: 'user' };
const other: Viewer = { subject: '8', role: 'user' };

/** Users with their transactions, each with a policy. */
function usersAndTransactions(ofUsers: Policy, ofTransactions: Policy, more: Partial<Resource> = {}) {
  const person = resource('User', {
    name: 'person',
    fields: ['id', 'name'],
    relations: { transactions: {} },
    defaultFields: 'id',
    sort: 'id',
    policy: ofUsers,
  });
  const transaction = resource('Transaction', {
    name: 'transaction',
    fields: ['id', 'amount'],
    relations: { user: {} },
    defaultFields: 'id',
    sort: 'id',
    policy: ofTransactions,
  });
  const parser = parserOf(datamodel, { ...person, ...more }, transaction);
  const ask = (viewer: Viewer, fields?: string) => {
    const [declared] = parser.resources as [Resource, Resource];
    return parser.list({ resource: declared, viewer, query: fields === undefined ? {} : { fields } });
  };
  const embedded = (viewer: Viewer = user) => ask(viewer, 'transactions(id)').args.select['transactions'];
  return { ...parser, ask, embedded };
}

function parserOf(dataModel: ConstructorParameters<typeof Registry>[0], ...resources: Resource[]) {
  const registry = new Registry(dataModel);
  registry.add(...resources);
  registry.check();
  const parser = new SelectionParser(registry, cursorSigner('secret'));
  return {
    resources,
    list: (request: SelectionRequest) => parser.list(request),
    item: (request: SelectionRequest) => parser.item(request),
  };
}

const embeddedList = (more: object = {}) => ({ select: { id: true }, ...more, orderBy: [{ id: 'asc' }], take: 20 });
const ownId: Policy = { user: { rows: { id: SUBJECT } }, admin: {} };
const ownUserId: Policy = { user: { rows: { userId: SUBJECT } }, admin: {} };

describe("a viewer's own rows, embedded", () => {
  it("in the viewer's own row need no second condition, so the selection is that of every viewer", () => {
    const { ask, embedded } = usersAndTransactions(ownId, ownUserId);
    expect(embedded()).toEqual(embeddedList());
    expect(embedded(other)).toBe(embedded());
    expect(ask(user, 'transactions(id)')).toMatchObject({ scope: 'subject', args: { where: { id: 7 } } });
  });

  it("in any row have the condition, and the selection is one viewer's", () => {
    const { ask, embedded } = usersAndTransactions(everybody, ownUserId);
    expect([embedded(), embedded(other), embedded()]).toEqual(
      [7, 8, 7].map((userId) => embeddedList({ where: { userId } })),
    );
    expect(ask(user, 'transactions(id)').scope).toBe('subject');
    expect(ask(user, 'transactions(id)').args.where).toEqual({});
    expect(ask(user, 'name').scope).toBe('role');
  });

  it.each<[string, Policy[string], object]>([
    ['with a further condition', { rows: { userId: SUBJECT, currency: 'EUR' } }, { userId: 7, currency: 'EUR' }],
    ['of another field', { rows: { merchantId: SUBJECT } }, { merchantId: 7 }],
    ['of another user', { rows: { userId: 5 } }, { userId: 5 }],
    ['of a list of values', { rows: { userId: { in: [SUBJECT] } } }, { userId: { in: [7] } }],
  ])('keep a condition %s', (_, grant, where) => {
    expect(usersAndTransactions(ownId, { user: grant }).embedded()).toEqual(embeddedList({ where }));
  });

  it('of another parent keep it', () => {
    const fixed: Policy = { user: { rows: { id: 5 } } };
    expect(usersAndTransactions(fixed, ownUserId).embedded()).toEqual(embeddedList({ where: { userId: 7 } }));
    const byName: Policy = { user: { rows: { name: 'x' } } };
    expect(usersAndTransactions(byName, ownUserId).embedded()).toEqual(embeddedList({ where: { userId: 7 } }));
  });

  it('leave out the hidden fields of the row, with the condition or without', () => {
    const { ask } = usersAndTransactions(ownId, { user: { rows: { userId: SUBJECT }, without: ['amount'] } });
    expect(() => ask(user, 'transactions(amount)')).toThrow(
      /in "transactions" there is no field "amount"; there is id, user$/,
    );
  });

  it('keep a condition by a text, which PostgreSQL may find equal to another', () => {
    const ticketPolicy = { user: { rows: { tagId: 'x' } } };
    const tag = zooResource('Tag', {
      name: 'tag',
      fields: ['slug'],
      relations: { tickets: {} },
      defaultFields: 'slug',
      sort: 'slug',
      policy: { user: { rows: { slug: 'x' } } },
    });
    const ticket = zooResource('Ticket', {
      name: 'ticket',
      fields: ['seat'],
      defaultFields: 'seat',
      sort: 'seat',
      policy: ticketPolicy,
    });
    const { list } = parserOf(zooDataModel, tag, ticket);
    const { select } = list({ resource: tag, viewer: user, query: { fields: 'tickets(seat)' } }).args;
    expect(select['tickets']).toMatchObject({ where: { tagId: 'x' } });
  });

  it('keep a condition on a part of the key of a relation', () => {
    const rows = { country: 7 } as object;
    const house = zooResource('House', {
      name: 'house',
      fields: ['title'],
      relations: { residents: {} },
      defaultFields: 'title',
      sort: 'country',
      policy: { user: { rows } },
    });
    const animal = zooResource('Animal', {
      name: 'animal',
      fields: ['id'],
      defaultFields: 'id',
      sort: 'id',
      policy: { user: { rows } },
    });
    const { list } = parserOf(zooDataModel, house, animal);
    const { select } = list({ resource: house, viewer: user, query: { fields: 'residents(id)' } }).args;
    expect(select['residents']).toMatchObject({ where: rows });
  });
});

describe('conditions on embedded rows', () => {
  const where = { amount: { gte: 4 }, reference: null };

  it('are those of the policy and of the declaration', () => {
    const relations = { transactions: { where } };
    const embedded = (policy: Policy) => usersAndTransactions(everybody, policy, { relations }).embedded();
    expect(embedded(ownUserId)).toEqual(embeddedList({ where: { AND: [{ userId: 7 }, where] } }));
    expect(embedded(everybody)).toEqual(embeddedList({ where }));
  });

  it('hold for a single row, too, which has no order', () => {
    const { resources, list } = usersAndTransactions(ownId, everybody);
    const select = (viewer: Viewer) =>
      list({ resource: resources[1]!, viewer, query: { fields: 'user(name)' } }).args.select['user'];
    expect(select(user)).toEqual({ select: { name: true }, where: { id: 7 } });
    expect(select({ subject: '1', role: 'admin' })).toEqual({ select: { name: true } });
  });
});

describe('a selection of the role', () => {
  const relations = { transactions: { where: { reference: null, location: { equals: { at: [1] } } } } };

  it('is made once, and frozen in depth', () => {
    const { ask } = usersAndTransactions(everybody, everybody, { relations });
    const { select } = ask(user, 'transactions(id)').args;
    expect(ask(other, 'transactions(id)').args.select).toBe(select);
    const unfrozen = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null
        ? [...(Object.isFrozen(value) ? [] : [value]), ...Object.values(value).flatMap(unfrozen)]
        : [];
    expect(unfrozen(select)).toEqual([]);
  });

  it('is not that of another role, of other fields, or of the default', () => {
    const { ask } = usersAndTransactions(everybody, everybody, { defaultFields: 'id,name' });
    const asked = [ask(user, 'id'), ask(user), ask(PUBLIC, 'id'), ask(user, 'name')].map(({ args }) => args.select);
    expect(new Set(asked).size).toBe(4);
  });

  it('is remembered if none of its conditions contains the subject', () => {
    const { resources, list } = usersAndTransactions(everybody, { user: { rows: { currency: 'EUR' } } });
    const ask = (viewer: Viewer) => list({ resource: resources[0]!, viewer, query: { fields: 'transactions(id)' } });
    expect(ask(other).args.select).toBe(ask(user).args.select);
    expect(ask(user).scope).toBe('role');
  });
});

describe('one row', () => {
  it('has the requested fields, and those of the default without', () => {
    const { resources, item } = usersAndTransactions(ownId, everybody);
    const ask = (query: SelectionRequest['query']) =>
      item({ resource: resources[0]!, viewer: user, query, where: { id: 7 } });
    expect(ask({ fields: 'name' })).toMatchObject({ args: { select: { name: true } }, scope: 'subject' });
    expect(ask({}).args.select).toEqual({ id: true });
    expect(() => ask({ sort: 'id' })).toThrow('sort: there is no parameter "sort"; there is fields');
  });

  it('belongs to the viewer of its embedded rows', () => {
    const { resources, item } = usersAndTransactions(everybody, ownUserId);
    const scope = (fields: string) => item({ resource: resources[0]!, viewer: user, query: { fields } }).scope;
    expect([scope('name'), scope('transactions(id)'), scope('name,transactions(id)')]).toEqual([
      'role',
      'subject',
      'subject',
    ]);
  });
});

describe('bounds', () => {
  it('on embedded rows count each level as often as it may occur in the result', () => {
    const embedding = (rowsInTotal: number) => {
      const relations = { transactions: { take: 30 } };
      const { ask } = usersAndTransactions(everybody, everybody, { relations, bounds: { rowsInTotal } });
      return () => ask(user, 'transactions(user(transactions(id)))');
    };
    expect(embedding(30 + 30 * 30 - 1)).toThrow('fields: asks for up to 930 embedded rows; 929 are allowed in all');
    expect(embedding(30 + 30 * 30)).toThrow(/^limit: asks for up to 18620 rows/);
  });

  it('on rows in all accept the last one', () => {
    const rows = (rowsInTotal: number) => {
      const { list, resources } = usersAndTransactions(everybody, everybody, { bounds: { rowsInTotal } });
      return () => list({ resource: resources[0]!, viewer: user, query: { fields: 'transactions(id)', limit: '2' } });
    };
    expect(rows(42)).not.toThrow();
    expect(rows(41)).toThrow('limit: asks for up to 42 rows with those embedded; 41 are allowed in all');
  });

  it('on depth hold for defaults that embed each other', () => {
    const { resources, list } = usersAndTransactions(everybody, everybody, { defaultFields: 'id,transactions' });
    const transaction = { ...resources[1]!, defaultFields: 'id,user' };
    const circular = parserOf(datamodel, resources[0]!, transaction);
    expect(() => circular.list({ resource: resources[0]!, viewer: user, query: {} })).toThrow(
      'fields: "transactions.user.transactions.user" nests deeper than 4',
    );
    expect(() => list({ resource: resources[0]!, viewer: user, query: { limit: '1' } })).not.toThrow();
  });

  it('on the bytes of a value accept the last one', () => {
    const ask = (bytes: number) => () => usersAndTransactions(everybody, everybody).ask(user, 'x'.repeat(bytes));
    expect(ask(1024)).toThrow(/^fields: there is no field "x/);
    expect(ask(1025)).toThrow('fields: is longer than 1024 bytes');
    expect(() => usersAndTransactions(everybody, everybody).ask(user, 'é'.repeat(513))).toThrow(/longer than 1024/);
  });
});

describe('fields that the viewer may not see', () => {
  const hidden: Policy = { ...everybody, public: { without: ['amount', 'user'] } };

  it('are left out of the default of an embedded resource, and refused on request', () => {
    const { resources } = usersAndTransactions(everybody, hidden);
    const transaction = { ...resources[1]!, defaultFields: 'id,amount,user' };
    const ask = (fields: string | undefined, defaultFields = 'id') => {
      const { list } = parserOf(datamodel, { ...resources[0]!, defaultFields }, transaction);
      const query = fields === undefined ? {} : { fields };
      return list({ resource: { ...resources[0]!, defaultFields }, viewer: PUBLIC, query }).args.select;
    };
    const expected = { transactions: embeddedList() };
    expect(ask('transactions')).toEqual(expected);
    expect(ask(undefined, 'transactions(id,amount)')).toEqual(expected);
    expect(ask(undefined, 'transactions')).toEqual(expected);
    expect(() => ask('transactions(id,amount)')).toThrow(/in "transactions" there is no field "amount"/);
    expect(() => ask('transactions(id(x))')).toThrow('fields: "transactions.id" has no fields inside');
    expect(() => ask('transactions(name)')).toThrow('fields: in "transactions" there is no field "name"; there is id');
  });
});
