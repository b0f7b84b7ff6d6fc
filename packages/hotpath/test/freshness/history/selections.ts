/** Random selections of every resource, which consumers may request or routes may fix. */

import type { ReadRequest } from 'hotpath/compile/plan/read';
import { rootKeys } from 'hotpath/freshness/answer-tags';
import type { Watched } from 'hotpath/freshness/watched';
import type { DataModel, Model } from 'hotpath/model/data-model';
import { filterParameters } from 'hotpath/resource/filter';
import type { Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import type { ListSelection, Selection, SelectionParser } from 'hotpath/resource/selection';
import { readerOf } from 'hotpath/resource/value';
import { atLeastOne, type Draw, integer, once, pick, some } from '../../compile/oracle/draw.ts';
import { drawText, KEYS } from './values.ts';

export interface Asked {
  readonly selection: Selection;
  readonly request: ReadRequest;
  /** For the message of a failure. */
  readonly text: string;
}

/** `undefined` if the drawn selection is not allowed. */
export function drawSelection(draw: Draw, watched: Watched, parser: SelectionParser): Asked | undefined {
  const { registry } = watched;
  const resource = pick(draw, registry.all());
  const role = pick(draw, Object.keys(resource.policy));
  const viewer = { role, subject: role === 'public' ? undefined : String(integer(draw, 1, KEYS)) };
  const isList = once(draw, 2);
  const where = drawFixed(draw, registry, resource, isList);
  const query = isList ? drawListQuery(draw, registry, resource) : drawFields(draw, registry, resource);
  const text = JSON.stringify({ resource: resource.name, isList, viewer, where, query });
  const asked = { resource, viewer, where, query };
  try {
    const selection = isList ? parser.list(asked) : parser.item(asked);
    return { selection, request: requestFor(watched, selection), text };
  } catch (error) {
    if ([400, 401, 403].includes((error as { statusCode?: number }).statusCode!)) return undefined;
    throw error;
  }
}

/** The read of a selection, with what its tags need. */
export function requestFor(watched: Watched, selection: Selection | ListSelection): ReadRequest {
  const { resource, args } = selection;
  const keys = rootKeys(watched, selection);
  if (!('page' in selection)) return { model: resource.model, action: 'findFirst', args, keys };
  const { sort, page } = selection;
  const total = page.count ? { total: args.where ?? {} } : {};
  return { model: resource.model, action: 'findMany', args, keys, next: sort.map(({ field }) => field), ...total };
}

/** The models whose rows a selection shows. */
export function modelsOf({ selection: { resource, args } }: Asked, { models }: DataModel): Model[] {
  const model = models[resource.model]!;
  const relations = [...Object.keys(args.select), ...Object.keys(resource.computed)].map((name) => model.fields[name]);
  return [model, ...relations.flatMap((field) => (field?.kind === 'relation' ? [models[field.model]!] : []))];
}

/** The part that a route's path fixes: of one row its key, of a list sometimes a key of another row. */
function drawFixed(
  draw: Draw,
  registry: Registry,
  resource: Resource,
  isList: boolean,
): Record<string, string | number> {
  const model = registry.dataModel.models[resource.model]!;
  const foreign = Object.values(model.fields).flatMap((field) =>
    field.kind === 'relation' && field.holdsKey ? [field.from] : [],
  );
  const keys = isList ? [[], ...foreign] : [registry.keyOf(resource), ...foreign].filter((key) => key.length > 0);
  const names = pick(draw, keys.length > 0 ? keys : [[]]);
  return Object.fromEntries(names.map((name) => [name, drawValue(draw, registry, model, name)]));
}

function drawValue(draw: Draw, registry: Registry, model: Model, name: string): string | number {
  const field = model.fields[name]!;
  if (field.kind !== 'scalar') throw new Error(`${name} is not a field`);
  if (field.type === 'Int') return integer(draw, 1, KEYS);
  const place = { dataModel: registry.dataModel, model };
  const text = drawText(draw, { ...field, required: true }, place)!;
  return readerOf(field, registry.dataModel)!.read(text) as string;
}

function drawFields(draw: Draw, registry: Registry, resource: Resource): Record<string, string> {
  return once(draw, 3) ? {} : { fields: drawTree(draw, registry, resource, 3) };
}

function drawTree(draw: Draw, registry: Registry, resource: Resource, depth: number): string {
  const plain = atLeastOne(draw, resource.fields, 3);
  const computed = some(draw, Object.keys(resource.computed), 2);
  const relations = depth > 1 ? some(draw, Object.keys(resource.relations), 2) : [];
  const inner = relations.map((name) => {
    const target = registry.target(resource, name);
    return `${name}(${drawTree(draw, registry, target, depth - 1)})`;
  });
  return [...plain, ...computed, ...inner].join(',');
}

function drawListQuery(draw: Draw, registry: Registry, resource: Resource): Record<string, string> {
  const filters = some(draw, filterParameters(resource), 2).map((name) => [
    name,
    drawOperand(draw, registry, resource, name),
  ]);
  return {
    ...drawFields(draw, registry, resource),
    ...Object.fromEntries(filters),
    ...(resource.sorts.length > 0 && once(draw, 2) ? { sort: `-${pick(draw, resource.sorts)}` } : {}),
    ...(resource.counts.length > 0 && once(draw, 3)
      ? { count: 'exact', page: String(integer(draw, 1, 2)), per_page: String(integer(draw, 1, 4)) }
      : { limit: String(integer(draw, 1, 6)) }),
  };
}

function drawOperand(draw: Draw, registry: Registry, resource: Resource, parameter: string): string {
  const [, name = '', operator] = /^([^[]+)(?:\[(\w+)\])?$/.exec(parameter)!;
  if (Object.hasOwn(resource.computed, name) || operator === 'isNull') return pick(draw, ['true', 'false']);
  const path = name.split('.');
  const model =
    registry.dataModel.models[path.length > 1 ? registry.relation(resource, path[0]!).model : resource.model]!;
  const value = () => String(drawValue(draw, registry, model, path.at(-1)!));
  return operator === 'in' ? [value(), value()].join(',') : value();
}
