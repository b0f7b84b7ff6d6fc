/** The fields that a part of a read uses, across all relations. */
import type { Computed } from '../compile/computed.ts';
import type { DataModel, Field, Model, RelationField } from '../model/data-model.ts';
import type { SelectNode } from '../resource/select.ts';

/** A field that is looked at, and the model that it is of. A relation stands before what lies behind it. */
export interface FieldUse {
  readonly model: Model;
  readonly field: Field;
}

/** A use, with the relations that lead from the model of the read to that of the field. */
export interface PlacedUse extends FieldUse {
  readonly via: readonly string[];
}

type Via = PlacedUse['via'];

const JUNCTIONS = ['AND', 'OR', 'NOT'];
const QUANTIFIERS = ['is', 'isNot', 'some', 'every', 'none'];

/** All that an embedded level looks at: what it selects, how deep ever, and of which rows in which order. */
export function* usesOfNode(dataModel: DataModel, model: Model, node: SelectNode, via: Via = []): Generator<PlacedUse> {
  yield* usesOf(dataModel, model, [node.where, node.orderBy].flat(), via);
  for (const computed of Object.values(node.computed ?? {})) yield* usesOfComputed(dataModel, model, computed, via);
  for (const [name, inside] of Object.entries(node.select)) {
    const field = model.fields[name]!;
    yield { model, field, via };
    if (inside === true) continue;
    yield* usesOfNode(dataModel, dataModel.models[(field as RelationField).model]!, inside, [...via, name]);
  }
}

/** @param condition in the shape of Prisma's `where` or `orderBy`, with computed values; or a list of these. */
export function* usesOf(dataModel: DataModel, model: Model, condition: unknown, via: Via = []): Generator<PlacedUse> {
  for (const [key, value] of listed(condition).flatMap((each) => Object.entries(each))) {
    const field = fieldNamed(model, key);
    if (field) {
      yield { model, field, via };
      if (field.kind === 'relation')
        yield* looksBehind(dataModel, dataModel.models[field.model]!, value, [...via, key]);
    } else if (JUNCTIONS.includes(key)) {
      yield* usesOf(dataModel, model, value, via);
    } else if (key === 'computed') {
      for (const { value: computed } of listed(value) as { value: Computed }[]) {
        yield* usesOfComputed(dataModel, model, computed, via);
      }
    }
  }
}

/** A key may be a quantifier and the name of a field; then both are looked at. */
function* looksBehind(dataModel: DataModel, model: Model, value: unknown, via: Via): Generator<PlacedUse> {
  for (const [key, inner] of listed(value).flatMap((each) => Object.entries(each))) {
    if (QUANTIFIERS.includes(key)) yield* usesOf(dataModel, model, inner, via);
    if (!QUANTIFIERS.includes(key) || fieldNamed(model, key)) yield* usesOf(dataModel, model, { [key]: inner }, via);
  }
}

export function* usesOfComputed(
  dataModel: DataModel,
  model: Model,
  computed: Computed,
  via: Via = [],
): Generator<PlacedUse> {
  if ('compare' in computed) return yield* usesAlong(dataModel, model, computed.compare[0], via);
  const { relation, field, where } = computed;
  yield* usesAlong(dataModel, model, field ? `${relation}.${field}` : relation, via);
  const { model: related } = model.fields[relation] as RelationField;
  yield* usesOf(dataModel, dataModel.models[related]!, where, [...via, relation]);
}

/** @param path relations and at the end a field: `inventory.quantity`. */
export function* usesAlong(dataModel: DataModel, model: Model, path: string, via: Via = []): Generator<PlacedUse> {
  let [from, passed] = [model, via];
  for (const step of path.split('.')) {
    const field = from.fields[step]!;
    yield { model: from, field, via: passed };
    if (field.kind === 'relation') from = dataModel.models[field.model]!;
    passed = [...passed, step];
  }
}

function fieldNamed(model: Model, name: string): Field | undefined {
  return Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
}

function listed(value: unknown): object[] {
  if (Array.isArray(value)) return value.filter(isObject);
  return isObject(value) ? [value] : [];
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Fields that can only have one of a few values, with these values. */
export type Fixed = ReadonlyMap<string, readonly unknown[]>;

export const ANY: Fixed = new Map();

/** The values that a condition fixes in all rows for which it holds. */
export function fixedValues(where: unknown, fixed = new Map<string, readonly unknown[]>()): Fixed {
  for (const [key, value] of Object.entries(where ?? {})) {
    const values = valuesIn(value);
    if (key === 'AND') for (const each of [value].flat()) fixedValues(each, fixed);
    else if (values && !fixed.has(key)) fixed.set(key, values);
  }
  return fixed;
}

function valuesIn(condition: unknown): readonly unknown[] | undefined {
  if (isWritable(condition)) return [condition];
  const { equals, in: among, mode } = Object(condition) as Record<string, unknown>;
  if (mode !== undefined) return undefined;
  if (isWritable(equals)) return [equals];
  return Array.isArray(among) && among.every(isWritable) ? among : undefined;
}

const isWritable = (value: unknown): value is string | number | bigint =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
