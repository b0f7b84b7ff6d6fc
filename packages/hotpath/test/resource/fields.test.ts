import fc from 'fast-check';
import { type FieldTree, parseFields } from 'hotpath/resource/fields';
import { describe, expect, it } from 'vitest';

const bounds = { depth: 4, fields: 64 };
const parse = (text: string) => plain(parseFields(text, bounds));

function plain(tree: FieldTree): object {
  return Object.fromEntries([...tree].map(([name, inside]) => [name, plain(inside)]));
}

describe('the fields grammar', () => {
  it('reads names, and names inside names', () => {
    expect(parse('id,name,merchant(name,category(name))')).toEqual({
      id: {},
      name: {},
      merchant: { name: {}, category: { name: {} } },
    });
  });

  it('counts a repeated name once', () => {
    expect(parse('a(b),c,a(d)')).toEqual({ a: { b: {}, d: {} }, c: {} });
    expect(parse('a(b(c)),a(b(d))')).toEqual({ a: { b: { c: {}, d: {} } } });
  });

  it.each([
    ['', 'expected a name at 0, found the end'],
    ['a,', 'expected a name at 2, found the end'],
    ['a(b', 'expected "," or ")" at 3, found the end'],
    ['a)', 'expected "," or the end at 1, found ")"'],
    ['a b', 'expected "," or the end at 1, found " b"'],
    ['a()', 'expected a name at 2, found ")"'],
    ['__proto__', 'expected a name at 0, found "__proto__"'],
    ['a(b(c(d(e))))', 'nests deeper than 4 at 8'],
    [Array.from({ length: 65 }, (_, n) => `f${n}`).join(','), 'names more than 64 fields'],
  ])('refuses %j and says where', (text, detail) => {
    const refused = expect.objectContaining({ code: 'INVALID_REQUEST', parts: [{ parameter: 'fields', detail }] });
    expect(() => parse(text)).toThrow(refused);
  });

  const name = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,5}$/);
  const tree = fc.letrec<{ tree: object }>((tie) => ({
    tree: fc.dictionary(name, fc.oneof({ maxDepth: 2 }, fc.constant({}), tie('tree')), { minKeys: 1, maxKeys: 3 }),
  })).tree;
  const write = (node: object): string =>
    Object.entries(node)
      .map(([key, inside]) => (Object.keys(inside).length > 0 ? `${key}(${write(inside)})` : key))
      .join(',');

  it('parses its own output to the same tree', () => {
    fc.assert(
      fc.property(tree, (node) => {
        expect(plain(parseFields(write(node), { depth: 9, fields: 999 }))).toEqual(node);
      }),
    );
  });

  it('refuses or reads any text, and nothing else', () => {
    const text = fc.oneof(fc.string({ unit: fc.constantFrom(...'ab(),_ 1') }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(text, (given) => {
        try {
          expect(parse(given)).toBeTypeOf('object');
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
        }
      }),
      { numRuns: 5000 },
    );
  });
});
