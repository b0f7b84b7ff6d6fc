/** The values that data and filters are drawn from: few enough to meet, odd enough to tell representations apart. */
import type { DataModel, ScalarField } from '../../../../src/engine/compile/data-model.ts';

const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'Ab%',
  'a_b',
  "o'x",
  '"q"',
  'é',
  '日本',
  '\\\\',
  'null',
  '{a,b}',
  'tab\tand\nline',
  ' x ',
];
const DECIMALS = [
  ...['0', '1', '-1', '1.5', '-2.50', '100', '0.000001', '0.0000009', '1e-30', '-1.25e-7', '999999999999999999999'],
  ...['1e21', '123456789012345678901234.5', '-12345678901234567890123456789.125', '0.1', '33.3333333333'],
];
const DATES = [
  ...['1970-01-01T00:00:00.000Z', '2024-02-29T12:34:56.789Z', '2024-02-29T12:34:56.780Z', '1969-12-31T23:59:59.999Z'],
  ...['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '2024-03-31T01:30:00.000Z'],
];
const JSONS = [
  ...[
    1,
    1.5,
    'x',
    'xylo',
    true,
    {},
    [],
    { a: 1 },
    { a: { b: [1, 2] } },
    { a: 'xa', b: null, '1': 2 },
    [1, 2],
    ['x', { a: 1 }],
  ],
  ...[{ a: ['x', 1] }, 'a"b', { b: { a: null } }, [[1]], { a: 2 }],
];
const UUIDS = [
  '00000000-0000-0000-0000-000000000000',
  '3173810c-3afa-4a31-8a8a-75a65c4c8c88',
  'ffffffff-ffff-4fff-bfff-ffffffffffff',
];

const BY_NATIVE: Readonly<Record<string, readonly unknown[]>> = {
  Uuid: UUIDS,
  Xml: ['<a/>', '<b>x</b>'],
  Inet: ['10.0.0.1', '::1', '10.0.0.0/8'],
  SmallInt: [-32768, -1, 0, 1, 2, 3, 32767],
  Oid: [0, 1, 42, 2147483647],
  Real: [0, 1.5, 0.1, -2.25, 3e38, 1e-30, 16777216],
};

export function valuesOf({ enums }: DataModel, { type, native, enum: enumName }: ScalarField): readonly unknown[] {
  const [length] = native?.args ?? [];
  if (native && BY_NATIVE[native.name]) return BY_NATIVE[native.name]!;
  switch (type) {
    case 'String':
      if (native?.name === 'Bit') return ['0'.repeat(Number(length)), '1'.repeat(Number(length))];
      if (native?.name === 'VarBit') return ['', '0', '1', '0101'];
      return length === undefined ? TEXTS : TEXTS.filter((text) => text.length <= Number(length));
    case 'Boolean':
      return [false, true];
    case 'Int':
      return [0, 1, 2, 3, 4, -5, 2147483647, -2147483648];
    case 'BigInt':
      return [0n, 1n, 2n, 3n, -1n, 9007199254740993n, 9223372036854775807n, -9223372036854775808n];
    case 'Float':
      return [0, -0, 1, -1.5, 0.1, 1e21, 1e-7, 1 / 3, 1.5e308, 1e-300];
    case 'Decimal':
      return native?.name === 'Decimal' ? fitting(native.args) : DECIMALS;
    case 'DateTime':
      return DATES.map((text) => new Date(text));
    case 'Json':
      return JSONS;
    case 'Bytes':
      return [new Uint8Array(), new Uint8Array([0]), new Uint8Array([1, 2, 255]), new Uint8Array(100).fill(97)];
    case 'Enum':
      return Object.keys(enums[enumName!]!.values);
  }
}

function fitting([precision, scale]: readonly string[]): string[] {
  const most = 10 ** (Number(precision) - Number(scale));
  return DECIMALS.filter(
    (text) => Math.abs(Number(text)) < most && (Number(text) === 0 || Math.abs(Number(text)) >= 10 ** -Number(scale)),
  );
}
