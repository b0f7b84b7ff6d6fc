/** Arguments of reads, drawn from a data model: everything that the compiler supports, and nothing that Prisma rejects. */
import type { Model, RelationField, ScalarField } from 'hotpath/model/data-model';
import { atLeastOne, integer, once, pick, some } from './draw.ts';
import { drawWhere } from './filters.ts';
import { keyOf, scalarsOf } from './keys.ts';
import { drawOrder } from './orders.ts';
import { type Args, modelOf, relationsOf, type Source } from './source.ts';
import { valuesOf } from './values.ts';

export function drawList(source: Source, model: Model, depth: number): Args {
  const { draw } = source;
  const args: Args = { ...drawOutputs(source, model, depth), orderBy: drawOrder(source, model, keyOf(model)) };
  if (once(draw, 2)) args['where'] = drawWhere(source, model, 2);
  if (once(draw, 3)) args['take'] = integer(draw, -4, 5);
  if (once(draw, 5)) args['skip'] = integer(draw, 0, 3);
  if (once(draw, 8)) args['distinct'] = some(draw, scalarsOf(model), 2).map(({ name }) => name);
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

function drawOutputs(source: Source, model: Model, depth: number): Args {
  const { draw } = source;
  const nested = depth > 0 ? some(draw, relationsOf(model), 2) : [];
  const related = nested.map((field) => [field.name, drawRelated(source, field, depth - 1)]);
  if (depth > 0 && once(draw, 5)) related.push(...drawCounts(source, model));
  const scalars = scalarsOf(model);
  if (once(draw, 3)) {
    const omitted = once(draw, 3) ? some(draw, scalars, scalars.length - 1).map(({ name }) => [name, true]) : undefined;
    const omit = omitted ? { omit: Object.fromEntries(omitted) } : {};
    return related.length > 0 ? { include: Object.fromEntries(related), ...omit } : omit;
  }
  const own = atLeastOne(draw, scalars).map(({ name }) => [name, true]);
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
  const lists = relationsOf(model).filter(({ list }) => list);
  if (lists.length === 0) return [];
  if (once(source.draw, 3)) return [['_count', true]];
  const counts = atLeastOne(source.draw, lists, 2).map((field) => {
    return [field.name, once(source.draw, 2) ? { where: drawWhere(source, modelOf(source, field), 1) } : true];
  });
  return [['_count', { select: Object.fromEntries(counts) }]];
}
