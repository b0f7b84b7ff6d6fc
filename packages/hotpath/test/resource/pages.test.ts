/**
 * Pages by cursor, in orders by every scalar type: each row that stays comes once and in its place, whatever the
 * database compares and whichever rows come and go meanwhile.
 */

import { executeOn } from 'hotpath/compile/execute';
import { name } from 'hotpath/compile/sql/text';
import { type DataModel, defineDataModel, type Model, type ScalarField } from 'hotpath/model/data-model';
import { everything } from 'hotpath/resource/policy';
import { DeclarationError, Registry } from 'hotpath/resource/registry';
import { type Resource, resources } from 'hotpath/resource/resource';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { PageWalker, type Walk } from '../compile/oracle/pages/page-walk.ts';

interface ScalarCase {
  readonly name: string;
  readonly field: Pick<ScalarField, 'type' | 'native' | 'enum'>;
  readonly sql: string;
  /** Some look the same in JSON, and some differ only in their last digit. */
  readonly values: readonly string[];
}

const native = (type: ScalarField['type'], called: string, ...args: string[]) =>
  ({ type, native: { name: called, args } }) as const;

const CASES: readonly ScalarCase[] = [
  { name: 'int', field: { type: 'Int' }, sql: 'integer', values: ['-2147483648', '-1', '0', '7'] },
  { name: 'smallInt', field: native('Int', 'SmallInt'), sql: 'smallint', values: ['-32768', '0', '3'] },
  { name: 'oid', field: native('Int', 'Oid'), sql: 'oid', values: ['0', '2147483648', '4294967295'] },
  {
    name: 'bigInt',
    field: { type: 'BigInt' },
    sql: 'bigint',
    values: ['9007199254740992', '9007199254740993', '-9223372036854775808'],
  },
  {
    name: 'float',
    field: { type: 'Float' },
    sql: 'double precision',
    values: ['1e-7', '0.1', '0.30000000000000004', '0.3', '-1e300', '5e-324', "'NaN'", "'-Infinity'", "'Infinity'"],
  },
  {
    name: 'real',
    field: native('Float', 'Real'),
    sql: 'real',
    values: ['0.1', '16777217', '1.17549435e-38', '3.4e38', "'NaN'"],
  },
  {
    name: 'numeric',
    field: { type: 'Decimal' },
    sql: 'numeric',
    values: ['1e25', '1e-40', "'NaN'", '0', '0.0000000001', '123456789012345678901234567890123.5', '1.0', '1.00'],
  },
  { name: 'decimal', field: native('Decimal', 'Decimal', '20', '10'), sql: 'numeric(20, 10)', values: ['1', '1e-10'] },
  { name: 'money', field: native('Decimal', 'Money'), sql: 'money', values: ['1234567.89', '-0.01', '0'] },
  {
    name: 'timestamptz',
    field: native('DateTime', 'Timestamptz', '6'),
    sql: 'timestamptz(6)',
    values: [
      "'2024-01-01 00:00:00.000001Z'",
      "'2024-01-01 00:00:00.000002Z'",
      "'infinity'",
      "'0044-03-15 12:00:00Z BC'",
    ],
  },
  {
    name: 'timestamp',
    field: native('DateTime', 'Timestamp', '6'),
    sql: 'timestamp(6)',
    values: ["'2024-01-01 00:00:00.1234561'", "'2024-01-01 00:00:00.123457'", "'12024-01-01'"],
  },
  { name: 'date', field: native('DateTime', 'Date'), sql: 'date', values: ["'2024-02-29'", "'2024-03-01'"] },
  {
    name: 'time',
    field: native('DateTime', 'Time', '6'),
    sql: 'time(6)',
    values: ["'10:00:00.000001'", "'10:00:00.000002'", "'24:00'"],
  },
  {
    name: 'timetz',
    field: native('DateTime', 'Timetz', '6'),
    sql: 'timetz(6)',
    values: ["'10:00:00.000001+02'", "'08:00:00.000001+00'", "'10:00:00.000002+02'"],
  },
  { name: 'boolean', field: { type: 'Boolean' }, sql: 'boolean', values: ['true', 'false'] },
  {
    name: 'mood',
    field: { type: 'Enum', enum: 'Mood' },
    sql: '"the mood"',
    values: [`'so so'`, `E'two\\nlines'`, `'a''b'`],
  },
  {
    name: 'text',
    field: { type: 'String' },
    sql: 'text',
    values: ["''", "'a'", "'B'", "'é'", "E'\\\\'", "'null'", "repeat('long', 1000)"],
  },
  { name: 'caseless', field: { type: 'String' }, sql: 'text COLLATE caseless', values: ["'a'", "'A'", "'b'"] },
  { name: 'char', field: native('String', 'Char', '6'), sql: 'char(6)', values: ["'x'", "'x y'", "''"] },
  { name: 'citext', field: native('String', 'Citext'), sql: 'citext', values: ["'a'", "'A'", "'b'"] },
  {
    name: 'uuid',
    field: native('String', 'Uuid'),
    sql: 'uuid',
    values: ["'00000000-0000-0000-0000-000000000000'", "'3173810c-3afa-4a31-8a8a-75a65c4c8c88'"],
  },
  { name: 'inet', field: native('String', 'Inet'), sql: 'inet', values: ["'10.0.0.1'", "'10.0.0.0/8'", "'::1'"] },
  { name: 'bit', field: native('String', 'Bit', '3'), sql: 'bit(3)', values: ["'010'", "'111'"] },
  { name: 'varBit', field: native('String', 'VarBit'), sql: 'bit varying', values: ["''", "'0'", "'01'"] },
  { name: 'bytes', field: { type: 'Bytes' }, sql: 'bytea', values: ["'\\x'", "'\\x00'", "'\\x00ff'"] },
];

