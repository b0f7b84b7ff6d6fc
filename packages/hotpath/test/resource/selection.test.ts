import fc from 'fast-check';
import { createCompiler } from 'hotpath/compile/compile';
import { cursorSigner } from 'hotpath/resource/cursor';
import { checkReads } from 'hotpath/resource/declared-reads';
import { everything, type Policy, SUBJECT } from 'hotpath/resource/policy';
import { DeclarationError, Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { SelectionParser, type SelectionRequest } from 'hotpath/resource/selection';
import { PUBLIC, type Viewer } from 'hotpath/resource/viewer';
import { describe, expect, it } from 'vitest';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { resource } from '../../../../src/domain/resource.ts';

const everybody = everything('public', 'user', 'admin');
const own: Policy = { admin: {}, user: { rows: { userId: SUBJECT } } };

const product = resource('Product', {
  name: 'product',
  fields: ['id', 'name', 'price', 'createdAt'],
  relations: { category: {}, reviews: { take: 40, where: { rating: { gte: 4 } } }, orderItems: {} },
  computed: { inStock: { compare: ['inventory.quantity', 'gt', 0] } },
  defaultFields: 'id,name,inStock',
  filters: {
    id: ['in'],
    price: ['gte', 'lt'],
    name: ['contains'],
    inStock: ['equals'],
    status: ['equals'],
    'merchant.id': ['equals'],
  },
  sorts: ['createdAt', 'price'],
  sort: '-createdAt',
  counts: ['exact'],
  policy: everybody,
});
const category = resource('Category', {
  name: 'category',
  fields: ['id', 'name'],
  defaultFields: 'name',
  sort: 'id',
  policy: everybody,
});
const review = resource('Review', {
  name: 'review',
  fields: ['id', 'rating'],
  relations: { user: { as: 'person' }, product: {} },
  defaultFields: 'id,rating,user',
  filters: { rating: ['equals'] },
  sort: '-createdAt',
  policy: { ...everybody, public: { without: ['user'] } },
});
const person = resource('User', {
  name: 'person',
  fields: ['id', 'name'],
  defaultFields: 'id',
  sort: 'id',
  policy: everybody,
});
const orderItem = resource('OrderItem', {
  name: 'item',
  fields: ['quantity'],
  defaultFields: 'quantity',
  sort: 'productId',
  policy: { admin: {} },
});
const transaction = resource('Transaction', {
  name: 'transaction',
  fields: ['id', 'amount'],
  defaultFields: 'id',
  sort: '-createdAt,amount',
  sorts: ['createdAt'],
  policy: own,
});

const registry = new Registry(datamodel);
registry.add(product, category, review, person, orderItem, transaction);
registry.check();
const parser = new SelectionParser(registry, cursorSigner('secret'));
const user: Viewer = { subject: '7', role: 'user' };

const list = (of: Resource, query: SelectionRequest['query'] = {}, viewer: Viewer = PUBLIC) =>
  parser.list({ resource: of, viewer, query });
const refused = (parameter: string, detail: string | RegExp) =>
  expect.objectContaining({
    code: 'INVALID_REQUEST',
    parts: [{ parameter, detail: typeof detail === 'string' ? detail : expect.stringMatching(detail) }],
  });

describe('a list', () => {
  it('has the default fields, a total order and a page without parameters', () => {
    expect(list(product).args).toEqual({
      select: { id: true, name: true },
      computed: { inStock: product.computed['inStock'] },
      where: {},
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: 20,
    });
  });

  it('has the requested parts, whatever the order of the parameters', () => {
    const one = list(product, { fields: 'name,category(name)', sort: 'price', limit: '3' }).args;
    expect(one).toEqual({
      select: { name: true, category: { select: { name: true } } },
      where: {},
      orderBy: [{ price: 'asc' }, { id: 'asc' }],
      take: 3,
    });
  });

  it('reads filters as the types of their fields', () => {
    const { where } = list(product, {
      'price[gte]': '10.50',
      'id[in]': '1,2',
      'name[contains]': 'ch%ir',
      inStock: 'true',
      status: 'active',
      'merchant.id': '5',
    }).args;
    expect(where).toEqual({
      AND: [
        { price: { gte: '10.50' } },
        { id: { in: [1, 2] } },
        { name: { contains: 'ch\\%ir', mode: 'insensitive' } },
        { computed: { value: product.computed['inStock'], equals: true } },
        { status: { equals: 'active' } },
        { merchant: { is: { id: { equals: 5 } } } },
      ],
    });
  });

  it('embeds with the conditions of the declaration, bounded', () => {
    expect(list(product, { fields: 'reviews(rating)' }).args.select).toEqual({
      reviews: {
        select: { rating: true },
        where: { rating: { gte: 4 } },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: 40,
      },
    });
  });

  it.each<[string, SelectionRequest['query'], string, string | RegExp]>([
    [
      'an unknown parameter',
      { colour: 'red' },
      'colour',
      /^there is no parameter "colour"; there is fields, sort, limit, after, page/,
    ],
    ['a parameter given twice', { limit: ['1', '2'] }, 'limit', 'is given more than once'],
    ['an empty value', { sort: '' }, 'sort', 'is empty'],
    ['a value that is too long', { sort: 'x'.repeat(1025) }, 'sort', 'is longer than 1024 bytes'],
    [
      'an undeclared field',
      { fields: 'description' },
      'fields',
      'there is no field "description"; there is id, name, price, createdAt, inStock, category, reviews',
    ],
    ['a field of every object', { fields: 'constructor' }, 'fields', /^there is no field "constructor"/],
    ['a field inside a field', { fields: 'name(first)' }, 'fields', '"name" has no fields inside'],
    [
      'an undeclared field further in',
      { fields: 'category(slug)' },
      'fields',
      'in "category" there is no field "slug"; there is id, name',
    ],
    [
      'a relation whose resource the viewer may not see',
      { fields: 'orderItems(quantity)' },
      'fields',
      /^there is no field "orderItems"/,
    ],
    [
      'a field that the viewer may not see',
      { fields: 'reviews(user)' },
      'fields',
      /^in "reviews" there is no field "user"/,
    ],
    ['an undeclared filter', { description: 'x' }, 'description', /^there is no parameter/],
    ['an undeclared operator', { 'price[in]': '1' }, 'price[in]', /^there is no parameter/],
    ['a value of another type', { 'id[in]': '1,x' }, 'id[in]', '"x" must be an integer of at most 32 bits'],
    ['a number out of range', { 'id[in]': '2147483648' }, 'id[in]', /32 bits/],
    ['an unknown enum value', { status: 'sold' }, 'status', '"sold" must be one of draft, active, archived'],
    ['no boolean', { inStock: 'constructor' }, 'inStock', '"constructor" must be true or false'],
    [
      'too many values',
      { 'id[in]': Array.from({ length: 51 }, (_, n) => n).join(',') },
      'id[in]',
      'has 51 values; 50 are allowed',
    ],
    ['an undeclared sort', { sort: 'name' }, 'sort', 'there is no sort "name"; there is createdAt, price'],
    ['no limit', { limit: '0' }, 'limit', '"0" must be an integer from 1 to 100'],
    ['a limit over the bound', { limit: '101' }, 'limit', '"101" must be an integer from 1 to 100'],
    [
      'more rows than allowed in all',
      { limit: '100', fields: 'reviews(rating)' },
      'limit',
      'asks for up to 4100 rows with those embedded; 2000 are allowed in all',
    ],
    ['a page and a cursor', { page: '2', after: 'x' }, 'after', 'cannot be combined with page and per_page'],
    ['a page too far', { page: '9999' }, 'page', /must be an integer from 1 to 501/],
    ['a count that is not offered', { count: 'estimated' }, 'count', '"estimated" must be exact'],
    ['a text that is not a cursor', { after: 'AAAA' }, 'after', 'is not a cursor of this list in this order'],
  ])('refuses %s', (_what, query, parameter, detail) => {
    expect(() => list(product, query)).toThrow(refused(parameter, detail));
  });

  it('skips the pages before a numbered one', () => {
    expect(list(product, { page: '3', per_page: '10' }).args).toMatchObject({ take: 10, skip: 20 });
    expect(list(product, { page: '1' }).args).not.toHaveProperty('skip');
  });

  it('repeats no more than the start of a name that is too long', () => {
    const start = 'x'.repeat(64);
    expect(() => list(product, { [`${start}y`]: '1' })).toThrow(
      refused(start, /^there is no parameter "x{64}…"; there is fields/),
    );
  });

  it('refuses rows that multiply', () => {
    const deep = { fields: 'reviews(product(reviews(id)))', limit: '2' };
    expect(() => list(product, deep)).toThrow(refused('limit', /asks for up to 3282 rows/));
  });
});

describe('a cursor', () => {
  const first = list(product, { sort: 'price' });
  const cursor = parser.cursor(first, '["9.99","41"]');

  it('contains the values after which the page begins', () => {
    expect(list(product, { sort: 'price', after: cursor })).toMatchObject({
      after: ['9.99', '41'],
      args: { where: {} },
    });
    expect(first.after).toBeUndefined();
  });

  it('is valid for its own list and order alone', () => {
    expect(() => list(product, { sort: '-price', after: cursor })).toThrow(refused('after', /is not a cursor/));
    expect(() => list(transaction, { after: cursor }, user)).toThrow(refused('after', /is not a cursor/));
  });

  it('does not survive a change of any byte', () => {
    const bytes = Buffer.from(cursor, 'base64url');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const forged = Buffer.from(bytes);
        forged[at]! ^= change;
        expect(() => list(product, { sort: 'price', after: forged.toString('base64url') })).toThrow(
          refused('after', /is not a cursor/),
        );
      }),
    );
  });
});

