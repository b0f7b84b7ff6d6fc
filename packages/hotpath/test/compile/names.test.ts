/** The names that the compiler invents, in a schema that uses each of them, and texts of the user on their way into SQL. */
import fc from 'fast-check';
import { createCompiler } from 'hotpath/compile/compile';
import type { ReadRequest } from 'hotpath/compile/plan/read';
import { StatementNames } from 'hotpath/compile/sql/names';
import { tableText } from 'hotpath/compile/sql/scope';
import { block, dollarQuoted, list, literal, name } from 'hotpath/compile/sql/text';
import { joinSource } from 'hotpath/freshness/watched';
import { type DataModel, defineDataModel, type Model } from 'hotpath/model/data-model';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { readBothForms, rowsPool } from './both-forms.ts';

let client: pg.Pool;

beforeAll(async () => {
  client = rowsPool({ connectionString: await scratchDatabase('empty'), max: 1 });
});

afterAll(() => client.end());

/** Columns by the names of their fields, in a table with a name of the compiler. */
const COLUMNS = {
  id: 'id',
  row: 'row',
  position: 'row number',
  turn: 'row number among equals',
  lines: 'two\nlines',
  element: 'element',
  value: 'value',
  json: 'json',
  next: 'next',
  is: 'is',
};

const table = (model: string, called: string): Model => ({
  name: model,
  table: called,
  fields: {
    ...Object.fromEntries(
      Object.entries(COLUMNS).map(([field, column]) => [
        field,
        { kind: 'scalar', name: field, column, type: field === 'id' ? 'Int' : 'String', list: false, required: true },
      ]),
    ),
    parentId: { kind: 'scalar', name: 'parentId', column: 'parent id', type: 'Int', list: false, required: false },
    texts: { kind: 'scalar', name: 'texts', column: 'texts', type: 'Decimal', list: true, required: false },
    parent: {
      kind: 'relation',
      name: 'parent',
      model: 'Page',
      list: false,
      required: false,
      back: 'rows',
      from: ['parentId'],
      to: ['id'],
      holdsKey: true,
    },
    rows: {
      kind: 'relation',
      name: 'rows',
      model: 'Row',
      list: true,
      required: true,
      back: 'parent',
      from: ['id'],
      to: ['parentId'],
      holdsKey: false,
    },
  },
  primaryKey: ['id'],
  uniques: { id: ['id'] },
});

const dataModel: DataModel = defineDataModel({
  models: { Page: table('Page', 'the page'), Row: table('Row', 'the row') },
  enums: {},
});
const compiler = createCompiler({ dataModel });

async function read(request: ReadRequest) {
  const { json, keys, ...row } = await readBothForms(client, compiler.compile(request));
  return { ...row, json: JSON.parse(json!), keys: keys && JSON.parse(keys) };
}

describe('a schema with the names of the compiler', () => {
  beforeAll(async () => {
    for (const called of ['the page', 'the row']) {
      const columns = Object.values(COLUMNS).map((column) => `${name(column)} ${column === 'id' ? 'integer' : 'text'}`);
      await client.query(`CREATE TABLE "${called}" (${columns.join(', ')}, "parent id" integer, texts numeric[])`);
      const texts = Object.values(COLUMNS).map((column) => (column === 'id' ? 'i' : `'${column.length} ' || i`));
      await client.query(
        `INSERT INTO "${called}" SELECT ${texts.join(', ')}, nullif(i - 1, 0), '{1.50}' FROM generate_series(1, 3) AS i`,
      );
    }
  });

  const row = (id: number) => ({ id, row: `3 ${id}`, position: `10 ${id}`, turn: `23 ${id}`, lines: `9 ${id}` });
  const select = { id: true, row: true, position: true, turn: true, lines: true };

  it.each(['Page', 'Row'])('reads the right rows: %s', async (model) => {
    const nested = { ...select, parent: { select }, rows: { select }, _count: { select: { rows: true } } };
    const { json } = await read({ model, action: 'findMany', args: { select: nested, orderBy: { id: 'asc' } } });
    expect(json[1]).toEqual({ ...row(2), parent: row(1), rows: [row(3)], _count: { rows: 1 } });
  });

  it.each(['Page', 'Row'])('reads the right part of a list: %s', async (model) => {
    const orderBy = { id: 'asc' };
    const last = await read({ model, action: 'findMany', args: { select, orderBy, take: -2 } });
    expect(last.json).toEqual([row(2), row(3)]);
    const distinct = { select: { ...select, texts: true }, orderBy, distinct: ['texts'], skip: 0, take: 2 };
    expect((await read({ model, action: 'findMany', args: distinct })).json).toEqual([{ ...row(1), texts: ['1.5'] }]);
    const page = await read({
      model,
      action: 'findMany',
      args: { select, orderBy, take: 1 },
      next: ['id'],
      keys: ['row', 'lines'],
    });
    expect(page).toMatchObject({ json: [row(1)], next: '["1"]', keys: [['3 1', '9 1']] });
    const one = { model, action: 'findFirst', args: { select, where: { id: 2 } }, version: 'row' } as const;
    expect(await read(one)).toMatchObject({ json: row(2), version: '3 2' });
  });

  it('accepts a filter of a field that has the name of a relation operator, if the operator makes no sense', async () => {
    const found = async (where: object) => {
      const args = { select: { id: true }, where, orderBy: { id: 'asc' } };
      return (await read({ model: 'Page', action: 'findMany', args })).json.map(({ id }: { id: number }) => id);
    };
    expect(await found({ id: { gt: 0 }, parent: { is: { contains: ' 1' }, id: { lt: 9 } } })).toEqual([2]);
    expect(await found({ parent: { is: '2 1' } })).toEqual([2]);
    expect(await found({ parent: { is: { id: 1 } } })).toEqual([2]);
    expect(await found({ parent: { is: null } })).toEqual([1]);
    expect(() =>
      compiler.compile({ model: 'Page', action: 'findMany', args: { where: { parent: { is: 7 } } } }),
    ).toThrow('Expected an object, not a number at where.parent.is.');
  });

  it('lets several reads run together under keys of any name', async () => {
    const one = { model: 'Row', action: 'findFirst', args: { select: { id: true }, where: { id: 1 } } } as const;
    const { text, values } = compiler.compileAll({ row: one, reads: one, 'a"b': one });
    const { rows } = await client.query(text, [...values]);
    expect(JSON.parse(rows[0].json)).toEqual({ 'a"b': { id: 1 }, reads: { id: 1 }, row: { id: 1 } });
  });
});