const ROWS = 14;
/** Later pages see no change, so that the walk ends. */
const PAGES_WITH_CHANGES = 9;

const enums: DataModel['enums'] = {
  Mood: { name: 'Mood', values: { soSo: 'so so', twoLines: 'two\nlines', quoted: "a'b" } },
};

const scalarField = (field: Pick<ScalarField, 'type' | 'name'> & Partial<ScalarField>): ScalarField => ({
  kind: 'scalar',
  column: field.name,
  list: false,
  required: true,
  ...field,
});

const id = scalarField({ name: 'id', type: 'Int' });

function modelOf(called: string, fields: readonly ScalarField[], keys: Partial<Model> = {}): Model {
  return {
    name: called,
    table: called,
    fields: Object.fromEntries(fields.map((field) => [field.name, field])),
    primaryKey: ['id'],
    uniques: { id: ['id'] },
    ...keys,
  };
}

/** Rows with ties in every field; and for each type a model whose key has that type. */
const ordered = modelOf('Ordered', [
  id,
  ...CASES.flatMap(({ name, field }) => [
    scalarField({ name, ...field }),
    scalarField({ name: `${name}_or_null`, ...field, required: false }),
  ]),
]);
const keyed = CASES.map(({ name, field }) =>
  modelOf(`Keyed ${name}`, [scalarField({ name: 'key', ...field }), scalarField({ name: 'size', type: 'Int' })], {
    primaryKey: ['key'],
    uniques: { key: ['key'] },
  }),
);
const invite = modelOf(
  'Invite',
  [
    scalarField({ name: 'token', type: 'String', required: false }),
    scalarField({ name: 'isOpen', type: 'Boolean' }),
    scalarField({ name: 'mood', type: 'Enum', enum: 'Mood' }),
  ],
  { primaryKey: [], uniques: { token: ['token'], isOpen_mood: ['isOpen', 'mood'] } },
);
const keyless = modelOf('Keyless', [scalarField({ name: 'token', type: 'String', required: false })], {
  primaryKey: [],
  uniques: { token: ['token'] },
});
/** Keys that are never null, but have no order in which a page could begin. */
const unordered = modelOf(
  'Unordered',
  [
    scalarField({ name: 'token', type: 'String', required: false }),
    scalarField({ name: 'shape', type: 'Json' }),
    scalarField({ name: 'tags', type: 'String', list: true }),
  ],
  { primaryKey: [], uniques: { shape: ['shape'], tags: ['tags'] } },
);

const dataModel = defineDataModel({
  models: Object.fromEntries([ordered, ...keyed, invite, keyless, unordered].map((model) => [model.name, model])),
  enums,
});

const declare = resources<never>() as unknown as (model: string, declaration: object) => Resource;
const resourceOf = ({ name, fields }: Model, sorts: string[]): Resource => {
  const fixed = { name, relations: {}, filters: {}, policy: everything('public') };
  const first = Object.keys(fields)[0]!;
  return declare(name, { ...fixed, fields: Object.keys(fields), defaultFields: first, sort: sorts[0] ?? first, sorts });
};

const registry = new Registry(dataModel);
registry.add(resourceOf(ordered, Object.keys(ordered.fields)));
registry.add(...keyed.map((model) => resourceOf(model, ['size'])));
registry.add(resourceOf(invite, ['isOpen']), resourceOf(keyless, ['token']), resourceOf(unordered, ['token']));
registry.check();