describe('a policy', () => {
  it('narrows the rows to the viewer', () => {
    expect(list(transaction, {}, user).args.where).toEqual({ userId: 7 });
    expect(list(transaction, {}, user).scope).toBe('subject');
    expect(list(transaction, {}, { subject: '1', role: 'admin' })).toMatchObject({
      args: { where: {} },
      scope: 'role',
    });
  });

  it('asks the public to authenticate, and refuses roles that it does not name', () => {
    expect(() => list(transaction)).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED', message: 'This needs a bearer token.' }),
    );
    expect(() => list(transaction, {}, { subject: '1', role: 'constructor' })).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN', message: 'You may not see this transaction.' }),
    );
  });

  it('refuses a row that the route fixes otherwise, before any SQL', () => {
    const request = { resource: transaction, viewer: user, query: {} };
    expect(parser.list({ ...request, where: { userId: 7 } }).args.where).toEqual({
      AND: [{ userId: 7 }, { userId: 7 }],
    });
    expect(() => parser.list({ ...request, where: { userId: 8 } })).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    );
    const admin = { subject: '1', role: 'admin' };
    expect(parser.list({ ...request, viewer: admin, where: { userId: 8 } }).args.where).toEqual({ userId: 8 });
    expect(() => parser.list({ ...request, viewer: PUBLIC, where: { userId: 8 } })).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    );
  });

  it('matches no row for a subject that is not a user id', () => {
    for (const subject of ['0x7', '7.5', '-07', 'x', '99999999999', ' ', '1e99']) {
      expect(list(transaction, {}, { subject, role: 'user' }).args.where).toEqual({ id: { in: [] } });
    }
  });

  it('shows no row to any viewer, whatever the request', () => {
    const filtered = { ...transaction, filters: { amount: ['gte'] } } as Resource;
    const { args } = list(filtered, { 'amount[gte]': '0' }, { subject: 'x', role: 'user' });
    const request = { model: 'Transaction', action: 'findMany', args } as const;
    const { text, values } = createCompiler({ dataModel: datamodel }).compile(request);
    expect(text).toMatch(/"transaction"."id" = ANY \(\$\d+\)\s+AND "transaction"."amount" >= /);
    expect(values).toContainEqual([]);
  });

  it('leaves fields that the viewer may not see out of a default', () => {
    expect(list(review).args.select).toEqual({ id: true, rating: true });
    expect(list(review, {}, user).args.select).toEqual({ id: true, rating: true, user: { select: { id: true } } });
  });
});

