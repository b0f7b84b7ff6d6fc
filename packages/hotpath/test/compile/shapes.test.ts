/** Shapes: the parts of arguments that change the text of a statement, and the statements that get a name. */

import { createCompiler } from 'hotpath/compile/compile';
import type { ReadRequest } from 'hotpath/compile/plan/read';
import { describe, expect, it } from 'vitest';
import { Prisma } from '../../../../prisma/generated/client.ts';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';

const { compile } = createCompiler({ dataModel: datamodel });
const shapeOf = (request: ReadRequest) => {
  const { text, values } = compile(request);
  return { text, values };
};
const users = (args: object): ReadRequest => ({ model: 'User', action: 'findMany', args });

describe('the text of a statement', () => {
  it('does not depend on values', () => {
    const one = compile(users({ where: { id: { in: [1, 2, 3] }, name: { contains: 'a' } }, skip: 1 }));
    const other = compile(users({ where: { id: { in: [] }, name: { contains: "b' OR TRUE --" } }, skip: 200 }));
    expect(other.text).toBe(one.text);
    expect(other.values).toEqual([[], "b' OR TRUE --", 200]);
  });

  it('does not depend on the order of keys, and neither do the values', () => {
    const one = shapeOf(users({ select: { id: true, name: true }, where: { id: 1, email: 'a', OR: [{ name: 'b' }] } }));
    const other = shapeOf(
      users({ where: { OR: [{ name: 'b' }], email: 'a', id: 1 }, select: { name: true, id: true } }),
    );
    expect(other).toEqual(one);
  });

  it('depends on nulls, on take, and on the value of an enum, like the plan', () => {
    const texts = [{ where: { phone: null } }, { where: { phone: '1' } }, { take: 1 }, { take: 2 }].map(
      (args) => compile(users(args)).text,
    );
    texts.push(
      compile(users({ where: { status: 'active' } })).text,
      compile(users({ where: { status: 'closed' } })).text,
    );
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('leaves out skipped arguments', () => {
    const skipped = shapeOf(
      users({ where: { id: 1, name: Prisma.skip }, select: { id: true, name: Prisma.skip }, take: Prisma.skip }),
    );
    expect(skipped).toEqual(shapeOf(users({ where: { id: 1 }, select: { id: true } })));
  });

  it('quotes every name', () => {
    const dataModel = {
      enums: {},
      models: {
        Odd: {
          name: 'Odd',
          table: 'a"b; DROP',
          primaryKey: ['id'],
          uniques: { id: ['id'] },
          fields: { id: { kind: 'scalar', name: 'id', column: 'i"d', type: 'Int', list: false, required: true } },
        },
      },
    } as const;
    const { text } = createCompiler({ dataModel }).compile({ model: 'Odd', action: 'findMany' });
    expect(text).toContain('"odd"."i""d"\n');
    expect(text).toContain('FROM "a""b; DROP" AS "odd"');
  });
});

describe('a statement', () => {
  it('gets a name by its text from its second use on', () => {
    const { compile } = createCompiler({ dataModel: datamodel });
    const [first, second, third] = [1, 2, 3].map((id) => compile(users({ where: { id } })));
    expect(first).not.toHaveProperty('name');
    expect(second!.name).toMatch(/^[\w-]{22}$/);
    expect(third!.name).toBe(second!.name);
    compile(users({ where: { name: 'a' } }));
    expect(compile(users({ where: { name: 'b' } })).name).not.toBe(second!.name);
  });

  it('stays unnamed above the limit, however often it is used', () => {
    const { compile } = createCompiler({ dataModel: datamodel, shapes: 2 });
    const twice = (take: number) => [compile(users({ take })), compile(users({ take }))][1]!;
    expect(twice(1).name).toBeDefined();
    expect(twice(2).name).toBeDefined();
    expect(twice(3)).not.toHaveProperty('name');
    expect(twice(1).name).toBeDefined();
  });
});

describe('a statement with a frozen select', () => {
  const fresh = () => createCompiler({ dataModel: datamodel });
  const select = Object.freeze({ id: true, orders: { select: { id: true }, take: 3 } });

  it('is planned once, keeps its text, and gets a name from its second use on', () => {
    const compiler = fresh();
    const plain = fresh().compile(users({ select: { ...select }, where: { id: 1 } }));
    const [first, second] = [7, 8].map((id) => compiler.compile(users({ select, where: { id } })));
    expect(first!.text).toBe(plain.text);
    expect([first!.name, second!.name]).toEqual([undefined, expect.any(String)]);
    expect([first!.values, second!.values]).toEqual([[7], [8]]);
  });

  it('differs from the same one with other computed values', () => {
    const compiler = fresh();
    const computed = { n: { aggregate: 'count', relation: 'orders' } };
    const texts = [{ select }, { select, computed }, { select }].map((args) => compiler.compile(users(args)).text);
    expect(texts[0]).toBe(texts[2]);
    expect(texts[1]).not.toBe(texts[0]);
  });

  it('is planned each time if the select holds values that may change', () => {
    const compiler = fresh();
    const where = { total: '5' };
    const shared = Object.freeze({ orders: { select: { id: true }, where } });
    const valuesNow = () => compiler.compile(users({ select: shared })).values;
    expect(valuesNow()).toEqual(['5']);
    where.total = '6';
    expect(valuesNow()).toEqual(['6']);
    const createdAt = Object.freeze({ gte: new Date(0) });
    const dated = Object.freeze({ orders: Object.freeze({ where: Object.freeze({ createdAt }) }) });
    const datesNow = () => compiler.compile(users({ select: dated })).values;
    const before = datesNow();
    createdAt.gte.setFullYear(2020);
    expect(datesNow()).not.toEqual(before);
  });

  it('gives its own values, wherever it stands, if it is frozen in depth', () => {
    const compiler = fresh();
    const posts = Object.freeze({
      title: true,
      author: Object.freeze({ where: Object.freeze({ name: 'a' }), select: Object.freeze({ id: true }) }),
    });
    const alone = () => compiler.compile(users({ select: { posts: { select: posts, where: { title: 'b' } } } }));
    const after = () =>
      compiler.compile(users({ select: { orders: { where: { total: '5' } }, posts: { select: posts } } }));
    for (const compiled of [alone, after]) {
      const [first, second] = [compiled(), compiled()];
      expect([second.text, second.values]).toEqual([first.text, first.values]);
    }
    expect([alone().values, after().values]).toEqual([
      ['a', 'b'],
      ['5', 'a'],
    ]);
    const plain = fresh().compile(
      users({ select: { orders: { where: { total: '5' } }, posts: { select: structuredClone(posts) } } }),
    );
    expect(after().text).toBe(plain.text);
  });
});
