/** Conditions drawn from a data model. */
import type { Model, RelationField, ScalarField } from 'hotpath/model/data-model';
import { atLeastOne, integer, once, pick, some } from './draw.ts';
import { scalarsOf } from './keys.ts';
import { type Args, modelOf, relationsOf, type Source } from './source.ts';
import { valuesOf } from './values.ts';

export function drawWhere(source: Source, model: Model, depth: number): Args {
  const { draw } = source;
  const where: Args = {};
  for (const field of some(draw, scalarsOf(model), 2)) {
    const filter = drawFilter(source, field);
    if (filter !== undefined) where[field.name] = filter;
  }
  if (depth === 0) return where;
  for (const field of some(draw, relationsOf(model), 1))
    where[field.name] = drawRelationFilter(source, field, depth - 1);
  for (const key of some(draw, ['AND', 'OR', 'NOT'], 2)) {
    const branches = Array.from({ length: integer(draw, 0, 2) }, () => drawWhere(source, model, depth - 1));
    where[key] = key !== 'OR' && branches.length === 1 ? branches[0] : branches;
  }
  return where;
}

function drawRelationFilter(source: Source, field: RelationField, depth: number): unknown {
  const { draw } = source;
  const where = () => drawWhere(source, modelOf(source, field), depth);
  if (field.list)
    return Object.fromEntries(atLeastOne(draw, ['some', 'every', 'none'], 2).map((key) => [key, where()]));
  if (!field.required && once(draw, 3)) return pick(draw, [null, { is: null }, { isNot: null }]);
  return pick(draw, [
    where,
    () => ({ is: where() }),
    () => ({ isNot: where() }),
    () => ({ is: where(), isNot: where() }),
  ])();
}

const ORDERED = ['lt', 'lte', 'gt', 'gte'];
const TEXTUAL = ['contains', 'startsWith', 'endsWith'];
const TEXT_TYPES = [undefined, 'Text', 'VarChar', 'Char', 'Citext'];
const FRAGMENTS = ['', 'a', 'A', 'ab', 'AB', '%', '_', 'é', 'É', 'x ', '\n', '"'];

/** `undefined` for a field that PostgreSQL cannot compare. */
function drawFilter(source: Source, field: ScalarField): unknown {
  const { draw } = source;
  const values = valuesOf(source.dataModel, field);
  const value = () => pick(draw, values);
  if (field.list) return drawListFilter(source, field, values);
  if (field.type === 'Json') return drawJsonFilter(source, value);
  if (field.native?.name === 'Xml') return field.required ? undefined : pick(draw, [null, { not: null }]);
  if (!field.required && once(draw, 4))
    return pick(draw, [null, { not: null }, { equals: null }, { not: { equals: null } }]);
  return once(draw, 3) ? value() : drawOperators(source, field, values);
}

function drawOperators({ draw }: Source, field: ScalarField, values: readonly unknown[]): Args {
  const isText = field.type === 'String' && TEXT_TYPES.includes(field.native?.name);
  const operators = [
    ...['equals', 'not'],
    ...(field.type === 'Boolean' ? [] : ['in', 'notIn']),
    ...(['Boolean', 'Enum', 'Bytes'].includes(field.type) ? [] : ORDERED),
    ...(isText ? TEXTUAL : []),
  ];
  const operand = (operator: string) => {
    if (operator === 'in' || operator === 'notIn') return some(draw, values, 3);
    return pick(draw, TEXTUAL.includes(operator) ? [...FRAGMENTS, ...values] : values);
  };
  const given = Object.fromEntries(atLeastOne(draw, operators, 2).map((operator) => [operator, operand(operator)]));
  if (once(draw, 4)) {
    const inner = operators.filter((operator) => operator !== 'not');
    given['not'] = Object.fromEntries(atLeastOne(draw, inner, 2).map((operator) => [operator, operand(operator)]));
  }
  if (isText && once(draw, 3)) given['mode'] = pick(draw, ['insensitive', 'default']);
  return given;
}

/** PostgreSQL compares neither `json` nor `xml`, and Prisma does not compare lists of Bytes. */
function drawListFilter({ draw }: Source, field: ScalarField, values: readonly unknown[]): unknown {
  const equals = () => ({ equals: some(draw, values, 3) });
  const has = () => ({ has: pick(draw, values) });
  const isEmpty = () => ({ isEmpty: once(draw, 2) });
  if (field.native?.name === 'Xml') return { equals: null };
  if (field.native?.name === 'Json') return pick(draw, [equals, () => ({ equals: null })])();
  if (field.type === 'Bytes') return pick(draw, [has, isEmpty])();
  return pick(draw, [
    has,
    () => ({ hasEvery: some(draw, values, 3) }),
    () => ({ hasSome: some(draw, values, 3) }),
    equals,
    isEmpty,
  ])();
}

const PATHS = [['a'], ['a', 'b'], ['0'], ['b'], [], ['a', 'b', '1'], ['a', '0'], ['b', 'a'], ['0', '0']];

function drawJsonFilter({ draw, nulls }: Source, value: () => unknown): unknown {
  const path = once(draw, 2) ? { path: pick(draw, PATHS) } : {};
  const operand = () => (once(draw, 4) ? pick(draw, [nulls.database, nulls.json, nulls.any]) : value());
  const text = () => pick(draw, ['x', 'X', 'a', 'yl', '', '%', '_', '"']);
  return pick(draw, [
    () => ({ ...path, equals: operand() }),
    () => ({ ...path, not: operand() }),
    () => ({
      ...path,
      [pick(draw, ['string_contains', 'string_starts_with', 'string_ends_with'])]: text(),
      mode: pick(draw, ['default', 'insensitive']),
    }),
    () => ({ ...path, [pick(draw, ['array_contains', 'array_starts_with', 'array_ends_with'])]: value() }),
    () => ({ ...path, [pick(draw, ORDERED)]: pick(draw, [0, 1, 1.5, 'x', 'b']) }),
  ])();
}
