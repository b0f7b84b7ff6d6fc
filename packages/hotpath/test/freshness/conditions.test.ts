/** The fields that conditions, orders and embedded levels use, and the values that a condition fixes. */
import { fixedValues, usesAlong, usesOf, usesOfNode } from 'hotpath/freshness/conditions';
import { describe, expect, it } from 'vitest';
import { zooDataModel } from '../../../../test/support/zoo.ts';

describe('the fields that are used', () => {
  const names = (uses: Iterable<{ readonly field: { readonly name: string } }>) =>
    [...uses].map(({ field }) => field.name);
  const model = zooDataModel.models['Animal']!;
  const of = (condition: unknown) => names(usesOf(zooDataModel, model, condition));

  it.each<[unknown, string[]]>([
    [undefined, []],
    ['text', []],
    [null, []],
    [{ name: 'x' }, ['name']],
    [
      [{ name: 'x' }, null, { legs: 1 }],
      ['name', 'legs'],
    ],
    [{ AND: [{ name: 'x' }, { OR: [{ legs: 1 }] }], NOT: { weight: 1 } }, ['name', 'legs', 'weight']],
    [{ toString: 1, unknown: { name: 'x' } }, []],
    [{ mother: { is: { name: 'x' } } }, ['mother', 'name']],
    [{ mother: { isNot: null } }, ['mother']],
    [{ mother: { name: 'asc' } }, ['mother', 'name']],
    [{ feedings: { some: { keeper: { is: { salary: 1 } } } } }, ['feedings', 'keeper', 'salary']],
    [{ feedings: { every: { amount: 1 }, none: { note: '' } } }, ['feedings', 'amount', 'note']],
    [{ feedings: { _count: 'asc' } }, ['feedings']],
    [{ computed: { value: { compare: ['mother.weight', 'gt', 1] }, equals: true } }, ['mother', 'weight']],
    [{ computed: [{ value: { compare: ['legs', 'gt', 1] } }] }, ['legs']],
    [
      { computed: { value: { aggregate: 'max', relation: 'feedings', field: 'amount', where: { note: 'x' } } } },
      ['feedings', 'amount', 'note'],
    ],
  ])('by the condition %o are %o', (condition, expected) => {
    expect(of(condition)).toEqual(expected);
  });

  it('along a path are all of its steps', () => {
    expect(names(usesAlong(zooDataModel, model, 'mother.friend.name'))).toEqual(['mother', 'friend', 'name']);
  });

  it('by an embedded level are those that it selects, computes, filters by and sorts by', () => {
    const node = {
      select: { name: true, mother: { select: { legs: true } }, feedings: true },
      computed: { heavy: { compare: ['weight', 'gt', 4] } },
      where: { mood: 'calm' },
      orderBy: [{ born: 'asc' }],
    };
    expect(names(usesOfNode(zooDataModel, model, node as never))).toEqual([
      ...['mood', 'born', 'weight', 'name', 'mother', 'legs', 'feedings'],
    ]);
  });

  it('have fixed values if a condition names the values', () => {
    const fixed = (where: unknown) => Object.fromEntries(fixedValues(where));
    expect(fixed(undefined)).toEqual({});
    expect(fixed({ a: 1, b: { equals: 'x' }, c: { in: [1n, 2n] }, d: { gt: 1 }, e: null, f: true })).toEqual({
      a: [1],
      b: ['x'],
      c: [1n, 2n],
    });
    expect(fixed({ a: 1, AND: [{ a: 2, b: 3 }, { AND: { c: 4 } }] })).toEqual({ a: [1], b: [3], c: [4] });
    expect(fixed({ a: { equals: 'x', mode: 'insensitive' }, b: { in: [new Date(0)] }, OR: [{ c: 1 }] })).toEqual({});
  });
});
