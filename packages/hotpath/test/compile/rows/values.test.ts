/** The JSON writer against PostgreSQL: random values of every type are the same in both forms, to the byte. */
import fc from 'fast-check';
import { createCompiler } from 'hotpath/compile/compile';
import { defineDataModel, type ScalarField } from 'hotpath/model/data-model';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../../test/support/database.ts';
import { readBothForms, rowsPool } from '../both-forms.ts';

const ROWS = 120;
const RUNS = 8;

interface Drawn {
  /** The type in PostgreSQL. */
  readonly type: string;
  readonly field: Pick<ScalarField, 'type' | 'native' | 'enum'>;
  readonly text: fc.Arbitrary<string>;
}

const native = (name: string, ...args: string[]) => ({ native: { name, args } });
const digits = (least: number, most: number) => fc.stringMatching(new RegExp(`^[0-9]{${least},${most}}$`));
const decimal = fc
  .tuple(fc.constantFrom('', '-'), digits(1, 40), digits(0, 40))
  .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction || '0'}`);
const small = fc.tuple(fc.nat(30), digits(1, 12)).map(([zeros, rest]) => `0.${'0'.repeat(zeros)}${rest}`);
const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('"', '\\', '\n', '\u0001', '\u001f', '\u007f', 'é', '€', '😀'),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
    maxLength: 300,
  })
  .filter((each) => !each.includes('\0'));

const two = (most: number) => fc.nat(most).map((value) => String(value).padStart(2, '0'));
const clock = fc
  .tuple(two(23), two(59), two(59), fc.nat(999_999))
  .map(([h, m, s, fraction]) => `${h}:${m}:${s}.${String(fraction).padStart(6, '0')}`);
const day = (years: fc.Arbitrary<number>) =>
  fc
    .tuple(years, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }), fc.boolean())
    .map(([y, m, d, isBefore]) => {
      return [`${String(y).padStart(4, '0')}-${m}-${d}`, isBefore && y < 4700 ? ' BC' : ''] as const;
    });
const anyDay = day(
  fc.oneof(
    fc.integer({ min: 1, max: 9999 }),
    fc.integer({ min: 1970, max: 2100 }),
    fc.integer({ min: 10_000, max: 290_000 }),
  ),
);
const date = fc.oneof(
  { weight: 9, arbitrary: anyDay.map(([date, era]) => `${date}${era}`) },
  fc.constantFrom('infinity', '-infinity', '2000-02-29', '1900-03-01'),
);
const timestamp = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(anyDay, clock).map(([[date, era], time]) => `${date} ${time}${era}`) },
  fc.constantFrom('infinity', '-infinity', '1969-12-31 23:59:59.9999', '2000-01-01', '1999-12-31 23:59:59.999999'),
);
const wholes = (bits: bigint) => fc.bigInt({ min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n }).map(String);
const JSON_TEXT = fc.json().filter((each) => !each.includes('\\u0000') && !/\\ud[89a-f]/i.test(each));

const DRAWN: Readonly<Record<string, Drawn>> = {
  int2: { type: 'int2', field: { type: 'Int', ...native('SmallInt') }, text: wholes(16n) },
  int4: { type: 'int4', field: { type: 'Int' }, text: wholes(32n) },
  oid: { type: 'oid', field: { type: 'Int', ...native('Oid') }, text: fc.nat(4_294_967_295).map(String) },
  int8: { type: 'int8', field: { type: 'BigInt' }, text: fc.oneof(wholes(64n), wholes(54n), wholes(20n)) },
  float8: {
    type: 'float8',
    field: { type: 'Float' },
    text: fc.oneof(fc.double(), fc.double({ min: -1e6, max: 1e6 })).map(String),
  },
  float4: { type: 'float4', field: { type: 'Float', ...native('Real') }, text: fc.float().map(String) },
  decimal: {
    type: 'numeric',
    field: { type: 'Decimal' },
    text: fc.oneof(
      decimal,
      small,
      fc.constantFrom('NaN', 'Infinity', '-Infinity', '1e21', '1e20', '1e-6', '1e-7', '1e100'),
    ),
  },
  price: {
    type: 'numeric(12,2)',
    field: { type: 'Decimal', ...native('Decimal', '12', '2') },
    text: fc.integer({ min: -1e9, max: 1e9 }).map((cents) => String(cents / 100)),
  },
  bool: { type: 'bool', field: { type: 'Boolean' }, text: fc.boolean().map(String) },
  text: { type: 'text', field: { type: 'String' }, text },
  char: {
    type: 'char(6)',
    field: { type: 'String', ...native('Char', '6') },
    text: fc.stringMatching(/^[a-z ]{0,6}$/),
  },
  uuid: { type: 'uuid', field: { type: 'String', ...native('Uuid') }, text: fc.uuid() },
  inet: { type: 'inet', field: { type: 'String', ...native('Inet') }, text: fc.oneof(fc.ipV4(), fc.ipV6()) },
  varbit: { type: 'varbit', field: { type: 'String', ...native('VarBit') }, text: fc.stringMatching(/^[01]{0,20}$/) },
  timestamp: { type: 'timestamp', field: { type: 'DateTime' }, text: timestamp },
  timestamptz: { type: 'timestamptz', field: { type: 'DateTime', ...native('Timestamptz') }, text: timestamp },
  date: { type: 'date', field: { type: 'DateTime', ...native('Date') }, text: date },
  time: {
    type: 'time',
    field: { type: 'DateTime', ...native('Time') },
    text: fc.oneof(clock, fc.constant('24:00:00')),
  },
  timetz: {
    type: 'timetz',
    field: { type: 'DateTime', ...native('Timetz') },
    text: clock.map((each) => `${each}-03:30`),
  },
  json: { type: 'json', field: { type: 'Json', ...native('Json') }, text: JSON_TEXT },
  jsonb: { type: 'jsonb', field: { type: 'Json' }, text: JSON_TEXT },
  bytes: {
    type: 'bytea',
    field: { type: 'Bytes' },
    text: fc.uint8Array({ maxLength: 90 }).map((each) => `\\x${Buffer.from(each).toString('hex')}`),
  },
  mood: { type: 'mood', field: { type: 'Enum', enum: 'Mood' }, text: fc.constantFrom('calm', 'very "angry"', 'new') },
};

const names = Object.keys(DRAWN);
const id: ScalarField = { kind: 'scalar', name: 'id', column: 'id', type: 'Int', list: false, required: true };
const fields: Record<string, ScalarField> = { id };
for (const [name, { field }] of Object.entries(DRAWN)) {
  fields[name] = { kind: 'scalar', name, column: name, list: false, required: false, ...field };
  fields[`${name}List`] = {
    kind: 'scalar',
    name: `${name}List`,
    column: `${name}List`,
    list: true,
    required: false,
    ...field,
  };
}
const value = { name: 'Value', table: 'Value', fields, primaryKey: ['id'], uniques: { id: ['id'] } };
const enums = { Mood: { name: 'Mood', values: { calm: 'calm', angry: 'very "angry"' } } };
const compiler = createCompiler({ dataModel: defineDataModel({ models: { Value: value }, enums }) });

let pool: pg.Pool;

beforeAll(async () => {
  pool = rowsPool({ connectionString: await scratchDatabase('empty'), max: 1, options: '-c TimeZone=UTC' });
  const columns = names.flatMap((name) => [`"${name}" ${DRAWN[name]!.type}`, `"${name}List" ${DRAWN[name]!.type}[]`]);
  await pool.query(`CREATE TYPE mood AS ENUM ('calm', 'very "angry"', 'new')`);
  await pool.query(`CREATE TABLE "Value" (id int PRIMARY KEY, ${columns.join(', ')})`);
});

afterAll(() => pool.end());

async function store(name: string, texts: readonly (string | null)[]): Promise<void> {
  const { type } = DRAWN[name]!;
  await pool.query('TRUNCATE "Value"');
  await pool.query(
    `INSERT INTO "Value" (id, "${name}", "${name}List")
     SELECT i, value::${type}, CASE WHEN i % 7 > 0 THEN (ARRAY[value, NULL, value])[1:i % 4]::${type}[] END
     FROM unnest($1::text[]) WITH ORDINALITY AS drawn (value, i)`,
    [texts],
  );
}

describe('a drawn value is the same in both forms', () => {
  it.each(names)('%s', { timeout: 60_000 }, async (name) => {
    const select = { id: true, [name]: true, [`${name}List`]: true };
    const args = { select, orderBy: { id: 'asc' } };
    const drawn = fc.array(fc.option(DRAWN[name]!.text, { freq: 12 }), { minLength: ROWS, maxLength: ROWS });
    await fc.assert(
      fc.asyncProperty(drawn, async (texts) => {
        await store(name, texts);
        const { json } = await readBothForms(pool, compiler.compile({ model: 'Value', action: 'findMany', args }));
        expect(JSON.parse(json!)).toHaveLength(ROWS);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

describe('the text of a drawn value in a cursor', () => {
  const ordered = names.filter((name) => !['json', 'jsonb'].includes(name));

  it.each(ordered)('means the same value to PostgreSQL: %s', { timeout: 60_000 }, async (name) => {
    const { type } = DRAWN[name]!;
    const args = { select: { id: true }, orderBy: { id: 'asc' }, take: 1 };
    await fc.assert(
      fc.asyncProperty(DRAWN[name]!.text, async (drawn) => {
        await store(name, [drawn, drawn]);
        const { next } = await readBothForms(
          pool,
          compiler.compile({ model: 'Value', action: 'findMany', args, next: [name] }),
        );
        const [kept] = JSON.parse(next!) as [string];
        const { rows } = await pool.query(`SELECT "${name}" = $1::${type} AS same FROM "Value" LIMIT 1`, [kept]);
        expect(rows).toEqual([{ same: true }]);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });
});
