/** Texts of clients as values of each type: PostgreSQL reads each text that a reader accepts. */
import fc from 'fast-check';
import { CompileError, type Path } from 'hotpath/compile/error';
import { encode } from 'hotpath/compile/plan/value';
import { comparand } from 'hotpath/compile/sql/native';
import type { ScalarField } from 'hotpath/model/data-model';
import { readerOf } from 'hotpath/resource/value';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { zooDataModel } from '../../../../test/support/zoo.ts';

const field = (type: ScalarField['type'], native?: string, ...args: string[]): ScalarField => ({
  ...{ kind: 'scalar', name: 'f', column: 'f', type, list: false, required: true },
  ...(native && { native: { name: native, args } }),
});
const read = (of: ScalarField, text: string) => readerOf(of, zooDataModel)!.read(text);

describe('a text that its type cannot hold is refused', () => {
  it.each<[string, ScalarField, accepted: string[], refused: string[]]>([
    [
      'Inet',
      field('String', 'Inet'),
      ['10.0.0.1', '10.0.0.0/8', '::1', 'fe80::/64'],
      ['abc', '10.0', '1.2.3.4/33', '::1%eth0'],
    ],
    ['Bit', field('String', 'Bit', '4'), ['0101', '1'], ['2', 'x1f', '10 1']],
    ['VarBit', field('String', 'VarBit'), ['0', '11111'], ['b1', 'ä']],
    ['Oid', field('Int', 'Oid'), ['0', '2147483647'], ['-1', '2147483648']],
    ['SmallInt', field('Int', 'SmallInt'), ['-32768'], ['32768']],
    ['Money', field('Decimal', 'Money'), ['92233720368547758.07'], ['92233720368547758.08', '99999999999999999999']],
    [
      'Real',
      field('Float', 'Real'),
      ['340000000000000000000000000000', '0', '0.000000000000000000000000000001'],
      ['x'],
    ],
    [
      'DateTime',
      field('DateTime'),
      ['0001-01-01T00:00:00Z', '9999-12-31'],
      ['0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00'],
    ],
  ])('%s', (_type, of, accepted, refused) => {
    for (const text of accepted) expect([text, read(of, text) === undefined]).toEqual([text, false]);
    for (const text of refused) expect([text, read(of, text)]).toEqual([text, undefined]);
  });

  it('also if a program gives the value', () => {
    const path: Path = { key: 'f', outer: undefined };
    for (const [of, value] of [
      [field('Float', 'Real'), 1e300],
      [field('Float', 'Real'), 1e-50],
      [field('Decimal', 'Money'), '1e25'],
      [field('DateTime'), new Date('0000-05-05T00:00:00Z')],
      [field('Json'), '\0'],
      [field('Json'), { a: ['\ud800'] }],
      [field('String', 'Inet'), 'localhost'],
    ] as const)
      expect(() => encode(zooDataModel, of, value, path)).toThrow(CompileError);
    expect(encode(zooDataModel, field('Json'), '\\u0000 \\ud800 😀', path)).toBe('"\\\\u0000 \\\\ud800 😀"');
  });
});

describe('a value that is accepted', () => {
  let client: pg.Client;
  beforeAll(async () => {
    client = new pg.Client({ connectionString: await scratchDatabase('empty') });
    await client.connect();
    await client.query('CREATE EXTENSION citext');
  });
  afterAll(() => client.end());

  const characters = fc.constantFrom(...'0123456789abcdef.:/-+eE TZ%\\\'"é'.split(''));
  const texts = fc.oneof(
    fc.string({ unit: characters, maxLength: 24 }),
    fc.string({ unit: fc.constantFrom(...'01'.split('')), maxLength: 9 }),
    fc
      .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 140 }))
      .map(([address, bits]) => `${address}/${bits}`),
    fc.ipV6(),
    fc.double().map(String),
    fc.bigInt().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );

  it.each<[ScalarField, string]>([
    [field('String', 'Inet'), 'inet'],
    [field('String', 'Bit', '4'), 'bit(4)'],
    [field('String', 'VarBit'), 'bit varying'],
    [field('String', 'Char', '3'), 'char(3)'],
    [field('String', 'Citext'), 'citext'],
    [field('Int', 'Oid'), 'oid'],
    [field('Int', 'SmallInt'), 'smallint'],
    [field('Int'), 'integer'],
    [field('BigInt'), 'bigint'],
    [field('Float', 'Real'), 'real'],
    [field('Float'), 'double precision'],
    [field('Decimal'), 'numeric(65, 30)'],
    [field('Decimal', 'Money'), 'money'],
    [field('DateTime', 'Timestamptz', '6'), 'timestamptz(6)'],
    [field('DateTime', 'Date'), 'date'],
    [field('DateTime', 'Time', '6'), 'time(6)'],
    [field('DateTime', 'Timetz', '6'), 'timetz(6)'],
  ])('is compared by PostgreSQL: $native.name $type', { timeout: 60_000 }, async (of, sql) => {
    const text = `SELECT NULL::${sql} = ${comparand(of, 1)} AS same`;
    const check = fc.asyncProperty(texts, async (given) => {
      const value = read(of, given);
      if (value === undefined) return;
      const encoded = encode(zooDataModel, of, value, { key: 'f', outer: undefined });
      expect((await client.query(text, [encoded])).rows).toEqual([{ same: null }]);
    });
    await fc.assert(check, { numRuns: 150 });
  });
});
