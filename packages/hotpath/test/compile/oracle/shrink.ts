/**
 * The smallest arguments that still fail: one part after another is left out for as long as the failure stays.
 *
 * An order keeps the key at its end, since without it the order of rows is not defined and any two answers differ.
 */
import type { DataModel, Model } from 'hotpath/model/data-model';
import { keyOf } from './keys.ts';
import type { Case } from './oracle.ts';
import type { Args } from './source.ts';

/** @param fails whether a case fails in the same way; a case that Prisma refuses does not. */
export async function shrink(
  dataModel: DataModel,
  given: Case,
  fails: (smaller: Case) => Promise<boolean>,
): Promise<Case> {
  for (const args of smallerArguments(dataModel, dataModel.models[given.model]!, given.args)) {
    const smaller = { ...given, args };
    if (await fails(smaller)) return shrink(dataModel, smaller, fails);
  }
  return given;
}

function* smallerArguments(dataModel: DataModel, model: Model, args: Args): Generator<Args> {
  for (const [key, value] of Object.entries(args)) {
    if (key !== 'orderBy') yield without(args, key);
    for (const smaller of smallerArgument(dataModel, model, { key, value })) yield { ...args, [key]: smaller };
  }
}

interface Argument {
  readonly key: string;
  readonly value: unknown;
}

function* smallerArgument(dataModel: DataModel, model: Model, { key, value }: Argument): Generator<unknown> {
  if (key === 'orderBy') yield* smallerOrders(value as Args[], keyOf(model).length);
  else if (key === 'select' || key === 'include') yield* smallerSelections(dataModel, model, value as Args);
  else if (key === 'where') yield* smallerConditions(value as Args);
  else yield* smallerValues(value);
}

function* smallerOrders(order: readonly Args[], kept: number): Generator<readonly Args[]> {
  for (let index = 0; index < order.length - kept; index += 1) yield order.toSpliced(index, 1);
}

function* smallerSelections(dataModel: DataModel, model: Model, selection: Args): Generator<Args> {
  for (const [name, value] of Object.entries(selection)) {
    yield without(selection, name);
    const field = model.fields[name];
    const inner =
      field?.kind === 'relation' && typeof value === 'object'
        ? smallerArguments(dataModel, dataModel.models[field.model]!, value as Args)
        : smallerValues(value);
    for (const smaller of inner) yield { ...selection, [name]: smaller };
  }
}

/** Each of the conditions that a condition joins is also a smaller one. */
function* smallerConditions(where: Args): Generator<unknown> {
  for (const key of ['AND', 'OR', 'NOT']) {
    const joined = where[key];
    if (joined !== undefined) yield* Array.isArray(joined) ? joined : [joined];
  }
  yield* smallerValues(where);
}

function* smallerValues(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) {
      yield value.toSpliced(index, 1);
      for (const smaller of smallerValues(each)) yield value.with(index, smaller);
    }
  } else if (isPlain(value)) {
    for (const [key, each] of Object.entries(value)) {
      yield without(value, key);
      for (const smaller of smallerValues(each)) yield { ...value, [key]: smaller };
    }
  }
}

/** An object that is not a Date, bytes, or one of Prisma's nulls. */
function isPlain(value: unknown): value is Args {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function without(args: Args, key: string): Args {
  const { [key]: _, ...rest } = args;
  return rest;
}
