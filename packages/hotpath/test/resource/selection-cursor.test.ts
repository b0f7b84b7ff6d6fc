/** The cursor of a list: it contains the values after which a page begins, and is valid for its list alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { list, parser, product, refused, transaction, user } from './shop.ts';

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

  it('may be longer than another parameter, for the text of a row may be', () => {
    const text = 'long'.repeat(1000);
    const after = parser.cursor(first, JSON.stringify([text, '41']));
    expect(list(product, { sort: 'price', after }).after).toEqual([text, '41']);
    expect(() => list(product, { sort: 'price', after: text })).toThrow(refused('after', /is not a cursor/));
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
