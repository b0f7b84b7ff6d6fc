/** From the arguments of one read, or of one relation inside it, to its plan. */
import {
  hasOrder,
  identifyingFields,
  type Model,
  type RelationField,
  type ScalarField,
} from '../../model/data-model.ts';
import { at, type Path, refuse } from '../error.ts';
import { type Arguments, checked, modelOf, type PlannedParts, type Planner, refuseUnknown } from './arguments.ts';
import { type KeysetValues, planKeyset } from './keyset.ts';
import { planOrder } from './order.ts';
import { planPage } from './page.ts';
import {
  all,
  type Beside,
  EVERYTHING,
  type OrderKey,
  type Page,
  type Predicate,
  type ReadPlan,
  type RootPlan,
} from './plan.ts';
import { planOutputs } from './select.ts';
import { planUniqueWhere, planWhere } from './where.ts';

export interface ReadRequest {
  readonly model: string;
  readonly action: 'findUnique' | 'findFirst' | 'findMany' | 'count';
  /** The arguments of Prisma's method of that name, with `computed` at any node. */
  readonly args?: object;
  /** Of one row: an integer or a time whose value comes as `version`. */
  readonly version?: string;
  /** Of a list with a `take`: fields whose values in its last row come as `next`, if there are rows after it. */
  readonly next?: readonly string[];
  /** Of a list with an `orderBy` of own fields: the values of these in a row, as `next` gave them. Rows behind it come. */
  readonly after?: KeysetValues;
  /** Of one row, or a list with a `take`: fields whose values in each row come as `keys`. */
  readonly keys?: readonly string[];
  /** Of a list: a `where`; how many rows it holds for comes as `total`. */
  readonly total?: object;
  /** Whether `total` may come from PostgreSQL's statistics, where its `where` is empty. */
  readonly estimated?: boolean;
}

const OUTPUTS = ['select', 'include', 'omit', 'computed', 'relationLoadStrategy'];
const LIST = [...OUTPUTS, 'where', 'orderBy', 'take', 'skip', 'distinct'];
const WHOLE: Page = { take: null, skip: null, reverse: false, distinct: null };

export const PARTS: PlannedParts = { where: planWhere, nested: planNested };

export function planRoot(planner: Planner, request: ReadRequest, path?: Path): RootPlan {
  const { model: name, action, args = {} } = request;
  const model = modelOf(planner, name, path);
  switch (action) {
    case 'findMany':
      return planMany(planner, model, request, path);
    case 'findFirst':
      return planOne(planFirst(planner, model, checked(args, [...LIST, 'cursor'], path), path), model, request, path);
    case 'findUnique':
      return planOne(
        planUnique(planner, model, checked(args, ['where', ...OUTPUTS], path), path),
        model,
        request,
        path,
      );
    case 'count':
      return {
        kind: 'count',
        model: name,
        where: planOptionalWhere(planner, model, checked(args, ['where'], path), path),
      };
  }
}

function planOne(read: ReadPlan, model: Model, { version, keys = [] }: ReadRequest, path: Path | undefined): RootPlan {
  if (version !== undefined) mustBeScalar(model, version, at(path, 'version'));
  for (const field of keys) mustBeScalar(model, field, at(path, 'keys'));
  return { kind: 'one', read, version: version ?? null, keys };
}

function mustBeScalar(model: Model, field: string, path: Path): void {
  if (model.fields[field]?.kind !== 'scalar') refuseUnknown(at(path, field), Object.keys(model.fields));
}

function mustHaveOrder(model: Model, field: string, path: Path): void {
  mustBeScalar(model, field, path);
  if (hasOrder(model.fields[field] as ScalarField)) return;
  refuse(at(path, field), { code: 'NOT_SUPPORTED', message: `PostgreSQL has no order for \`${field}\`` });
}

