/** `distinct`: two rows are equal if Prisma Client reads the same values from them, even if PostgreSQL disagrees. */

import { createCompiler } from 'hotpath/compile/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { readBothForms } from './both-forms.ts';
import { type OpenDatabase, openZoo } from './oracle/databases.ts';
import { asJson } from './oracle/oracle.ts';
import { datamodel } from './zoo/generated/datamodel.ts';

let zoo: OpenDatabase;
const compiler = createCompiler({ dataModel: datamodel });

beforeAll(async () => {
  zoo = await openZoo(await scratchDatabase('empty'));
  await zoo.pool.query(`
    INSERT INTO "Night House"."Sample" (id, float, floats, timetz, "jsonText", json, jsons, xml, decimal, char) VALUES
    (1, 'NaN', '{NaN,1}', '12:00+02', '{"a": 1}', '{"a": 1}', '{1}', '<a/>', 1.5, 'a'),
    (2, 'Infinity', '{Infinity,1}', '12:00-05', '{"a":1}', '{"a":1}', '{1.0}', '<a />', 1.50, 'A'),
    (3, NULL, '{}', '10:00+00', 'null', 'null', '{}', '<a/>', 2, 'a '),
    (4, '-Infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, '-0', '{-0}', '12:00+02', '{"a": 1.0}', '{"a": 1.0}', '{1}', '<a></a>', 1.5, 'b'),
    (6, 0, '{0}', '12:00+02', '{"a": 1}', '{"a": 1}', '{1.0}', '<a></a>', 1.5, 'b')`);
});

afterAll(() => zoo.close());

async function idsOf(args: object): Promise<readonly unknown[]> {
  const all = { select: { id: true }, orderBy: { id: 'asc' }, ...args };
  const { json } = await readBothForms(zoo.pool, compiler.compile({ model: 'Sample', action: 'findMany', args: all }));
  const compiled = JSON.parse(json!);
  expect(compiled).toEqual(asJson(await zoo.client['sample'].findMany({ ...all, relationLoadStrategy: 'query' })));
  return compiled.map(({ id }: { id: number }) => id);
}

describe('`distinct` compares rows as Prisma reads them', () => {
  it.each([
    ['float', [1, 5]],
    ['floats', [1, 3, 4, 5]],
    ['timetz', [1, 3, 4]],
    ['jsonText', [1, 2, 3, 4, 5]],
    ['json', [1, 3, 4, 5]],
    ['jsons', [1, 2, 3, 4]],
    ['xml', [1, 2, 4, 5]],
    ['decimal', [1, 3, 4]],
    ['char', [1, 2, 4, 5]],
  ])('by %s', async (field, ids) => {
    expect(await idsOf({ distinct: [field] })).toEqual(ids);
    expect(await idsOf({ distinct: field, skip: 1, take: 2 })).toEqual(ids.slice(1, 3));
  });

  it('by no field: only the first row remains', async () => {
    expect(await idsOf({ distinct: [] })).toEqual([1]);
    expect(await idsOf({ distinct: [], where: { id: { gt: 2 } }, take: 3 })).toEqual([3]);
    expect(await idsOf({ distinct: [], take: -2 })).toEqual([6]);
    expect(await idsOf({ distinct: [], skip: 1 })).toEqual([]);
  });
});
