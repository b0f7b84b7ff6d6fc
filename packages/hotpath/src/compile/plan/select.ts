/** The outputs of a row: `select`, `include`, `omit`, `_count` and computed values, in the schema's order. */

import type { Model } from '../../model/data-model.ts';
import { at, type Path, refuse } from '../error.ts';
import { globalOmitFor, isSkip } from '../prisma-internals.ts';
import {
  type Arguments,
  checked,
  describe,
  isObject,
  modelOf,
  type Planner,
  refuseUndefined,
  refuseUnknown,
  toArguments,
} from './arguments.ts';
import { planComputedOutputs } from './computed.ts';
import { EVERYTHING, keyOf, type Output } from './plan.ts';
import { planWhere } from './where.ts';

/** As `planAnew`; a frozen `select` is planned once. One that holds values is planned each time, unless it is frozen in depth. */
export function planOutputs(
  planner: Planner,
  model: Model,
  given: Arguments,
  path: Path | undefined,
): readonly Output[] {
  const { select, computed } = given;
  if (!isObject(select) || !Object.isFrozen(select)) return planAnew(planner, model, given, path);
  const { remembered, values } = planner;
  const source = { model, computed };
  const known = remembered.get(select, source, values);
  if (known) return known;
  const before = values.length;
  const planned = planAnew(planner, model, given, path);
  const isLasting = values.length === before || (isFrozenInDepth(select) && isFrozenInDepth(computed));
  return isLasting ? remembered.set(select, planned, { ...source, values, before }) : planned;
}

/** Whether nothing in a value can change. A date can, whether it is frozen or not. */
function isFrozenInDepth(value: unknown): boolean {
  if (Object(value) !== value) return true;
  const isPlain = isObject(value) || Array.isArray(value);
  return isPlain && Object.isFrozen(value) && Object.values(value).every(isFrozenInDepth);
}

function planAnew(planner: Planner, model: Model, given: Arguments, path: Path | undefined): Output[] {
  const { select = null, computed } = given;
  const outputs = (select === null ? planImplicit : planExplicit)(planner, model, given, path);
  if (computed !== undefined) outputs.push(...planComputedOutputs(planner, model, computed, at(path, 'computed')));
  if (outputs.length === 0) {
    const allowed = Object.keys(model.fields);
    refuse(at(path, 'select'), { code: 'INVALID_VALUE', message: 'Nothing is selected', allowed });
  }
  for (const output of outputs) refuseLongKey(keyOf(output), path);
  return outputs;
}

/** PostgreSQL cuts names at 63 bytes, and a key of the JSON is a column's name. */
function refuseLongKey(key: string, path: Path | undefined): void {
  if (key.length <= 20 || Buffer.byteLength(key) <= 63) return;
  refuse(at(at(path, 'select'), key), { code: 'NOT_SUPPORTED', message: 'A name of more than 63 bytes' });
}

function planExplicit(planner: Planner, model: Model, given: Arguments, path: Path | undefined): Output[] {
  for (const other of ['include', 'omit']) {
    if (given[other] !== undefined) {
      refuse(at(path, other), { code: 'INVALID_VALUE', message: `\`${other}\` cannot stand beside \`select\`` });
    }
  }
  const place = at(path, 'select');
  const select = toArguments(given['select'], place);
  return wanted(model, select, place).map((name) => planOutput(planner, model, { name, value: select[name], place }));
}

/** Every scalar that is not omitted, and the relations that are included. */
function planImplicit(planner: Planner, model: Model, given: Arguments, path: Path | undefined): Output[] {
  const [includePlace, omitPlace] = [at(path, 'include'), at(path, 'omit')];
  const include = toArguments(given['include'] ?? {}, includePlace);
  // The query's own `omit` comes last, so that `false` brings back a field that the client leaves out.
  const omit = { ...globalOmitFor(planner.omit, model.name), ...toArguments(given['omit'] ?? {}, omitPlace) };
  const omitted = wanted(model, omit, omitPlace);
  const scalars = Object.values(model.fields).filter(({ kind, name }) => kind === 'scalar' && !omitted.includes(name));
  const related = wanted(model, include, includePlace);
  for (const name of related) {
    if (model.fields[name]?.kind !== 'scalar') continue;
    refuse(at(includePlace, name), { code: 'INVALID_VALUE', message: `\`${name}\` is not a relation; use \`select\`` });
  }
  return [
    ...scalars.map(({ name }) => name),
    ...related.map((name) => planOutput(planner, model, { name, value: include[name], place: includePlace })),
  ];
}

/** The names that a selection asks for, in the order of the schema, `_count` last. */
function wanted(model: Model, selection: Arguments, place: Path): string[] {
  const names: string[] = [];
  let known = 0;
  const add = (name: string) => {
    if (!Object.hasOwn(selection, name)) return;
    known += 1;
    const value = selection[name];
    if (value === undefined) refuseUndefined(at(place, name));
    if (value === false || isSkip(value)) return;
    names.push(name);
  };
  for (const name of Object.keys(model.fields)) add(name);
  add('_count');
  const keys = Object.keys(selection);
  if (known < keys.length) refuseStranger(model, keys, place);
  return names;
}

function refuseStranger(model: Model, keys: readonly string[], place: Path): never {
  const stranger = keys.find((key) => !Object.hasOwn(model.fields, key) && key !== '_count')!;
  return refuseUnknown(at(place, stranger), [...Object.keys(model.fields), '_count']);
}

interface Wanted {
  readonly name: string;
  readonly value: unknown;
  readonly place: Path;
}

function planOutput(planner: Planner, model: Model, { name, value, place }: Wanted): Output {
  const field = model.fields[name];
  if (!field) return planCounts(planner, model, value, at(place, name));
  if (field.kind === 'relation') {
    return {
      kind: 'relation',
      field: name,
      read: planner.parts.nested(planner, field, value === true ? {} : value, at(place, name)),
    };
  }
  if (value !== true) {
    refuse(at(place, name), { code: 'INVALID_VALUE', message: `Expected a boolean, not ${describe(value)}` });
  }
  return name;
}

/** `_count: true` counts every list of the model. */
function planCounts(planner: Planner, model: Model, value: unknown, path: Path): Output {
  const lists = Object.values(model.fields).filter((field) => field.kind === 'relation' && field.list);
  const everything = Object.fromEntries(lists.map(({ name }) => [name, true]));
  const select = value === true ? everything : toArguments(checked(value, ['select'], path)['select'] ?? {}, path);
  const place = at(path, 'select');
  const counts = wanted(model, select, place).map((name) => {
    const field = model.fields[name];
    if (field?.kind !== 'relation' || !field.list) return refuseUnknown(at(place, name), Object.keys(everything));
    const given = select[name] === true ? {} : checked(select[name], ['where'], at(place, name));
    if (given['where'] === undefined) return { field: name, where: EVERYTHING };
    const where = planWhere(planner, modelOf(planner, field.model), given['where'], at(at(place, name), 'where'));
    return { field: name, where };
  });
  if (counts.length > 0) return { kind: 'counts', counts };
  return refuse(path, { code: 'INVALID_VALUE', message: 'Nothing is counted', allowed: Object.keys(everything) });
}
