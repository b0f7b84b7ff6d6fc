/** The declarations of resources that are refused at the start, or do not compile. */
import { checkReads } from 'hotpath/resource/declared-reads';
import { SUBJECT } from 'hotpath/resource/policy';
import { DeclarationError, Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { describe, expect, it } from 'vitest';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { resource } from '../../../../src/domain/resource.ts';
import { category, everybody, product } from './shop.ts';

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
