import fc from 'fast-check';
import { unstorableIn } from 'hotpath/http/body';
import { expect, it } from 'vitest';

const nested = (depth: number): unknown => (depth === 0 ? 'deep' : [nested(depth - 1)]);

it('finds values that PostgreSQL cannot store, with their places', () => {
  expect(unstorableIn({ a: [{ 'b/c~': 'x\0' }] })).toMatchObject({ pointer: '/a/0/b~1c~0' });
  expect(unstorableIn({ a: { 'x\0': 1 } })).toMatchObject({ pointer: '/a' });
  expect(unstorableIn(['\ud83d'])).toMatchObject({ pointer: '/0' });
  expect(unstorableIn({ a: { $type: '' } })).toEqual({ pointer: '/a/$type', detail: 'is a reserved name' });
  expect(unstorableIn({ $type: 'x' })).toBeUndefined();
  expect(unstorableIn(nested(33))).toMatchObject({ detail: 'nests deeper than 32' });
  expect(unstorableIn(nested(32))).toBeUndefined();
});

it('takes any JSON of whole characters', () => {
  const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' });
  fc.assert(
    fc.property(json, (value) => {
      const hasNul = JSON.stringify(value).includes('\\u0000');
      expect(unstorableIn(value) !== undefined).toBe(hasNul);
    }),
  );
});
