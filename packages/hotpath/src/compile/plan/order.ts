/** `orderBy`: fields, fields of to-one relations, counts of lists, computed values. */
import type { Model, RelationField, ScalarField } from '../../model/data-model.ts';
import { at, type Path, refuse } from '../error.ts';
import {
  checked,
  isDescending,
  isObject,
  keysOf,
  modelOf,
  type Planner,
  refuseUnknown,
  toArguments,
  toList,
} from './arguments.ts';
import { planComputedOrder } from './computed.ts';
import type { OrderKey } from './plan.ts';

export function planOrder(planner: Planner, model: Model, orderBy: unknown, path: Path): OrderKey[] {
  return toList(orderBy).flatMap((each, index) => {
    const place = Array.isArray(orderBy) ? at(path, index) : path;
    const given = toArguments(each, place);
    const keys = keysOf(given, place);
    if (keys.length > 1)
      refuse(place, { code: 'INVALID_VALUE', message: 'An object orders by one field; use a list for several' });
    return keys.flatMap((key) =>
      planKey(planner, { model, through: [] }, { key, value: given[key], path: at(place, key) }),
    );
  });
}

/** The model whose field orders, and the to-one relations that lead to it. */
interface Place {
  readonly model: Model;
  readonly through: readonly string[];
}

interface Given {
  readonly key: string;
  readonly value: unknown;
  readonly path: Path;
}

function planKey(planner: Planner, place: Place, { key, value, path }: Given): OrderKey[] {
  const { model, through } = place;
  const field = Object.hasOwn(model.fields, key) ? model.fields[key] : undefined;
  if (!field && key === 'computed' && through.length === 0) return planComputedOrder(planner, model, value, path);
  if (!field) return refuseUnknown(path, Object.keys(model.fields));
  if (field.kind === 'scalar') return [planScalar(place, field, value, path)];
  return field.list ? [planCount(place, field, value, path)] : planRelated(planner, place, field, { key, value, path });
}

function planRelated(planner: Planner, { through }: Place, field: RelationField, { value, path }: Given): OrderKey[] {
  const inner = { model: modelOf(planner, field.model), through: [...through, field.name] };
  const given = toArguments(value, path);
  const keys = keysOf(given, path);
  if (keys.length > 1)
    refuse(path, { code: 'INVALID_VALUE', message: 'An object orders by one field; use a list for several' });
  return keys.flatMap((key) => planKey(planner, inner, { key, value: given[key], path: at(path, key) }));
}

function planScalar({ through }: Place, field: ScalarField, value: unknown, path: Path): OrderKey {
  if (field.native?.name === 'Json' || field.native?.name === 'Xml') {
    refuse(path, { code: 'NOT_SUPPORTED', message: `PostgreSQL has no order for ${field.native.name}` });
  }
  const by = { kind: 'scalar', field: field.name } as const;
  if (!isObject(value)) return { through, by, descending: isDescending(value, path), nulls: null };
  const { sort, nulls = null } = checked(value, field.required ? ['sort'] : ['sort', 'nulls'], path);
  if (nulls !== null && nulls !== 'first' && nulls !== 'last') {
    return refuse(at(path, 'nulls'), { code: 'INVALID_VALUE', message: 'Unknown place', allowed: ['first', 'last'] });
  }
  return { through, by, descending: isDescending(sort, at(path, 'sort')), nulls };
}

function planCount({ through }: Place, field: RelationField, value: unknown, path: Path): OrderKey {
  const { _count } = checked(value, ['_count'], path);
  return {
    through,
    by: { kind: 'count', field: field.name },
    descending: isDescending(_count, at(path, '_count')),
    nulls: null,
  };
}
