/** How the arguments of a read are taken apart: their keys in a fixed order, without what Prisma skips. */

import type { DataModel, Model, RelationField } from '../../model/data-model.ts';
import { at, type Path, refuse } from '../error.ts';
import { type GlobalOmit, isSkip } from '../prisma-internals.ts';
import type { OutputMemory } from './output-memory.ts';
import type { Predicate, ReadPlan, Slot } from './plan.ts';

/** The state of one planning. The values of the caller gather in `values`, in the order of their slots. */
export interface Planner {
  /** The outputs that were planned for a frozen `select`. */
  readonly remembered: OutputMemory;
  readonly dataModel: DataModel;
  readonly omit: GlobalOmit;
  readonly values: unknown[];
  /** Whether what is being planned stands under an odd number of `NOT` and `isNot`. */
  readonly negated: boolean;
  readonly parts: PlannedParts;
}

/** The parts of a read that contain parts of their own kind: a filter has relations, and these have filters. */
export interface PlannedParts {
  where(planner: Planner, model: Model, where: unknown, path: Path): Predicate;
  nested(planner: Planner, field: RelationField, value: unknown, path: Path): ReadPlan;
}

export type Arguments = Readonly<Record<string, unknown>>;

export function bind(planner: Planner, value: unknown): Slot {
  return planner.values.push(value);
}

export function modelOf({ dataModel }: Planner, name: string, path?: Path): Model {
  const model = Object.hasOwn(dataModel.models, name) ? dataModel.models[name] : undefined;
  return (
    model ??
    refuse(path, {
      code: 'UNKNOWN_MODEL',
      message: `There is no model ${name}`,
      allowed: Object.keys(dataModel.models),
    })
  );
}

export function isObject(value: unknown): value is Arguments {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function toArguments(value: unknown, path: Path | undefined): Arguments {
  if (isObject(value)) return value;
  return refuse(path, { code: 'INVALID_VALUE', message: `Expected an object, not ${describe(value)}` });
}

/** The keys that are given, sorted, but those that hold `Prisma.skip`. An `undefined` is refused, as Prisma does. */
export function keysOf(given: Arguments, path: Path | undefined): string[] {
  const keys = Object.keys(given);
  let skipped = false;
  for (const key of keys) {
    const value = given[key];
    if (value === undefined) refuseUndefined(at(path, key));
    if (isSkip(value)) skipped = true;
  }
  const kept = skipped ? keys.filter((key) => !isSkip(given[key])) : keys;
  return kept.length > 1 ? kept.sort() : kept;
}

/** The arguments without skipped ones; a key that is not among `allowed` is refused. */
export function checked(value: unknown, allowed: readonly string[], path: Path | undefined): Arguments {
  const given = toArguments(value, path);
  const kept: Record<string, unknown> = {};
  for (const key of keysOf(given, path)) {
    if (!allowed.includes(key)) refuseUnknown(at(path, key), allowed);
    kept[key] = given[key];
  }
  return kept;
}

/** One thing or a list of them, as a list. */
export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

export function refuseUnknown(path: Path, allowed: readonly string[]): never {
  return refuse(path, { code: 'UNKNOWN_ARGUMENT', message: 'Unknown argument', allowed });
}

export function refuseUndefined(path: Path): never {
  return refuse(path, {
    code: 'UNDEFINED_VALUE',
    message: '`undefined` is not a value; use `Prisma.skip` to leave out',
  });
}

export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? `an object of type ${value.constructor?.name ?? 'null'}` : `a ${typeof value}`;
}

export function isDescending(value: unknown, path: Path): boolean {
  if (value === 'asc' || value === 'desc') return value === 'desc';
  return refuse(path, { code: 'INVALID_VALUE', message: 'Unknown direction', allowed: ['asc', 'desc'] });
}
