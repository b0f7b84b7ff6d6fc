/** Arguments of reads, drawn from a data model: everything that the compiler supports, and no more than Prisma accepts. */
import type { DataModel, Model, RelationField, ScalarField } from '../../../../src/engine/compile/data-model.ts';
import { atLeastOne, type Draw, integer, once, pick, some } from './draw.ts';
import { valuesOf } from './values.ts';

export type Args = Record<string, unknown>;

export interface Source {
  readonly dataModel: DataModel;
  readonly draw: Draw;
  readonly nulls: { readonly database: unknown; readonly json: unknown; readonly any: unknown };
}

export function drawList(source: Source, model: Model, depth: number): Args {
  const { draw } = source;
  const args: Args = { ...drawOutputs(source, model, depth), orderBy: drawOrder(source, model) };
  if (once(draw, 2)) args['where'] = drawWhere(source, model, 2);
  if (once(draw, 3)) args['take'] = integer(draw, -4, 5);
  if (once(draw, 5)) args['skip'] = integer(draw, 0, 3);
  if (once(draw, 8)) args['distinct'] = drawDistinct(source, model);
  return args;
}

export function drawUnique(source: Source, model: Model, depth: number): Args {
  const [name, fields] = pick(
    source.draw,
    Object.entries(model.uniques).filter(([, all]) => all.every((field) => isPlain(model, field))),
  );
  const values = fields.map((field) => [field, pick(source.draw, valuesOf(source.dataModel, scalar(model, field)))]);
  const key = fields.length > 1 ? { [name]: Object.fromEntries(values) } : Object.fromEntries(values);
  const rest = once(source.draw, 4) ? without(drawWhere(source, model, 1), Object.keys(model.uniques)) : {};
  return { ...drawOutputs(source, model, depth), where: { ...rest, ...key } };
}

function without(where: Args, names: readonly string[]): Args {
  return Object.fromEntries(Object.entries(where).filter(([name]) => !names.includes(name)));
}

export function hasUnique(model: Model): boolean {
  return Object.values(model.uniques).some((fields) => fields.every((field) => isPlain(model, field)));
}

const isPlain = (model: Model, field: string) => !['Json', 'Bytes'].includes(scalar(model, field).type);
const scalar = (model: Model, field: string) => model.fields[field] as ScalarField;
const scalars = (model: Model) => Object.values(model.fields).filter((field) => field.kind === 'scalar');
const relations = (model: Model) => Object.values(model.fields).filter((field) => field.kind === 'relation');
const modelOf = ({ dataModel }: Source, { model }: RelationField) => dataModel.models[model]!;

function drawOutputs(source: Source, model: Model, depth: number): Args {
  const { draw } = source;
  const nested = depth > 0 ? some(draw, relations(model), 2) : [];
  const related = nested.map((field) => [field.name, drawRelated(source, field, depth - 1)]);
  if (depth > 0 && once(draw, 5)) related.push(...drawCounts(source, model));
  if (once(draw, 3)) {
    const omit = once(draw, 3)
      ? {
          omit: Object.fromEntries(
            some(draw, scalars(model), scalars(model).length - 1).map(({ name }) => [name, true]),
          ),
        }
      : {};
    return related.length > 0 ? { include: Object.fromEntries(related), ...omit } : omit;
  }
  const own = atLeastOne(draw, scalars(model)).map(({ name }) => [name, true]);
  return { select: Object.fromEntries([...own, ...related]) };
}

function drawRelated(source: Source, field: RelationField, depth: number): unknown {
  const model = modelOf(source, field);
  if (field.list) return drawList(source, model, depth);
  const args = drawOutputs(source, model, depth);
  if (!field.required && once(source.draw, 4)) args['where'] = drawWhere(source, model, 1);
  return Object.keys(args).length > 0 ? args : true;
}

function drawCounts(source: Source, model: Model): [string, unknown][] {
  const lists = relations(model).filter(({ list }) => list);
  if (lists.length === 0) return [];
  if (once(source.draw, 3)) return [['_count', true]];
  const counts = atLeastOne(source.draw, lists, 2).map((field) => {
    return [field.name, once(source.draw, 2) ? { where: drawWhere(source, modelOf(source, field), 1) } : true];
  });
  return [['_count', { select: Object.fromEntries(counts) }]];
}

