/** Values that Prisma Client cannot write, and sessions in which it cannot read: the compiled JSON must be right anyway. */

import { createCompiler } from 'hotpath/compile/compile';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { readBothForms, rowsPool } from './both-forms.ts';
import { type OpenDatabase, openZoo } from './oracle/databases.ts';
import { asJson } from './oracle/oracle.ts';
import { datamodel } from './zoo/generated/datamodel.ts';

let zoo: OpenDatabase;
let url: string;
const compiler = createCompiler({ dataModel: datamodel });

beforeAll(async () => {
  url = await scratchDatabase('empty');
  zoo = await openZoo(url);
});

afterAll(() => zoo.close());

/** The fields of the only sample, compiled, in a session of its own. */
async function read(fields: readonly string[], options = '-c TimeZone=UTC'): Promise<unknown> {
  const select = Object.fromEntries(fields.map((field) => [field, true]));
  const pool = rowsPool({ connectionString: url, options, max: 1 });
  const { json } = await readBothForms(
    pool,
    compiler.compile({ model: 'Sample', action: 'findFirst', args: { select } }),
  );
  await pool.end();
  return JSON.parse(json!);
}

async function write(values: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const fields = Object.keys(values);
  await zoo.pool.query('TRUNCATE "Night House"."Sample"');
  const columns = ['id', ...fields].map((field) => pg.escapeIdentifier(field)).join(', ');
  const places = ['1', ...fields.map((_, index) => `$${index + 1}`)].join(', ');
  const text = `INSERT INTO "Night House"."Sample" (${columns}) VALUES (${places})`;
  await zoo.pool.query(text, Object.values(values));
  return fields;
}

async function readByPrisma(fields: readonly string[]): Promise<unknown> {
  const select = Object.fromEntries(fields.map((field) => [field, true]));
  return asJson(await zoo.client['sample'].findFirst({ select, relationLoadStrategy: 'query' }));
}

describe('a value at the edge reads as in Prisma', () => {
  it.each<[what: string, values: Record<string, string>]>([
    ['not a number', { float: 'NaN', real: 'NaN', floats: '{NaN,1}', decimal: 'NaN' }],
    ['infinities', { float: 'Infinity', real: '-Infinity', floats: '{Infinity,-Infinity}', timestamptz: 'infinity' }],
    ['negative zero', { float: '-0', real: '-0', floats: '{-0}', decimal: '-0.0' }],
    ['the smallest and largest floats', { float: '5e-324', floats: '{1.7976931348623157e308}', real: '1e-45' }],
    [
      'microseconds that are cut and not rounded',
      { timestamp6: '2024-01-01 00:00:00.999999', timestamptz6: '1969-12-31 23:59:59.0019Z' },
    ],
    ['times of day', { time: '24:00:00', timetz: '10:00:00.123456+05:30' }],
    ['decimals with an exponent', { decimal: '123456789012345678901234567890.000000000000000000000000000001' }],
    [
      'small decimals',
      {
        decimal: '0.00000099',
        tiny: '0.000000000001',
        decimals: '{0.000001,-0.0000001,1e21,1e20,99999999999999999999.9}',
      },
    ],
    ['json with its own spelling', { jsonText: '{ "a" : 1.50,\n "a": "é" }', json: '{"__proto__": 1e2}' }],
    ['nothing', {}],
  ])('%s', async (_, values) => {
    const fields = [...(await write(values)), 'id', 'text', 'ints', 'byteses'];
    expect(await read(fields)).toEqual(await readByPrisma(fields));
  });

  it('except if Prisma depends on the session: dates are in UTC in any time zone', async () => {
    const fields = await write({
      timestamptz: '2024-07-01 12:00:00Z',
      timestamptz6: '2024-07-01 00:30:00+02',
      timetz: '12:00:00+02',
    });
    expect(await read(fields, '-c TimeZone=Asia/Kathmandu')).toEqual(await read(fields));
    expect(await read(fields)).toEqual(await readByPrisma(fields));
  });

  it("whatever the session's formats are", async () => {
    const values = { bytes: '\\x00ff', float: '0.1', timestamp: '2024-07-01 12:00:00', date: '2024-07-01' };
    const fields = await write(values);
    const options = '-c bytea_output=escape -c DateStyle=German -c extra_float_digits=1 -c IntervalStyle=iso_8601';
    expect(await read(fields, options)).toEqual(await readByPrisma(fields));
  });
});

it('a value of an enum that the schema does not know yet keeps its name in the database', async () => {
  const fields = await write({ diet: 'Eats leaves', dietList: '{Eats leaves}' });
  await zoo.pool.query(`ALTER TYPE "The diet" ADD VALUE IF NOT EXISTS 'Eats moss'`);
  await zoo.pool.query(
    `UPDATE "Night House"."Sample" SET "dietList" = array_append("dietList", 'Eats moss'), diet = 'Eats moss'`,
  );
  expect(await read(fields)).toEqual({ diet: 'Eats moss', dietList: ['leaves', 'Eats moss'] });
});