describe('a declaration', () => {
  const declare = (more: object) => {
    const alone = new Registry(datamodel);
    alone.add(category, { ...product, relations: {}, ...more } as Resource);
    alone.check();
    checkReads(alone);
  };

  it.each([
    [
      'a field that the model does not have',
      { fields: ['colour'] },
      'names the field "colour", which Product does not have',
    ],
    [
      'a relation that the model does not have',
      { relations: { colours: {} } },
      'names the relation "colours", which Product does not have',
    ],
    [
      'a relation without a resource',
      { relations: { reviews: {} } },
      'embeds "reviews", but no resource is declared for Review',
    ],
    [
      'a relation as another model',
      { relations: { merchant: { as: 'category' } } },
      'embeds "merchant" as "category", which is not a Merchant',
    ],
    [
      'a sort that has no order',
      { model: 'Merchant', fields: [], filters: {}, sorts: ['address'], defaultFields: 'id' },
      'sorts by "address", which has no order',
    ],
    [
      'a default sort that the model does not have',
      { sort: '-colour' },
      'names the field "colour", which Product does not have',
    ],
    [
      'an operator that its type does not have',
      { filters: { price: ['contains'] } },
      'filters by "price[contains]", which a Decimal does not have',
    ],
    [
      'a filter for null of a field that is never null',
      { filters: { price: ['isNull'] } },
      'filters by "price[isNull]", which a Decimal does not have',
    ],
    [
      'another name for a missing filter',
      { filterNames: { colour: 'hue' } },
      'names the parameter of a filter "colour", which it does not have',
    ],
    [
      'a filter with the name of a parameter of every list',
      { filters: { price: ['equals'] }, filterNames: { price: 'per_page' } },
      'filters by "price", but "per_page" is a parameter of every list; give it another name in `filterNames`',
    ],
    [
      'two filters with one name',
      { filters: { price: ['equals'], id: ['equals'] }, filterNames: { price: 'id' } },
      'has two filters with the parameter "id"',
    ],
    [
      'an invalid filter name',
      { filters: { price: ['equals'] }, filterNames: { price: 'the price' } },
      'has the filter parameter "the price", which is not a name',
    ],
    [
      'a filter that no parameter can contain',
      { filters: { attributes: ['equals'] } },
      'filters by "attributes", which no parameter can contain',
    ],
    [
      'a filter behind a list',
      { filters: { 'reviews.id': ['equals'] } },
      'filters by "reviews.id", which is not a field of a to-one relation',
    ],
    ['no policy', { policy: {} }, 'has no policy: declare `policy: nobody` if no viewer may see it'],
    [
      'a defaultFields default that is not declared',
      { defaultFields: 'slug' },
      'has "slug" in its default fields, but does not declare it',
    ],
    ['a model that does not exist', { model: 'Colour' }, 'has the model "Colour", which does not exist'],
  ])('is refused for %s', (_what, more, complaint) => {
    expect(() => declare(more)).toThrow(new DeclarationError('product', complaint));
  });

  it('does not compile with a name that no model has', () => {
    const name = 'typed';
    const rest = { name, defaultFields: 'id', sort: 'id', policy: everybody };
    // @ts-expect-error: no such field
    resource('Product', { ...rest, fields: ['colour'] });
    // @ts-expect-error: no such relation
    resource('Product', { ...rest, fields: ['id'], relations: { colours: {} } });
    // @ts-expect-error: no such model
    resource('Colour', { ...rest, fields: ['id'] });
    // @ts-expect-error: no such field to sort by
    resource('Product', { ...rest, fields: ['id'], sorts: ['colour'] });
    // @ts-expect-error: no such field to filter by
    resource('Product', { ...rest, fields: ['id'], filters: { colour: ['equals'] } });
    // @ts-expect-error: no such relation to compute from
    resource('Product', { ...rest, fields: ['id'], computed: { n: { aggregate: 'count', relation: 'colours' } } });
    expect(name).toBe('typed');
  });
});

