/** The selection of a list: its fields, filters, order, page and embedded rows, and the requests that are refused. */
import type { SelectionRequest } from 'hotpath/resource/selection';
import { describe, expect, it } from 'vitest';
import { list, product, refused } from './shop.ts';

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
