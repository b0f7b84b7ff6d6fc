import fc from 'fast-check';
import { countNames, mustNameOnce } from 'hotpath/http/json-body';
import { describe, expect, it } from 'vitest';

const count = (text: string) => countNames(Buffer.from(text));
const refusal = (detail: string) => expect.objectContaining({ statusCode: 400, message: `The body ${detail}.` });

function namesOf(value: unknown): number {
  let names = 0;
  JSON.stringify(value, (_key, inner) => {
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) names += Object.keys(inner).length;
    return inner;
  });
  return names;
}

it('counts the names of any JSON, and finds no duplicates', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.integer({ min: 0, max: 2 }), (value, spaces) => {
      const names = count(JSON.stringify(value, null, spaces));
      expect(names).toBe(namesOf(JSON.parse(JSON.stringify(value))));
      mustNameOnce(value, names);
    }),
  );
});

it.each(['{"a":1,"a":2}', '{"a":{"b":1,"b":1}}', '[{"a":1},{"a":1,"\\u0061":2}]'])(
  'refuses a repeated name: %s',
  (text) => {
    expect(() => mustNameOnce(JSON.parse(text), count(text))).toThrow(refusal('names a property twice'));
  },
);

it('accepts a name in two objects, and in a text', () => {
  const text = '[{"a":1},{"a":"{\\"a\\":1}"}]';
  expect(() => mustNameOnce(JSON.parse(text), count(text))).not.toThrow();
});

it('accepts 32 levels, and refuses 33', () => {
  const nested = (depth: number) => '[{"a":'.repeat(depth / 2) + (depth % 2 ? '[]' : '1') + '}]'.repeat(depth / 2);
  expect(count(nested(32))).toBe(16);
  expect(() => count(nested(33))).toThrow(refusal('nests deeper than 32'));
  expect(() => count('['.repeat(1_000_000))).toThrow(refusal('nests deeper than 32'));
});

it('accepts 1000 names in an object, in any number of objects, and refuses 1001', () => {
  const object = (names: number) => JSON.stringify(Object.fromEntries(Array.from({ length: names }, (_, n) => [n, 1])));
  expect(count(`[${object(1000)},${object(1000)}]`)).toBe(2000);
  expect(() => count(object(1001))).toThrow(refusal('has an object of more than 1000 names'));
});

describe('an integer', () => {
  it.each([
    '0',
    '[9007199254740992]',
    '-9007199254740991',
    '{"n":100000000000000000000}',
    '1e300',
    '0.1234567890123456789',
    '"12345678901234567890"',
  ])('is accepted if JavaScript keeps it exactly: %s', (text) => {
    expect(() => count(text)).not.toThrow();
  });

  it.each(['9007199254740993', '-9007199254740993', '[12345678901234567890]', '12345678901234567890.5'])(
    'is refused if its digits would change: %s',
    (text) => {
      expect(() => count(text)).toThrow(
        refusal('has an integer of more digits than a number holds: send it as a text'),
      );
    },
  );
});

it.each([
  ['a byte that starts nothing', [0x22, 0xff, 0x22]],
  ['half of a character', [0x22, 0xc3, 0x22]],
  ['UTF-16', [...Buffer.from('"ä"', 'utf16le')]],
])('refuses what is not UTF-8: %s', (_name, bytes) => {
  expect(() => countNames(Buffer.from(bytes))).toThrow(refusal('is not UTF-8'));
});

it('stops at the end of invalid JSON', () => {
  for (const text of ['"', '"\\', '{"a', ']]]]', '}:', '1', '-', '']) expect(() => count(text)).not.toThrow();
});
