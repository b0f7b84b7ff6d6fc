/** The values of data and filters: few enough to meet, and odd enough to show differences of representation. */
import type { DataModel, ScalarField } from 'hotpath/model/data-model';

const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'Ab%',
  'aB%',
  'a_b',
  "o'x",
  '"q"',
  'é',
  'É',
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
  '3173810c-3afa-4a31-8a8a-75a65c4c8c89',
  '3173810c-0000-4a31-8a8a-75a65c4c8c88',
  '00000000-0000-4000-8000-000000000001',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
];
const MONEYS = ['0', '1', '-1', '1.5', '12.34', '-2.5', '50000', '1234567.89', '92233720368547758.07'];

const BY_NATIVE: Readonly<Record<string, readonly unknown[]>> = {
  Uuid: UUIDS,
  Xml: ['<a/>', '<b>x</b>'],
  Inet: ['10.0.0.1', '::1', '10.0.0.0/8', '192.168.1.0/24'],
  SmallInt: [-32768, -1, 0, 1, 2, 3, 32767],
  Oid: [0, 1, 42, 2147483647],
  Real: [0, 1.5, 0.1, -2.25, 3e38, 1e-30, 16777216],
  Money: MONEYS,
};

export function valuesOf({ enums }: DataModel, field: ScalarField): readonly unknown[] {
  const { type, native, enum: enumName } = field;
  if (native && BY_NATIVE[native.name]) return BY_NATIVE[native.name]!;
  switch (type) {
    case 'String':
      return textsOf(native);
    case 'Boolean':
      return [false, true];
    case 'Int':
      return [0, 1, 2, 3, 4, -5, 2147483647, -2147483648];
    case 'BigInt':
      return [0n, 1n, 2n, 3n, -1n, 9007199254740993n, 9223372036854775807n, -9223372036854775808n];
    case 'Float':
      return [0, -0, 1, -1.5, 0.1, 1e21, 1e-7, 1 / 3, 1.5e308, 1e-300];
    case 'Decimal':
      return native?.args.length ? fitting(native.args) : DECIMALS;
    case 'DateTime':
      return datesOf(native).map((text) => new Date(text));
    case 'Json':
      return JSONS;
    case 'Bytes':
      return [new Uint8Array(), new Uint8Array([0]), new Uint8Array([1, 2, 255]), new Uint8Array(100).fill(97)];
    case 'Enum':
      return Object.keys(enums[enumName!]!.values);
  }
}

type Native = ScalarField['native'];

/** A type without a length accepts any length, except the types whose length is then one. */
function lengthOf({ name, args: [length] }: NonNullable<Native>): number {
  if (length !== undefined) return Number(length);
  return name === 'Bit' || name === 'Char' ? 1 : Number.POSITIVE_INFINITY;
}

function textsOf(native: Native): string[] {
  const length = native ? lengthOf(native) : Number.POSITIVE_INFINITY;
  if (native?.name === 'Bit') return ['0'.repeat(length), '1'.repeat(length), '1'.padEnd(length, '0')];
  const texts = native?.name === 'VarBit' ? ['', '0', '1', '01', '010', '0101'] : TEXTS;
  return texts.filter((text) => text.length <= length);
}

/** A value that is rounded to fewer digits than a Date has must not become the year 10000, or 24 o'clock. */
function datesOf(native: Native): string[] {
  const digits = Number(native?.args[0] ?? 6);
  return digits < 3 ? DATES.filter((text) => !text.endsWith('59.999Z')) : DATES;
}

function fitting([precision, scale]: readonly string[]): string[] {
  const most = 10 ** (Number(precision) - Number(scale));
  return DECIMALS.filter(
    (text) => Math.abs(Number(text)) < most && (Number(text) === 0 || Math.abs(Number(text)) >= 10 ** -Number(scale)),
  );
}
