/**
 * Every kind of request that a read route accepts: the plain path, each filter, each sort in both directions, a page after a
 * cursor, each embedding. All possible requests are combinations of these.
 */
import type { DataModel, ScalarField } from 'hotpath/model/data-model';
import { filterParameters } from 'hotpath/resource/filter';
import type { Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import type { FoundRoute } from './routes.ts';
import { pathOfFirst } from './routes.ts';

export function questionsOf(route: FoundRoute, registry: Registry): string[] {
  const { read } = route;
  const path = pathOfFirst(route);
  if (!read) return [];
  const { resource } = read;
  const embeddings = Object.keys(resource.relations).map((name) => `fields=${name}`);
  const computed = Object.keys(resource.computed).map((name) => `fields=${name}`);
  if (read.kind === 'item')
    return ['', ...embeddings, ...computed].map((query) => `${path}?${query}`.replace(/\?$/, ''));
  const filters = filterParameters(resource).map(
    (parameter) => `${parameter}=${exampleOf(parameter, resource, registry)}`,
  );
  const sorts = resource.sorts.flatMap((sort) => [`sort=${sort}`, `sort=-${sort}`]);
  const sorted = filters.flatMap((filter) => sorts.map((sort) => `${filter}&${sort}`));
  const counts = resource.counts.length > 0 ? ['page=3&per_page=10'] : [];
  const queries = [
    '',
    ...filters,
    ...sorts,
    ...sorted,
    ...counts,
    ...computed,
    ...embeddings.map((each) => `${each}&limit=1`),
  ];
  return queries.map((query) => `${path}?${query}`.replace(/\?$/, ''));
}

/** A valid value of a filter: of its type, and from some rows. */
function exampleOf(parameter: string, resource: Resource, registry: Registry): string {
  const [, name = '', operator = 'equals'] = /^([^[]+)(?:\[(\w+)\])?$/.exec(parameter) ?? [];
  if (Object.hasOwn(resource.computed, name) || operator === 'isNull') return 'true';
  return valueFor(fieldOf(name, resource, registry), registry.dataModel);
}

function fieldOf(name: string, resource: Resource, registry: Registry): ScalarField {
  const [first, second] = name.split('.') as [string, string?];
  if (second === undefined) return registry.scalar(resource, first);
  return registry.dataModel.models[registry.relation(resource, first).model]!.fields[second] as ScalarField;
}

function valueFor(field: ScalarField, dataModel: DataModel): string {
  if (field.type === 'Enum') return Object.keys(dataModel.enums[field.enum!]!.values).at(-1)!;
  if (field.type === 'DateTime') return '2026-01-01';
  if (field.type === 'String') return 'garden';
  return field.type === 'Boolean' ? 'true' : '4';
}
