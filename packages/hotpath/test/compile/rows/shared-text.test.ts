/** Reads whose statements have the same text, and so the same name, but another answer: with keys and without, as a list and as one row. */
import { CountingPool } from 'hotpath/budget/counting-pool';
import { createCompiler } from 'hotpath/compile/compile';
import { executeOn } from 'hotpath/compile/execute';
import type { ReadRequest } from 'hotpath/compile/plan/read';
import { defineDataModel, type ScalarField } from 'hotpath/model/data-model';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../../test/support/database.ts';

const scalar = (name: string): ScalarField => {
  return { kind: 'scalar', name, column: name, type: 'Int', list: false, required: true };
};
const node = {
  ...{ name: 'Node', table: 'Node', primaryKey: ['id'], uniques: { id: ['id'] } },
  fields: { id: scalar('id'), value: scalar('value') },
};
const compiler = createCompiler({ dataModel: defineDataModel({ models: { Node: node }, enums: {} }) });

let pool: CountingPool;

beforeAll(async () => {
  pool = new CountingPool({ connectionString: await scratchDatabase('empty'), max: 1 });
  await pool.query('CREATE TABLE "Node" (id int PRIMARY KEY, value int NOT NULL)');
  await pool.query('INSERT INTO "Node" VALUES (1, 10), (2, 20), (3, 30)');
});

afterAll(() => pool.end());

const list = (more: Partial<ReadRequest>): ReadRequest => ({
  model: 'Node',
  action: 'findMany',
  args: { select: { id: true, value: true }, orderBy: { id: 'asc' }, take: 2 },
  ...more,
});
const REQUESTS: Record<string, ReadRequest> = {
  plain: list({ next: ['id'] }),
  keyed: list({ next: ['id'], keys: ['id'] }),
  'keyed by another field': list({ next: ['id'], keys: ['value'] }),
  'keyed by both': list({ next: ['id'], keys: ['value', 'id'] }),
};
const EXPECTED: Record<string, string | undefined> = {
  plain: undefined,
  keyed: '[[1],[2]]',
  'keyed by another field': '[[10],[20]]',
  'keyed by both': '[[10,1],[20,2]]',
};

it('each have their own answer on one connection, in any order', async () => {
  const texts = Object.values(REQUESTS).map((request) => compiler.compile(request).text);
  expect(new Set(texts).size).toBe(1);
  const execute = executeOn(pool);
  const names = Object.keys(REQUESTS);
  for (const order of [names, names.toReversed(), names, ['keyed', 'plain', 'keyed', 'keyed by both', 'plain']]) {
    for (const name of order) {
      const { json, keys } = await execute(compiler.compile(REQUESTS[name]!));
      expect([name, json, keys]).toEqual([name, '[{"id":1,"value":10},{"id":2,"value":20}]', EXPECTED[name]]);
    }
  }
  const together = await Promise.all(names.map((name) => execute(compiler.compile(REQUESTS[name]!))));
  expect(together.map(({ keys }) => keys)).toEqual(Object.values(EXPECTED));
});
