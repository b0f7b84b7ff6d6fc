/** Computed values in a plan: selected, filtered by, ordered by. `../computed.ts` says what they mean. */

import { hasOrder, type Model, type RelationField, type ScalarField } from '../../model/data-model.ts';
import type { ComparisonOperator } from '../computed.ts';
import { at, type Path, refuse } from '../error.ts';
import {
  type Arguments,
  bind,
  checked,
  isDescending,
  keysOf,
  modelOf,
  type Planner,
  refuseUnknown,
  toArguments,
  toList,
} from './arguments.ts';
import {
  all,
  type ComputedPlan,
  EVERYTHING,
  type Operator,
  type OrderKey,
  type Output,
  type Predicate,
} from './plan.ts';
import { encode } from './value.ts';

const OPERATORS = { equals: '=', not: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const satisfies Record<
  string,
  Operator
>;
const AGGREGATES = ['count', 'avg', 'sum', 'min', 'max'] as const;

export function planComputedOutputs(planner: Planner, model: Model, given: unknown, path: Path): Output[] {
  const values = toArguments(given, path);
  return keysOf(values, path).map((name) => {
    if (Object.hasOwn(model.fields, name) || name === '_count') {
      refuse(at(path, name), { code: 'INVALID_VALUE', message: `${model.name} has a field of that name` });
    }
    return { kind: 'computed', name, value: planComputed(planner, model, values[name], at(path, name)) };
  });
}

export function planComputedFilters(planner: Planner, model: Model, given: unknown, path: Path): Predicate {
  return all(
    toList(given).map((each, index) => {
      const place = Array.isArray(given) ? at(path, index) : path;
      return planComputedFilter(planner, model, checked(each, ['value', ...Object.keys(OPERATORS)], place), place);
    }),
  );
}

function planComputedFilter(planner: Planner, model: Model, given: Arguments, path: Path): Predicate {
  const value = planComputed(planner, model, given['value'], at(path, 'value'));
  const type = operandOf(planner, model, value);
  const operators = Object.keys(given).filter((key) => key !== 'value') as ComparisonOperator[];
  return all(
    operators.map((key) => {
      const operand = bind(planner, encode(planner.dataModel, type, given[key], at(path, key)));
      return { is: 'computed', value, operator: OPERATORS[key], operand };
    }),
  );
}

/** The type that a computed value is compared as. */
function operandOf(planner: Planner, model: Model, value: ComputedPlan): ScalarField {
  const plain = { kind: 'scalar', name: 'value', column: 'value', list: false, required: true } as const;
  if (value.kind === 'compare') return { ...plain, type: 'Boolean' };
  if (value.function === 'count') return { ...plain, type: 'Int' };
  const { model: related } = model.fields[value.relation] as RelationField;
  const field = modelOf(planner, related).fields[value.field!] as ScalarField;
  return value.function === 'avg' || value.function === 'sum' ? { ...plain, type: 'Decimal' } : field;
}

export function planComputedOrder(planner: Planner, model: Model, given: unknown, path: Path): OrderKey[] {
  const { value, sort, nulls = null } = checked(given, ['value', 'sort', 'nulls'], path);
  if (nulls !== null && nulls !== 'first' && nulls !== 'last') {
    refuse(at(path, 'nulls'), { code: 'INVALID_VALUE', message: 'Unknown place', allowed: ['first', 'last'] });
  }
  const by = { kind: 'computed', value: planComputed(planner, model, value, at(path, 'value')) } as const;
  return [{ through: [], by, descending: isDescending(sort, at(path, 'sort')), nulls }];
}

function planComputed(planner: Planner, model: Model, given: unknown, path: Path): ComputedPlan {
  const { compare, aggregate, relation, field, where } = checked(
    given,
    ['aggregate', 'relation', 'field', 'where', 'compare'],
    path,
  );
  if (compare !== undefined) return planCompare(planner, model, compare, at(path, 'compare'));
  const fn = AGGREGATES.find((each) => each === aggregate) ?? refuseUnknown(at(path, 'aggregate'), AGGREGATES);
  const list =
    typeof relation === 'string' && Object.hasOwn(model.fields, relation) ? model.fields[relation] : undefined;
  if (list?.kind !== 'relation' || !list.list) {
    return refuse(at(path, 'relation'), {
      code: 'INVALID_VALUE',
      message: `Not a list of ${model.name}`,
      allowed: listsOf(model),
    });
  }
  const related = modelOf(planner, list.model);
  return {
    kind: 'aggregate',
    function: fn,
    relation: list.name,
    field: fn === 'count' ? null : aggregatedField(related, fn, field, at(path, 'field')),
    where: where === undefined ? EVERYTHING : planner.parts.where(planner, related, where, at(path, 'where')),
  };
}

const NUMERIC = ['Int', 'BigInt', 'Float', 'Decimal'];
const ORDERED = [...NUMERIC, 'DateTime'];

function aggregatedField(model: Model, fn: string, name: unknown, path: Path): string {
  const types = fn === 'avg' || fn === 'sum' ? NUMERIC : ORDERED;
  const fits = Object.values(model.fields).filter(
    (each) => each.kind === 'scalar' && !each.list && types.includes(each.type),
  );
  const field = fits.find((each) => each.name === name);
  return (
    field?.name ??
    refuse(path, { code: 'INVALID_VALUE', message: `No field for \`${fn}\``, allowed: fits.map((each) => each.name) })
  );
}

function listsOf(model: Model): string[] {
  return Object.values(model.fields).flatMap((field) => (field.kind === 'relation' && field.list ? [field.name] : []));
}

function planCompare(planner: Planner, model: Model, given: unknown, path: Path): ComputedPlan {
  const [steps, operator, value] = Array.isArray(given) ? given : [];
  if (typeof steps !== 'string' || typeof operator !== 'string' || !Object.hasOwn(OPERATORS, operator)) {
    return refuse(path, {
      code: 'INVALID_VALUE',
      message: 'Expected a path, an operator and a value',
      allowed: Object.keys(OPERATORS),
    });
  }
  const through = steps.split('.');
  const last = through.pop()!;
  const target = through.reduce((from, step) => follow(planner, from, step, path), model);
  const field = Object.hasOwn(target.fields, last) ? target.fields[last] : undefined;
  if (field?.kind !== 'scalar' || !hasOrder(field)) {
    return refuse(path, {
      code: 'INVALID_VALUE',
      message: `\`${steps}\` does not end in a field that can be compared`,
    });
  }
  const slot = bind(planner, encode(planner.dataModel, field, value, at(path, 2)));
  return {
    kind: 'compare',
    through,
    field: last,
    operator: OPERATORS[operator as ComparisonOperator],
    value: slot,
  };
}

function follow(planner: Planner, model: Model, step: string, path: Path): Model {
  const field = Object.hasOwn(model.fields, step) ? model.fields[step] : undefined;
  if (field?.kind === 'relation' && !field.list) return modelOf(planner, field.model);
  return refuse(path, { code: 'INVALID_VALUE', message: `\`${step}\` is not a to-one relation of ${model.name}` });
}