function drawWhere(source: Source, model: Model, depth: number): Args {
  const { draw } = source;
  const where: Args = {};
  for (const field of some(draw, scalars(model), 2)) {
    const filter = drawFilter(source, field);
    if (filter !== undefined) where[field.name] = filter;
  }
  if (depth === 0) return where;
  for (const field of some(draw, relations(model), 1)) where[field.name] = drawRelationFilter(source, field, depth - 1);
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

/** Nothing for what PostgreSQL cannot compare. */
export function drawFilter(source: Source, field: ScalarField): unknown {
  const { draw, dataModel } = source;
  const value = () => pick(draw, valuesOf(dataModel, field));
  const list = () => some(draw, valuesOf(dataModel, field), 3);
  if (field.list) return drawListFilter(source, field, { value, list });
  if (field.type === 'Json') return drawJsonFilter(source, value);
  if (field.native?.name === 'Xml') return field.required ? undefined : pick(draw, [null, { not: null }]);
  if (!field.required && once(draw, 4))
    return pick(draw, [null, { not: null }, { equals: null }, { not: { equals: null } }]);
  if (once(draw, 3)) return value();
  const isText = field.type === 'String' && ['VarChar', 'Char', undefined].includes(field.native?.name);
  const operators = [
    ...['equals', 'not'],
    ...(field.type === 'Boolean' ? [] : ['in', 'notIn']),
    ...(['Boolean', 'Enum', 'Bytes'].includes(field.type) ? [] : ORDERED),
    ...(isText ? TEXTUAL : []),
  ];
  const draws = (operator: string) => (operator === 'in' || operator === 'notIn' ? list() : value());
  const given = Object.fromEntries(atLeastOne(draw, operators, 2).map((operator) => [operator, draws(operator)]));
  if (once(draw, 4)) {
    const inner = operators.filter((operator) => operator !== 'not');
    given['not'] = Object.fromEntries(atLeastOne(draw, inner, 2).map((operator) => [operator, draws(operator)]));
  }
  if (isText && once(draw, 3)) given['mode'] = pick(draw, ['insensitive', 'default']);
  return given;
}

interface Values {
  readonly value: () => unknown;
  readonly list: () => unknown[];
}

function drawListFilter({ draw }: Source, field: ScalarField, { value, list }: Values): unknown {
  if (field.native?.name === 'Json') return pick(draw, [{ isEmpty: true }, { isEmpty: false }, { equals: null }]);
  return pick(draw, [
    () => ({ has: value() }),
    () => ({ hasEvery: list() }),
    () => ({ hasSome: list() }),
    () => ({ equals: list() }),
    () => ({ isEmpty: once(draw, 2) }),
  ])();
}

function drawJsonFilter({ draw, nulls }: Source, value: () => unknown): unknown {
  const path = once(draw, 2) ? { path: pick(draw, [['a'], ['a', 'b'], ['0'], ['b'], []]) } : {};
  const operand = () => (once(draw, 4) ? pick(draw, [nulls.database, nulls.json, nulls.any]) : value());
  const text = () => pick(draw, ['x', 'X', 'a', 'yl', '']);
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

const ORDERABLE = (field: ScalarField) => !['Json', 'Xml'].includes(field.native?.name ?? '') && field.type !== 'Json';

/** Ends in a key of the model, so that the order is total. */
function drawOrder(source: Source, model: Model): Args[] {
  const { draw } = source;
  const keys = some(draw, [0, 1], 2).map(() => drawOrderKey(source, model, 2));
  const total = keyOf(model);
  const direction = pick(draw, ['asc', 'desc']);
  return [...keys, ...total.map((name) => ({ [name]: direction }))];
}

/** Fields that tell a row from every other: a key of the model, or for a view without one all it has. */
function keyOf(model: Model): readonly string[] {
  if (model.primaryKey.length > 0) return model.primaryKey;
  const unique = Object.values(model.uniques).find((fields) => fields.every((name) => scalar(model, name).required));
  return unique ?? scalars(model).map(({ name }) => name);
}

function drawOrderKey(source: Source, model: Model, depth: number): Args {
  const { draw } = source;
  const direction = pick(draw, ['asc', 'desc']);
  const candidates = [...scalars(model).filter(ORDERABLE), ...(depth > 0 ? relations(model) : [])];
  const field = once(draw, 3) ? pick(draw, candidates) : pick(draw, scalars(model).filter(ORDERABLE));
  if (field.kind === 'relation') {
    return {
      [field.name]: field.list ? { _count: direction } : drawOrderKey(source, modelOf(source, field), depth - 1),
    };
  }
  if (field.required || field.list || once(draw, 2)) return { [field.name]: direction };
  return { [field.name]: { sort: direction, nulls: pick(draw, ['first', 'last']) } };
}

function drawDistinct({ draw }: Source, model: Model): string[] {
  const fields = scalars(model).filter(
    (field) => ORDERABLE(field) && !field.list && !['Float', 'Bytes'].includes(field.type),
  );
  return atLeastOne(draw, fields, 2).map(({ name }) => name);
}