describe('a declaration whose reads cannot be compiled is refused at the start', () => {
  const check = (declared: Resource) => {
    const alone = new Registry(datamodel);
    alone.add(declared, category);
    alone.check();
    checkReads(alone);
  };
  const base = { name: 'product', fields: ['id'], defaultFields: 'id', sort: 'id' } as const;

  it.each([
    [
      'a computed value with the name of a field',
      resource('Product', {
        ...base,
        computed: { price: { aggregate: 'count', relation: 'reviews' } },
        policy: everybody,
      }),
      'cannot be read: Product has a field of that name at computed.price',
    ],
    [
      'a computed value with a name that PostgreSQL would cut',
      resource('Product', {
        ...base,
        computed: { ['é'.repeat(32)]: { aggregate: 'count', relation: 'reviews' } },
        policy: everybody,
      }),
      `cannot be read: A name of more than 63 bytes at select.${'é'.repeat(32)}`,
    ],
    [
      'rows that no field can be compared with',
      resource('Product', { ...base, policy: { user: { rows: { price: SUBJECT } } } }),
      'has a policy in which SUBJECT stands for "price", but no subject can be a Decimal',
    ],
    [
      'a condition on embedded rows',
      resource('Product', { ...base, relations: { category: { where: { nam: 'x' } } }, policy: everybody }),
      /^The resource "product" cannot be read: Unknown argument at select.category.where.nam/,
    ],
  ])('%s', (_what, declared, complaint) => {
    const expected = typeof complaint === 'string' ? new DeclarationError('product', complaint) : complaint;
    expect(() => check(declared)).toThrow(expected);
  });
});
