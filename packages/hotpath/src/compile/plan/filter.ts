/**
 * Filters on one field, with Prisma's meaning of nulls and negation.
 *
 * `not` with an object negates each operator in it, one by one: `not: { in: a, contains: b }` is `not in a and not
 * like b`. SQL's three values do the rest: a null is in neither a set nor its complement.
 */
import type { ScalarField } from '../../model/data-model.ts';
import { at, type Path, refuse } from '../error.ts';
import { type Arguments, bind, checked, isObject, type Planner } from './arguments.ts';
import { planJsonFilter } from './json-filter.ts';
import { all, type ListOperator, type Operator, type Predicate, type TextPlace } from './plan.ts';
import { encode, encodeList } from './value.ts';

export function planFilter(planner: Planner, field: ScalarField, value: unknown, path: Path): Predicate {
  if (field.list) return planListFilter(planner, field, value, path);
  if (field.type === 'Json') return planJsonFilter(planner, field, value, path);
  if (field.type === 'String') refuseUnsuited(field, value, path);
  if (!isObject(value)) return planEquals({ planner, field, negated: false, fold: false }, value, path);
  const given = checked(value, operatorsOf(field), path);
  const fold = foldOf(given, path);
  return planOperators({ planner, field, negated: false, fold }, given, path);
}

const TEXT_TYPES = ['Text', 'VarChar', 'Char', 'Citext'];

/** Filters that Prisma allows for any String, but PostgreSQL has for text alone: patterns, letter case; for xml none. */
function refuseUnsuited({ native }: ScalarField, value: unknown, path: Path): void {
  if (!native || TEXT_TYPES.includes(native.name)) return;
  if (native.name === 'Xml' && !isAboutNull(value)) {
    refuse(path, { code: 'NOT_SUPPORTED', message: 'A filter on Xml', allowed: ['null', 'not null'] });
  }
  const unsuited = isObject(value) && [...Object.keys(TEXT), 'mode'].find((key) => key in value);
  if (unsuited) refuse(at(path, unsuited), { code: 'NOT_SUPPORTED', message: `\`${unsuited}\` on ${native.name}` });
}

function isAboutNull(value: unknown): boolean {
  return value === null || (isObject(value) && Object.values(value).every(isAboutNull));
}

interface Target {
  readonly planner: Planner;
  readonly field: ScalarField;
  readonly negated: boolean;
  /** Letter case does not matter. */
  readonly fold: boolean;
}

const ORDERING = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;
const INVERSE: Record<Operator, Operator> = { '=': '<>', '<>': '=', '<': '>=', '<=': '>', '>': '<=', '>=': '<' };
const TEXT = { contains: 'anywhere', startsWith: 'start', endsWith: 'end' } as const satisfies Record<
  string,
  TextPlace
>;

const EQUALITY = ['equals', 'not'];
const MEMBERSHIP = [...EQUALITY, 'in', 'notIn'];
const COMPARISON = [...MEMBERSHIP, ...Object.keys(ORDERING)];

/** The operators that a filter on a field has, without those that PostgreSQL has not for its native type. */
export function operatorsOn(field: ScalarField): readonly string[] {
  const { type, native } = field;
  if (field.list || type === 'Json' || native?.name === 'Xml') return [];
  const isText = !native || TEXT_TYPES.includes(native.name);
  return operatorsOf(field).filter((operator) => isText || !Object.hasOwn(TEXT, operator));
}

function operatorsOf({ type }: ScalarField): readonly string[] {
  switch (type) {
    case 'Boolean':
      return EQUALITY;
    case 'Enum':
    case 'Bytes':
      return MEMBERSHIP;
    case 'String':
      return [...COMPARISON, ...Object.keys(TEXT), 'mode'];
    default:
      return COMPARISON;
  }
}

function foldOf({ mode = 'default' }: Arguments, path: Path): boolean {
  if (mode === 'insensitive' || mode === 'default') return mode === 'insensitive';
  return refuse(at(path, 'mode'), {
    code: 'INVALID_VALUE',
    message: 'Unknown mode',
    allowed: ['default', 'insensitive'],
  });
}

function planOperators(target: Target, given: Arguments, path: Path): Predicate {
  const operators = Object.keys(given).filter((key) => key !== 'mode');
  return all(operators.map((operator) => planOperator(target, operator, given[operator], at(path, operator))));
}

