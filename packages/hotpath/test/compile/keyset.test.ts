/** `after`: the rows behind a row, in every order of a list with two fields that may be null. */
import fc from 'fast-check';
import { createCompiler } from 'hotpath/compile/compile';
import type { ReadRequest } from 'hotpath/compile/plan/read';
import { defineDataModel, type ScalarField } from 'hotpath/model/data-model';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { readBothForms, rowsPool } from './both-forms.ts';

const integer = (name: string, required: boolean): ScalarField => {
  return { kind: 'scalar', name, column: name, type: 'Int', list: false, required };
};
const fields = { id: integer('id', true), a: integer('a', false), b: integer('b', false) };
const spot = { name: 'Spot', table: 'Spot', fields, primaryKey: ['id'], uniques: { id: ['id'] } };
const compiler = createCompiler({ dataModel: defineDataModel({ models: { Spot: spot }, enums: {} }) });

let pool: pg.Pool;

beforeAll(async () => {
  pool = rowsPool({ connectionString: await scratchDatabase('empty'), max: 1 });
  await pool.query(`
    CREATE TABLE "Spot" (id integer PRIMARY KEY, a integer, b integer);
    INSERT INTO "Spot" SELECT row_number() OVER (), a, b
      FROM (VALUES (1), (2), (NULL)) AS a (a), (VALUES (1), (2), (NULL)) AS b (b), generate_series(1, 2)`);
});

afterAll(() => pool.end());

async function page(request: Omit<ReadRequest, 'model' | 'action'>) {
  const { json, next } = await readBothForms(pool, compiler.compile({ model: 'Spot', action: 'findMany', ...request }));
  const ids = (JSON.parse(json!) as { id: number }[]).map(({ id }) => id);
  return { ids, next: next ? (JSON.parse(next) as (string | null)[]) : undefined };
}

const direction = fc.constantFrom('asc', 'desc');
const place = fc.oneof(
  direction,
  fc.record({ sort: direction, nulls: fc.constantFrom('first', 'last') }),
  fc.record({ sort: direction }),
);
const order = fc.record({ a: place, b: place, id: direction, leading: fc.constantFrom('a', 'b') });

describe('the pages of a list', () => {
  it('add up to the whole list, in all directions and with nulls first or last', async () => {
    await fc.assert(
      fc.asyncProperty(order, fc.integer({ min: 1, max: 4 }), async ({ a, b, id, leading }, take) => {
        const orderBy = [...(leading === 'a' ? [{ a }, { b }] : [{ b }, { a }]), { id }];
        const next = leading === 'a' ? ['a', 'b', 'id'] : ['b', 'a', 'id'];
        const args = { select: { id: true }, orderBy };
        const whole = await page({ args: { ...args, take: 99 }, next });
        const seen: number[] = [];
        let after: (string | null)[] | undefined;
        do {
          const { ids, next: last } = await page({ args: { ...args, take }, next, ...(after && { after }) });
          seen.push(...ids);
          after = last;
        } while (after);
        expect(seen).toEqual(whole.ids);
        expect(seen).toHaveLength(18);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('begin with one comparison of rows if all fields have one direction and none may be null', () => {
    const { text } = compiler.compile({
      model: 'Spot',
      action: 'findMany',
      args: { where: { a: 1 }, orderBy: { id: 'desc' }, take: 2 },
      after: ['7'],
    });
    expect(text.replaceAll(/\s+/g, ' ')).toContain('WHERE "spot"."a" = $1 AND "spot"."id" < $2 ORDER BY');
  });

  it.each([
    ['too few values', { orderBy: [{ a: 'asc' }, { id: 'asc' }], take: 2 }, ['1'], 'after'],
    ['a null for a required field', { orderBy: { id: 'asc' }, take: 2 }, [null], 'after.0'],
    ['a list without an order and a limit', {}, ['1'], 'after'],
  ])('refuse %s', (_, args, after, path) => {
    const refused = expect.objectContaining({
      path: path.split('.').map((key) => (/\d/.test(key) ? Number(key) : key)),
    });
    expect(() => compiler.compile({ model: 'Spot', action: 'findMany', args, after })).toThrow(refused);
  });
});
