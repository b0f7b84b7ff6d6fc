/** Filters on a Json field: the whole value, or the value at a path in it. */

import type { ScalarField } from '../../model/data-model.ts';
import { at, type Path, refuse } from '../error.ts';
import { jsonNullOf } from '../prisma-internals.ts';
import { type Arguments, bind, checked, isObject, type Planner } from './arguments.ts';
import { all, type JsonTest, type Predicate, type Slot } from './plan.ts';
import { encode } from './value.ts';

const TEXT = { string_contains: 'anywhere', string_starts_with: 'start', string_ends_with: 'end' } as const;
const ARRAY = { array_contains: 'contains', array_starts_with: 'first', array_ends_with: 'last' } as const;
const ORDERING = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;
const TYPED = [...Object.keys(TEXT), ...Object.keys(ARRAY), ...Object.keys(ORDERING)];
const ALLOWED = ['equals', 'not', 'path', 'mode', ...TYPED];

interface Target {
  readonly planner: Planner;
  readonly field: ScalarField;
  /** The path inside the value. */
  readonly inner: Slot | null;
  readonly fold: boolean;
}

export function planJsonFilter(planner: Planner, field: ScalarField, value: unknown, path: Path): Predicate {
  if (!isObject(value))
    refuse(path, { code: 'INVALID_VALUE', message: 'A Json filter is an object', allowed: ALLOWED });
  const given = checked(value, ALLOWED, path);
  const operators = Object.keys(given).filter((key) => key !== 'path' && key !== 'mode');
  if (operators.length === 0) {
    if ('path' in given) refuse(path, { code: 'INVALID_VALUE', message: '`path` needs an operator', allowed: ALLOWED });
    return all([]);
  }
  const target = { planner, field, inner: bindPath(planner, given, path), fold: isFolded(given, path) };
  return all(operators.map((operator) => planTest(target, operator, given[operator], at(path, operator))));
}

function bindPath(planner: Planner, { path: inner }: Arguments, path: Path): Slot | null {
  if (inner === undefined) return null;
  if (Array.isArray(inner) && inner.every((key) => typeof key === 'string')) return bind(planner, inner);
  return refuse(at(path, 'path'), { code: 'INVALID_VALUE', message: 'Expected a list of strings' });
}

function isFolded({ mode = 'default' }: Arguments, path: Path): boolean {
  if (mode === 'insensitive' || mode === 'default') return mode === 'insensitive';
  return refuse(at(path, 'mode'), {
    code: 'INVALID_VALUE',
    message: 'Unknown mode',
    allowed: ['default', 'insensitive'],
  });
}

function planTest(target: Target, operator: string, operand: unknown, path: Path): Predicate {
  const { planner, field, inner, fold } = target;
  const common = {
    is: 'json',
    field: field.name,
    path: inner,
    negated: operator === 'not',
    loose: planner.negated,
  } as const;
  if (operator === 'equals' || operator === 'not') return { ...common, test: planEquality(target, operand, path) };
  const value = bind(planner, encode(planner.dataModel, field, operand, path));
  if (operator in ARRAY) return { ...common, test: { test: ARRAY[operator as keyof typeof ARRAY], value } };
  if (operator in TEXT) {
    if (typeof operand !== 'string') refuse(path, { code: 'INVALID_VALUE', message: 'Expected a string' });
    planner.values[value - 1] = operand;
    return { ...common, test: { test: 'text', at: TEXT[operator as keyof typeof TEXT], value, fold } };
  }
  if (typeof operand !== 'string' && typeof operand !== 'number') {
    refuse(path, { code: 'INVALID_VALUE', message: 'Expected a string or a number' });
  }
  const type = typeof operand as 'string' | 'number';
  return { ...common, test: { test: 'compare', operator: ORDERING[operator as keyof typeof ORDERING], type, value } };
}

const NULLS = { DbNull: 'database', JsonNull: 'json', AnyNull: 'any' } as const;

function planEquality({ planner, field }: Target, operand: unknown, path: Path): JsonTest {
  const kind = jsonNullOf(operand);
  if (kind) return { test: 'null', null: NULLS[kind] };
  if (operand === null) {
    const allowed = ['Prisma.DbNull', 'Prisma.JsonNull', 'Prisma.AnyNull'];
    refuse(path, { code: 'INVALID_VALUE', message: 'Which null is meant?', allowed });
  }
  return { test: 'equals', value: bind(planner, encode(planner.dataModel, field, operand, path)) };
}