function planOperator(target: Target, operator: string, value: unknown, path: Path): Predicate {
  switch (operator) {
    case 'equals':
      return planEquals(target, value, path);
    case 'not':
      return planNot({ ...target, negated: !target.negated }, value, path);
    case 'in':
    case 'notIn':
      return planAmong(operator === 'in' ? target : { ...target, negated: !target.negated }, value, path);
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return planText(target, TEXT[operator], value, path);
    default:
      return planComparison(target, ORDERING[operator as keyof typeof ORDERING], value, path);
  }
}

function planNot(target: Target, value: unknown, path: Path): Predicate {
  if (!isObject(value)) return planEquals(target, value, path);
  const allowed = operatorsOf(target.field).filter((operator) => operator !== 'mode');
  return planOperators(target, checked(value, allowed, path), path);
}

function planEquals(target: Target, value: unknown, path: Path): Predicate {
  if (value !== null) {
    return target.fold ? planText(target, 'whole', value, path) : planValue(target, value, path);
  }
  if (target.field.required) {
    refuse(path, { code: 'INVALID_VALUE', message: `\`${target.field.name}\` is required, never null` });
  }
  return { is: 'null', field: target.field.name, negated: target.negated };
}

/** An enum's or a Boolean's value is part of the shape. */
function planValue(target: Target, given: unknown, path: Path): Predicate {
  const { planner, field, negated } = target;
  if (field.type !== 'Enum' && field.type !== 'Boolean') return planComparison(target, '=', given, path);
  const value = encode(planner.dataModel, field, given, path) as string | boolean;
  return { is: 'constant', field: field.name, value, negated };
}

function planComparison(
  { planner, field, negated, fold }: Target,
  operator: Operator,
  given: unknown,
  path: Path,
): Predicate {
  const value = bind(planner, encode(planner.dataModel, field, given, path));
  return { is: 'compare', field: field.name, operator: negated ? INVERSE[operator] : operator, value, fold };
}

function planAmong({ planner, field, negated, fold }: Target, given: unknown, path: Path): Predicate {
  const values = bind(planner, encodeList(planner.dataModel, field, given, path));
  return { is: 'among', field: field.name, values, negated, fold };
}

function planText({ planner, field, negated, fold }: Target, place: TextPlace, given: unknown, path: Path): Predicate {
  const value = bind(planner, encode(planner.dataModel, field, given, path));
  return { is: 'like', field: field.name, value, at: place, negated, fold };
}

const LIST_OPERATORS = { equals: '=', has: '@>', hasEvery: '@>', hasSome: '&&' } as const satisfies Record<
  string,
  ListOperator
>;
const LIST_FILTERS = [...Object.keys(LIST_OPERATORS), 'isEmpty'];

/**
 * PostgreSQL has no equality for `json` and `xml`; lists of Json are compared as `jsonb`. Prisma compares lists of Bytes
 * with the base64 of the values, so it finds one value and no list.
 */
function isListOperator({ type, native }: ScalarField, operator: string): boolean {
  if (native?.name === 'Xml') return false;
  if (native?.name === 'Json') return operator === 'equals';
  return type !== 'Bytes' || operator === 'has' || operator === 'isEmpty';
}

/** A list filter has exactly one operator, or is the list itself. */
function planListFilter(planner: Planner, field: ScalarField, value: unknown, path: Path): Predicate {
  const given = isObject(value) ? checked(value, LIST_FILTERS, path) : { equals: value };
  const [operator, ...more] = Object.keys(given) as (keyof typeof LIST_OPERATORS | 'isEmpty')[];
  if (!operator || more.length > 0) {
    return refuse(path, { code: 'INVALID_VALUE', message: 'A list filter takes one operator', allowed: LIST_FILTERS });
  }
  const operand = (given as Arguments)[operator];
  if (!isListOperator(field, operator) && !(operator === 'equals' && operand === null)) {
    const type = field.native?.name ?? field.type;
    return refuse(path, { code: 'NOT_SUPPORTED', message: `\`${operator}\` on a list of ${type}` });
  }
  const place = isObject(value) ? at(path, operator) : path;
  if (operator === 'isEmpty') {
    if (typeof operand !== 'boolean') refuse(place, { code: 'INVALID_VALUE', message: 'Expected a boolean' });
    return { is: 'empty', field: field.name, negated: !operand };
  }
  if (operator === 'equals' && operand === null) return { is: 'null', field: field.name, negated: false };
  const list = operator === 'has' ? [operand] : operand;
  const encoded = operator === 'has' && operand === null ? [null] : encodeList(planner.dataModel, field, list, place);
  return { is: 'list', field: field.name, operator: LIST_OPERATORS[operator], value: bind(planner, encoded) };
}