describe('an alias', () => {
  it('is used once, and PostgreSQL keeps all of it', () => {
    const wanted = fc.array(
      fc.oneof(fc.constantFrom('row', 'rows', 'rows_2', 'rows_2_2', 'x'.repeat(62), 'x'.repeat(63), 'x'.repeat(70)), {
        arbitrary: fc.stringMatching(/^[a-z_0-9]{1,70}$/),
        weight: 1,
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(wanted, (all) => {
        const names = new StatementNames(dataModel);
        const given = all.map((each) => names.alias(each));
        expect(new Set(given).size).toBe(given.length);
        expect(given.every((each) => each.length <= 63 && each !== 'row')).toBe(true);
      }),
    );
  });
});

const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\\', "'", '"', '$', '%', 'é', '000A', 'n', ';') });

describe('a text of the user', () => {
  it('keeps its value in SQL at any depth of indentation', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        const nested = `SELECT * FROM ${block(`SELECT * FROM ${block(list('SELECT', [literal(given), '1']))} AS a`)} AS b`;
        const { rows } = await client.query({ text: nested, rowMode: 'array' });
        expect(rows[0]![0]).toBe(given);
      }),
    );
  });

  it('keeps its value as a name', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        fc.pre(given !== '' && Buffer.byteLength(given) <= 63);
        const { fields } = await client.query(`SELECT * FROM ${block(`SELECT 1 AS ${name(given)}`)} AS a`);
        expect(fields[0]!.name).toBe(given);
      }),
    );
  });

  it('keeps its value as a name that is bound as a value', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        fc.pre(given !== '' && Buffer.byteLength(given) <= 63);
        const names = [tableText({ table: given }), tableText({ schema: 'a "b', table: given })];
        const { rows } = await client.query('SELECT parse_ident($1) AS one, parse_ident($2) AS two', names);
        expect(rows[0]).toEqual({ one: [given], two: ['a "b', given] });
      }),
    );
  });

  it('keeps its value as the body of a function', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        const { rows } = await client.query({ text: `SELECT ${dollarQuoted(`${given} `)}`, rowMode: 'array' });
        expect(rows[0]![0]).toBe(`${given} `);
      }),
    );
  });
});

describe('the source of a join table', () => {
  it('includes the schema, because another schema may have a table of the same name', () => {
    const through = { table: '_keeper tags?', from: 'A', to: 'B' } as const;
    expect(joinSource(through)).toBe('_keeper%20tags%3F');
    expect(joinSource({ ...through, schema: 'zoo' })).toBe('zoo._keeper%20tags%3F');
  });
});

it('the compiler refuses more values than PostgreSQL accepts, before anything is sent', () => {
  const OR = Array.from({ length: 65_536 }, (_, id) => ({ id: { gt: id } }));
  expect(() => compiler.compile({ model: 'Row', action: 'findMany', args: { where: { OR } } })).toThrow(
    'A statement has at most 65535 values, and this one has 65536; a list in `in` counts as one.',
  );
});