let pool: pg.Pool;
let walker: PageWalker;

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await scratchDatabase('empty'), max: 1 });
  // The test drops the database by force, which may cut a connection that is just closing.
  pool.on('error', () => {});
  walker = new PageWalker(registry, executeOn(pool));
  await pool.query(`
    CREATE EXTENSION citext;
    CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TYPE "the mood" AS ENUM ('so so', E'two\\nlines', 'a''b')`);
  const columns = CASES.flatMap(({ name: of, sql }) => [`${name(of)} ${sql} NOT NULL`, `"${of}_or_null" ${sql}`]);
  await pool.query(`CREATE TABLE "Ordered" (id integer PRIMARY KEY, ${columns.join(', ')})`);
  for (let row = 1; row <= ROWS; row += 1) await insert(row);
  for (const { name: of, sql, values } of CASES) {
    await pool.query(`CREATE TABLE "Keyed ${of}" (key ${sql} PRIMARY KEY, size integer NOT NULL)`);
    const rows = values.map((value, index) => `(${value}, ${index % 2})`);
    await pool.query(`INSERT INTO "Keyed ${of}" VALUES ${rows.join(', ')} ON CONFLICT DO NOTHING`);
  }
  await pool.query(`
    CREATE TABLE "Invite" (token text UNIQUE, "isOpen" boolean NOT NULL, mood "the mood" NOT NULL);
    INSERT INTO "Invite" SELECT CASE WHEN NOT o THEN mood::text END, o, mood
      FROM (VALUES (true), (false)) AS open (o), unnest(enum_range(NULL::"the mood")) AS mood`);
}, 60_000);

afterAll(() => pool.end());

/** A row whose values derive from its number; every third nullable value is null. */
async function insert(row: number, values = row): Promise<void> {
  const drawn = CASES.flatMap(({ values: all }, index) => {
    const value = all[(values + index) % all.length]!;
    return [value, (values + index) % 3 === 0 ? 'NULL' : value];
  });
  await pool.query(`INSERT INTO "Ordered" VALUES (${row}, ${drawn.join(', ')})`);
}

interface ModelWalk extends Omit<Walk, 'resource'> {
  readonly model: string;
}

/** The rows of all pages, as JSON. */
async function walk({ model, ...options }: ModelWalk): Promise<string[]> {
  const resource = registry.all().find((each) => each.model === model)!;
  return (await walker.walk({ resource, ...options })).map((row) => JSON.stringify(row));
}

async function column(text: string): Promise<unknown[]> {
  const { rows } = await pool.query({ text, rowMode: 'array' });
  return rows.map(([value]) => value);
}

describe('pages in an order by', () => {
  it.each(Object.keys(ordered.fields))('%s', { timeout: 60_000 }, async (field) => {
    for (const [sign, direction] of [
      ['', 'ASC'],
      ['-', 'DESC'],
    ] as const) {
      const place = `${name(field)} ${direction}`;
      const stayed = await column(`SELECT id FROM "Ordered" WHERE id <= ${ROWS} ORDER BY ${place}, id ${direction}`);
      for (let limit = 1; limit <= 5; limit += 1) {
        await insert(100, 5);
        const onPage = async (page: number) => {
          if (page > PAGES_WITH_CHANGES) return;
          await insert(100 + page, page * 3);
          await pool.query(`DELETE FROM "Ordered" WHERE id = ${99 + page}`);
        };
        const rows = await walk({ model: 'Ordered', sort: sign + field, limit, fields: 'id', onPage });
        const ids = rows.map((row) => (JSON.parse(row) as { id: number }).id);
        expect(ids.filter((each) => each <= ROWS)).toEqual(stayed);
        expect(new Set(ids).size).toBe(ids.length);
        await pool.query(`DELETE FROM "Ordered" WHERE id > ${ROWS}`);
      }
    }
  });
});

describe('pages of a model whose key is', () => {
  it.each(CASES.map(({ name }) => name))('%s', async (type) => {
    const [count] = await column(`SELECT count(*)::integer FROM "Keyed ${type}"`);
    for (const sort of ['size', '-size']) {
      const fields = 'size';
      for (const limit of [1, 2]) {
        const rows = await walk({ model: `Keyed ${type}`, sort, limit, fields });
        expect([type, rows.length]).toEqual([type, count]);
      }
    }
    expect(count).toBeGreaterThan(1);
  });

  it('a unique key of two fields, behind one that may be null', async () => {
    const rows = await walk({ model: 'Invite', sort: 'isOpen', limit: 2, fields: 'isOpen,mood' });
    expect(rows).toHaveLength(6);
    expect(new Set(rows).size).toBe(6);
  });
});

it.each([
  ['whose only key may be null', 'Keyless'],
  ['whose keys have no order', 'Unordered'],
])('are refused at the start for a model %s', (_why, model) => {
  const resource = registry.all().find((each) => each.model === model)!;
  expect(() => registry.mustHavePages(resource)).toThrow(
    new DeclarationError(
      model,
      `cannot be listed: ${model} has no key whose fields are never null and have an order, so no order of its rows is total`,
    ),
  );
});
