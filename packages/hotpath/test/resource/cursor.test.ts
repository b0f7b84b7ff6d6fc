/** Cursors: what is signed, what can be opened, and the order that a cursor belongs to. */

import type { ScalarField } from 'hotpath/model/data-model';
import { cursorSigner, orderName, refusedCursor, valuesOf } from 'hotpath/resource/cursor';
import { everything } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import { orderByOf, parseSort } from 'hotpath/resource/sort';
import { describe, expect, it } from 'vitest';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

const signer = cursorSigner('secret');
const ORDER = 'animal:name String,id BigInt';
const VALUES = '["a name that is longer than a block of the cipher","41"]';

describe('a cursor', () => {
  const cursor = signer.sign(VALUES, ORDER);

  it('opens as the signed text, also an empty one, on every instance with the secret', () => {
    expect(cursorSigner('secret').open(cursor, ORDER)).toBe(VALUES);
    expect(signer.open(signer.sign('', ORDER), ORDER)).toBe('');
  });

  it('is the same for the same place, and different for different places', () => {
    expect(signer.sign(VALUES, ORDER)).toBe(cursor);
    const others = [signer.sign(VALUES.replace('41', '42'), ORDER), signer.sign(VALUES, `-${ORDER}`)];
    expect(new Set([cursor, ...others].map((text) => text.slice(0, 20))).size).toBe(3);
  });

  it('reveals nothing of its values, neither directly nor by the difference of two cursors', () => {
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/name|41/);
    const bytes = (text: string) => Buffer.from(signer.sign(text, ORDER), 'base64url').subarray(16);
    const [one, other] = [bytes('["a","1"]'), bytes('["b","1"]')];
    expect(one.filter((byte, at) => byte === other[at]).length).toBeLessThan(one.length - 1);
  });

  it.each([
    ['another secret', cursorSigner('other').sign(VALUES, ORDER)],
    ['another order', signer.sign(VALUES, `${ORDER},x`)],
    ['an order of which the values are a part', signer.sign(`x\n${VALUES}`, ORDER.slice(0, -1))],
    ['no bytes', ''],
    ['fewer bytes than a tag', cursor.slice(0, 20)],
    ['a tag alone', cursor.slice(0, 22)],
    ['a text that is not its own bytes', `${cursor}=`],
    ['bytes in another alphabet', `${cursor.slice(0, -1)}+`],
    ['a space in it', `${cursor.slice(0, 4)} ${cursor.slice(4)}`],
    ['one byte less', Buffer.from(cursor, 'base64url').subarray(0, -1).toString('base64url')],
  ])('of %s does not open', (_, other) => {
    expect(signer.open(other, ORDER)).toBe(undefined);
  });

  it('of a client survives a deployment', () => {
    expect(cursor).toBe(
      'Tt9BWKhIlQaOJCBlZF4yVTS8uBWdlRp6D63bdkUfLmhSrATHRGvy8l_0rjXXbMnBj2lt4pbgFOZz872tk6CY82txRW55-cCFKQ',
    );
  });
});

describe('the values of a cursor', () => {
  it('are texts, or null', () => {
    expect(valuesOf(signer.sign('["a",41,null,true]', ORDER), ORDER, signer)).toEqual(['a', '41', null, 'true']);
  });

  it('are refused with the cursor', () => {
    const refusal = expect.objectContaining({
      code: 'INVALID_REQUEST',
      parts: [{ parameter: 'after', detail: 'is not a cursor of this list in this order' }],
    });
    expect(() => valuesOf('AAAA', ORDER, signer)).toThrow(refusal);
    expect(refusedCursor()).toEqual(refusal);
  });
});

describe('the name of an order', () => {
  const animal = zooResource('Animal', {
    name: 'animal',
    fields: ['id'],
    defaultFields: 'id',
    sort: 'id',
    policy: everything('user'),
  });
  const registry = new Registry(zooDataModel);
  registry.add(animal);
  const nameOf = (sort: string, among = registry) => orderName(among, animal, parseSort(among, animal, sort));

  it('has the fields with their directions and types, and whether one may be null', () => {
    expect(nameOf('-name,weight')).toBe('animal:-name String,weight Float?,id BigInt');
    expect(nameOf('country,-number')).toBe('animal:country String Char 2?,-number Int?,-id BigInt');
  });

  it('changes with a type', () => {
    const { fields } = zooDataModel.models['Animal']!;
    const id: ScalarField = { ...(fields['id'] as ScalarField), native: { name: 'Oid', args: [] } };
    const models = { ...zooDataModel.models, Animal: { ...zooDataModel.models['Animal']!, fields: { ...fields, id } } };
    const later = new Registry({ ...zooDataModel, models });
    expect(nameOf('id', later)).toBe('animal:id BigInt Oid');
    expect(nameOf('id')).toBe('animal:id BigInt');
  });
});

describe('a sort', () => {
  const booth = zooResource('House', {
    name: 'house',
    fields: ['title'],
    defaultFields: 'title',
    sort: 'title',
    policy: everything('user'),
  });
  const registry = new Registry(zooDataModel);
  registry.add(booth);
  const parsed = (text: string, allowed?: string[]) => orderByOf(parseSort(registry, booth, text, allowed));

  it('ends with the key, in the direction of its last field', () => {
    expect(parsed('title')).toEqual([{ title: 'asc' }, { country: 'asc' }, { number: 'asc' }]);
    expect(parsed('title,-area')).toEqual([
      { title: 'asc' },
      { area: 'desc' },
      { country: 'desc' },
      { number: 'desc' },
    ]);
    expect(parsed('-title,area')).toEqual([{ title: 'desc' }, { area: 'asc' }, { country: 'asc' }, { number: 'asc' }]);
  });

  it('has a repeated field once, where it is named first', () => {
    expect(parsed('-number,title,number')).toEqual([{ number: 'desc' }, { title: 'asc' }, { country: 'asc' }]);
  });

  it('refuses fields that are not allowed', () => {
    expect(parsed('-title', ['title'])).toHaveLength(3);
    expect(() => parsed('area', ['title'])).toThrow('sort: there is no sort "area"; there is title');
    expect(() => parsed('title,-area', ['title'])).toThrow('sort: there is no sort "area"; there is title');
    expect(() => parsed('--title', ['title'])).toThrow('sort: there is no sort "-title"; there is title');
  });
});