function planMany(planner: Planner, model: Model, request: ReadRequest, path: Path | undefined): RootPlan {
  const read = planPageOf(planner, model, request, path);
  const beside = planBeside(planner, model, request, path);
  for (const name of ['next', 'keys'] as const) {
    if (beside[name].length === 0 || (read.page.take && !read.page.reverse)) continue;
    refuse(at(path, name), {
      code: 'NOT_SUPPORTED',
      message: `\`${name}\` needs a \`take\` from the beginning of the list`,
    });
  }
  return { kind: 'many', read, beside };
}

function planPageOf(planner: Planner, model: Model, request: ReadRequest, path: Path | undefined): ReadPlan {
  const { args = {}, after: values } = request;
  const read = planList(planner, model, checked(args, [...LIST, 'cursor'], path), path);
  if (values === undefined) return read;
  const after = planKeyset(planner, model, { order: read.order, values, path: at(path, 'after') });
  return { ...read, where: all([read.where, after]) };
}

function planBeside(planner: Planner, model: Model, request: ReadRequest, path: Path | undefined): Beside {
  const { next = [], keys = [], total, estimated = false } = request;
  for (const field of next) mustHaveOrder(model, field, at(path, 'next'));
  for (const field of keys) mustBeScalar(model, field, at(path, 'keys'));
  if (total === undefined) return { next, keys, total: null };
  return { next, keys, total: { where: planWhere(planner, model, total, at(path, 'total')), estimated } };
}

/** Unlike Prisma, also a required relation takes a `where`: one that does not hold makes it null. */
function planNested(planner: Planner, field: RelationField, value: unknown, path: Path): ReadPlan {
  const model = modelOf(planner, field.model);
  if (field.list) return planList(planner, model, checked(value, [...LIST, 'cursor'], path), path);
  const given = checked(value, [...OUTPUTS, 'where'], path);
  const outputs = planOutputs(planner, model, given, path);
  return {
    model: model.name,
    outputs,
    where: planOptionalWhere(planner, model, given, path),
    order: [],
    page: WHOLE,
  };
}

function planUnique(planner: Planner, model: Model, given: Arguments, path: Path | undefined): ReadPlan {
  const outputs = planOutputs(planner, model, given, path);
  const where = planUniqueWhere(planner, model, given['where'] ?? {}, at(path, 'where'));
  return { model: model.name, outputs, where, order: [], page: { ...WHOLE, take: 1 } };
}

function planFirst(planner: Planner, model: Model, given: Arguments, path: Path | undefined): ReadPlan {
  const take = given['take'] ?? 1;
  if (take !== 1 && take !== -1) {
    refuse(at(path, 'take'), { code: 'INVALID_VALUE', message: 'The first row, or the last', allowed: ['1', '-1'] });
  }
  return planList(planner, model, { ...given, take }, path);
}

function planList(planner: Planner, model: Model, given: Arguments, path: Path | undefined): ReadPlan {
  if (given['cursor'] !== undefined) {
    refuse(at(path, 'cursor'), { code: 'NOT_SUPPORTED', message: '`cursor`', allowed: LIST });
  }
  const outputs = planOutputs(planner, model, given, path);
  const where = planOptionalWhere(planner, model, given, path);
  const page = planPage(planner, model, given, path);
  const order = settle(model, planOrder(planner, model, given['orderBy'] ?? [], at(path, 'orderBy')), page);
  if (order.length === 0 && (page.reverse || page.distinct !== null)) {
    refuse(at(path, 'orderBy'), { code: 'INVALID_VALUE', message: `${model.name} has no key to order by` });
  }
  return { model: model.name, outputs, where, order, page };
}

function planOptionalWhere(planner: Planner, model: Model, given: Arguments, path: Path | undefined): Predicate {
  return given['where'] === undefined ? EVERYTHING : planWhere(planner, model, given['where'], at(path, 'where'));
}

/** A part of a list without an order is a part of the list in the order of its key. */
function settle(model: Model, order: readonly OrderKey[], page: Page): readonly OrderKey[] {
  const isPart = page.take !== null || page.skip !== null || page.distinct !== null;
  if (order.length > 0 || !isPart) return order;
  const key = identifyingFields(model);
  return key.map((field) => ({ through: [], by: { kind: 'scalar', field }, descending: false, nulls: null }));
}
