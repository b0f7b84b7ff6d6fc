/** The page of a list: by cursor or by number, within the bounds of the resource. */

import { DEFAULT_BOUNDS } from 'hotpath/resource/bounds';
import { parsePage } from 'hotpath/resource/page';
import { everything } from 'hotpath/resource/policy';
import { describe, expect, it } from 'vitest';
import { zooResource } from '../../../../test/support/zoo.ts';

const tag = zooResource('Tag', {
  name: 'tag',
  fields: ['slug'],
  defaultFields: 'slug',
  sort: 'slug',
  limit: { default: 20, most: 50 },
  counts: ['exact', 'estimated'],
  policy: everything('user'),
});
const page = (query: Record<string, string>, bounds: object = {}) =>
  parsePage(tag, query, { ...DEFAULT_BOUNDS, skippedRows: 100, ...bounds });

describe('a page by cursor', () => {
  it('has as many rows as requested, or as the resource declares', () => {
    expect(page({})).toStrictEqual({ limit: 20 });
    expect(page({ limit: '1' })).toEqual({ limit: 1 });
    expect(page({ limit: '50', after: 'x' })).toEqual({ limit: 50, after: 'x' });
    expect(page({ count: 'estimated' })).toEqual({ limit: 20, count: 'estimated' });
  });

  it('has no more than the bounds allow, the default included', () => {
    expect(page({}, { rowsPerList: 10 })).toEqual({ limit: 10 });
    expect(page({ limit: '10' }, { rowsPerList: 10 })).toEqual({ limit: 10 });
    expect(() => page({ limit: '11' }, { rowsPerList: 10 })).toThrow('limit: "11" must be an integer from 1 to 10');
  });

  it.each(['0', '51', '-1', '1.5', '1x', 'x1', ' 1', '0000001', '1e1', ''])('with %j rows is refused', (limit) => {
    expect(() => page({ limit })).toThrow(`limit: "${limit}" must be an integer from 1 to 50`);
  });

  it('with a number with leading zeros is that number', () => {
    expect(page({ limit: '000007' })).toEqual({ limit: 7 });
  });
});

describe('a page by number', () => {
  it('skips the pages before it', () => {
    expect(page({ page: '1' })).toEqual({ limit: 20, number: 1, skip: 0 });
    expect(page({ page: '3', per_page: '10' })).toEqual({ limit: 10, number: 3, skip: 20 });
    expect(page({ per_page: '50', count: 'exact' })).toEqual({ limit: 50, number: 1, skip: 0, count: 'exact' });
  });

  it('skips no more rows than the bounds allow', () => {
    expect(page({ page: '6' })).toMatchObject({ skip: 100 });
    expect(() => page({ page: '7' })).toThrow('page: "7" must be an integer from 1 to 6');
    expect(page({ page: '4', per_page: '30' })).toMatchObject({ skip: 90 });
    expect(() => page({ page: '5', per_page: '30' })).toThrow('page: "5" must be an integer from 1 to 4');
    expect(() => page({ per_page: '51' })).toThrow('per_page: "51" must be an integer from 1 to 50');
  });

  it.each(['limit', 'after'])('refuses %s', (parameter) => {
    for (const by of ['page', 'per_page']) {
      expect(() => page({ [by]: '1', [parameter]: '1' })).toThrow(
        `${parameter}: cannot be combined with page and per_page`,
      );
    }
  });
});

it('a count must be one that the resource offers', () => {
  expect(() => page({ count: 'all' })).toThrow('count: "all" must be exact or estimated');
  expect(() => page({ count: 'x'.repeat(65) })).toThrow(`count: "${'x'.repeat(64)}…" must be exact or estimated`);
});
