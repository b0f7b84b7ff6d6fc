/** Conditions on a model's rows: `AND`, `OR`, `NOT`, fields, and relations. */
import type { Model, RelationField } from '../../model/data-model.ts';
import { at, CompileError, type Path, refuse } from '../error.ts';
import { checked, isObject, keysOf, modelOf, type Planner, refuseUnknown, toArguments, toList } from './arguments.ts';
import { planComputedFilters } from './computed.ts';
import { planFilter } from './filter.ts';
import { all, EVERYTHING, type Predicate } from './plan.ts';

export function planWhere(planner: Planner, model: Model, where: unknown, path: Path): Predicate {
  return all(planConditions(planner, model, where, path));
}

function planConditions(planner: Planner, model: Model, where: unknown, path: Path): Predicate[] {
  const given = toArguments(where, path);
  return keysOf(given, path).map((key) =>
    planCondition(planner, model, { key, value: given[key], path: at(path, key) }),
  );
}

interface Condition {
  readonly key: string;
  readonly value: unknown;
  readonly path: Path;
}

function planCondition(planner: Planner, model: Model, { key, value, path }: Condition): Predicate {
  switch (key) {
    case 'AND':
      return all(planEach(planner, model, toList(value), path));
    case 'OR':
      if (!Array.isArray(value)) refuse(path, { code: 'INVALID_VALUE', message: '`OR` takes a list' });
      return { is: 'or', of: planEach(planner, model, value, path) };
    case 'NOT':
      return all(planEach(negate(planner), model, toList(value), path).map((of) => ({ is: 'not', of })));
    case 'computed':
      if (!Object.hasOwn(model.fields, key)) return planComputedFilters(planner, model, value, path);
  }
  const field = Object.hasOwn(model.fields, key) ? model.fields[key]! : refuseUnknown(path, allowedIn(model));
  if (field.kind === 'scalar') return planFilter(planner, field, value, path);
  return field.list ? planToMany(planner, field, value, path) : planToOne(planner, field, value, path);
}

/**
 * The branches of a junction. As in Prisma, an empty condition in a branch, and an empty branch, is not true but absent:
 * `OR: [{}]` is `OR: []`, which is false; and `NOT: { OR: [] }` is `NOT: []`, which is true.
 */
function planEach(planner: Planner, model: Model, list: readonly unknown[], path: Path): Predicate[] {
  const branches = list.map((each, index) => {
    return all(planConditions(planner, model, each, at(path, index)).filter(saysSomething));
  });
  return branches.filter(saysSomething);
}

function saysSomething(predicate: Predicate): boolean {
  return (predicate.is !== 'and' && predicate.is !== 'or') || predicate.of.length > 0;
}

function negate(planner: Planner): Planner {
  return { ...planner, negated: !planner.negated };
}

function allowedIn(model: Model): string[] {
  return ['AND', 'OR', 'NOT', ...Object.keys(model.fields)];
}

function planToMany(planner: Planner, field: RelationField, value: unknown, path: Path): Predicate {
  const given = checked(value, ['some', 'every', 'none'], path);
  const model = modelOf(planner, field.model);
  return all(
    Object.keys(given).map((key) => {
      const is = key as 'some' | 'every' | 'none';
      return { is, field: field.name, where: planWhere(planner, model, given[is], at(path, is)) };
    }),
  );
}

function planToOne(planner: Planner, field: RelationField, value: unknown, path: Path): Predicate {
  if (isObject(value) && Object.keys(value).length === 0) return EVERYTHING;
  const byFields = () => planOne(planner, field, { key: 'is', value, path });
  if (!isObject(value) || !ABOUT_ONE.some((key) => Object.hasOwn(value, key))) return byFields();
  const byOperators = () => {
    const given = checked(value, ABOUT_ONE, path);
    return all(
      Object.keys(given).map((key) => planOne(planner, field, { key, value: given[key], path: at(path, key) })),
    );
  };
  const { fields } = modelOf(planner, field.model);
  if (!ABOUT_ONE.some((key) => Object.hasOwn(fields, key))) return byOperators();
  return planEither(planner, byOperators, byFields);
}

/** A condition on a to-one relation uses these, or the relation's own fields directly. */
const ABOUT_ONE = ['is', 'isNot'];

/** As Prisma does where a field is named like an operator: the first reading that the arguments fit. */
function planEither(planner: Planner, first: () => Predicate, second: () => Predicate): Predicate {
  const bound = planner.values.length;
  try {
    return first();
  } catch (refusal) {
    if (!(refusal instanceof CompileError) || refusal.code === 'NOT_SUPPORTED') throw refusal;
    planner.values.length = bound;
    try {
      return second();
    } catch (other) {
      throw other instanceof CompileError && other.code === 'NOT_SUPPORTED' ? other : refusal;
    }
  }
}

function planOne(planner: Planner, field: RelationField, { key, value, path }: Condition): Predicate {
  const negated = key === 'isNot';
  if (value === null) {
    if (field.required) refuse(path, { code: 'INVALID_VALUE', message: `\`${field.name}\` is required, never null` });
    return { is: 'absent', field: field.name, negated };
  }
  const inner = negated ? negate(planner) : planner;
  const where = planWhere(inner, modelOf(planner, field.model), value, path);
  return { is: 'one', field: field.name, where, negated };
}

/** `findUnique`'s `where`: a value for one of the model's keys at least, and further conditions. */
export function planUniqueWhere(planner: Planner, model: Model, where: unknown, path: Path): Predicate {
  const given = toArguments(where, path);
  const keys = keysOf(given, path);
  const unique = keys.filter((key) => Object.hasOwn(model.uniques, key));
  if (!unique.some((key) => given[key] !== null)) {
    refuse(path, { code: 'INVALID_VALUE', message: 'Needs a unique key', allowed: Object.keys(model.uniques) });
  }
  return all(
    keys.map((key) => {
      const condition = { key, value: given[key], path: at(path, key) };
      return unique.includes(key) ? planKey(planner, model, condition) : planCondition(planner, model, condition);
    }),
  );
}

/** One field takes its value; a key of several, a value for each of its fields. */
function planKey(planner: Planner, model: Model, { key, value, path }: Condition): Predicate {
  if (!Object.hasOwn(model.fields, key)) return planCompoundKey(planner, model, { key, value, path });
  if (isObject(value)) refuse(path, { code: 'INVALID_VALUE', message: `\`${key}\` takes a value, not a filter` });
  return planCondition(planner, model, { key, value, path });
}

function planCompoundKey(planner: Planner, model: Model, { key, value, path }: Condition): Predicate {
  const fields = model.uniques[key]!;
  const given = checked(value, fields, path);
  const isComplete = fields.every(
    (name) => given[name] !== undefined && given[name] !== null && !isObject(given[name]),
  );
  if (!isComplete) {
    refuse(path, {
      code: 'INVALID_VALUE',
      message: `\`${key}\` takes a value for each of its fields`,
      allowed: fields,
    });
  }
  return planWhere(planner, model, given, path);
}
