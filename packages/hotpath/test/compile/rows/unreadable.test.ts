/** Rows that cannot be read as bytes: values of a type that their field does not suggest, and other clients. */
import { CountingPool } from 'hotpath/budget/counting-pool';
import { Ledger, withLedger } from 'hotpath/budget/ledger';
import { createCompiler } from 'hotpath/compile/compile';
import { executeOn } from 'hotpath/compile/execute';
import { defineDataModel, type RelationField, type ScalarField } from 'hotpath/model/data-model';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../../test/support/database.ts';

const scalar = (name: string, type: ScalarField['type']): ScalarField => {
  return { kind: 'scalar', name, column: name, type, list: false, required: name === 'id' };
};
const children: RelationField = {
  ...{ kind: 'relation', name: 'children', model: 'Node', list: true, required: true, back: 'parent' },
  ...{ from: ['id'], to: ['parentId'], holdsKey: false },
};
const node = {
  ...{ name: 'Node', table: 'Node', primaryKey: ['id'], uniques: { id: ['id'] } },
  fields: { id: scalar('id', 'Int'), value: scalar('value', 'Int'), parentId: scalar('parentId', 'Int'), children },
};
const compiler = createCompiler({ dataModel: defineDataModel({ models: { Node: node }, enums: {} }) });

let url: string;
let pool: CountingPool;

beforeAll(async () => {
  url = await scratchDatabase('empty');
  pool = new CountingPool({ connectionString: url, max: 2 });
  pool.on('error', () => {});
  await pool.query('CREATE DOMAIN amount AS integer');
});

afterAll(() => pool.end());

const tableWith = (type: string): Promise<unknown> =>
  pool.query(`DROP TABLE IF EXISTS "Node"; CREATE TABLE "Node" (id int PRIMARY KEY, value ${type}, "parentId" int);
    INSERT INTO "Node" VALUES (1, 10, NULL), (2, 20, 1)`);

const flat = (where: object = {}) =>
  compiler.compile({
    model: 'Node',
    action: 'findMany',
    args: { select: { value: true }, where, orderBy: { id: 'asc' } },
  });
const nested = () => {
  const select = { children: { select: { value: true } } };
  return compiler.compile({ model: 'Node', action: 'findMany', args: { select, orderBy: { id: 'asc' } } });
};

describe('values of an unexpected type', () => {
  let refusals: string[];
  let execute: ReturnType<typeof executeOn>;
  beforeEach(() => {
    refusals = [];
    execute = executeOn(pool, { onUnreadable: ({ message }) => refusals.push(message) });
  });

  it('are read as JSON that PostgreSQL writes, and without a second attempt the next time', async () => {
    await tableWith('numeric(9, 2)');
    for (const _ of [1, 2, 3]) expect((await execute(flat())).json).toBe('[{"value":10.00},{"value":20.00}]');
    expect(refusals).toEqual(['Int as type 1700']);
  });

  it('are also read in a record, whose column has the type of a domain and not its base type', async () => {
    await tableWith('amount');
    const answer = '[{"children":[{"value":20}]},{"children":[]}]';
    for (const _ of [1, 2, 3]) expect((await execute(nested())).json).toBe(answer);
    expect(refusals).toEqual([expect.stringMatching(/^Int as type \d{5,}$/)]);
    expect((await execute(flat())).json).toBe('[{"value":10},{"value":20}]');
    expect(refusals).toHaveLength(1);
  });

  it('cost the request no second statement', async () => {
    await tableWith('float4');
    const ledger = new Ledger();
    expect((await withLedger(ledger, () => execute(flat()))).json).toBe('[{"value":10},{"value":20}]');
    expect([ledger.statements, refusals.length]).toEqual([1, 1]);
  });

  it('are read on each connection after the column was altered under prepared statements', async () => {
    await tableWith('integer');
    const everywhere = () => Promise.all(Array.from({ length: 8 }, () => execute(flat({ id: { gt: 0 } }))));
    for (const type of ['bigint', 'smallint', 'float8', 'integer']) {
      for (const { json } of await everywhere()) expect(json).toBe('[{"value":10},{"value":20}]');
      await pool.query(`ALTER TABLE "Node" ALTER COLUMN value TYPE ${type}`);
    }
    for (const { json } of await everywhere()) expect(json).toBe('[{"value":10},{"value":20}]');
  });
});

it('a client that cannot return rows as bytes gets the form in JSON', async () => {
  await tableWith('integer');
  const plain = new pg.Pool({ connectionString: url, max: 1 });
  expect((await executeOn(plain)(nested())).json).toBe('[{"children":[{"value":20}]},{"children":[]}]');
  await plain.end();
});
