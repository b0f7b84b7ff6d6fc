/**
 * Filters: `price[gte]=10`, `id[in]=1,2,3`, `status=active`, `device.status=active`. Each becomes a condition in the
 * shape of Prisma's `where`, with its value read as the type of the field. The name of a filter's parameter is the path
 * of its field, unless the resource gives it another name (`filterNames`).
 */
import type { ScalarField } from '../model/data-model.ts';
import type { Bounds } from './bounds.ts';
import { parameterName } from './parameter-names.ts';
import { refusal, shortened } from './refusal.ts';
import type { Registry } from './registry.ts';
import type { FilterOperator, Resource } from './resource.ts';
import { readerOf, type Value } from './value.ts';

export type Condition = Readonly<Record<string, unknown>>;

const PARAMETER = /^([a-zA-Z][a-zA-Z0-9_.]*)(?:\[([a-zA-Z]+)\])?$/;

/** The filter of a parameter; `undefined` if the resource has no such filter. */
export function filterNamed(
  resource: Resource,
  parameter: string,
): { name: string; operator: FilterOperator } | undefined {
  const [, given, operator = 'equals'] = PARAMETER.exec(parameter) ?? [];
  const name = Object.keys(resource.filters).find((filter) => parameterName(resource, filter) === given);
  const known = name === undefined ? undefined : resource.filters[name]!.find((candidate) => candidate === operator);
  return known && { name: name!, operator: known };
}

/** Every parameter that is a filter of the resource: `price[gte]`. */
export const filterParameters = (resource: Resource): string[] =>
  Object.entries(resource.filters).flatMap(([filter, operators]) => {
    const name = parameterName(resource, filter);
    return operators.map((operator) => (operator === 'equals' ? name : `${name}[${operator}]`));
  });

export interface FilterText {
  readonly parameter: string;
  readonly name: string;
  readonly operator: FilterOperator;
  readonly text: string;
  /** Of a field behind a relation: the rows there that the viewer may see; all of them without it. */
  readonly visible?: Condition | undefined;
}

/** @throws a 400 that names the parameter and the values that are valid. */
export function conditionOf(registry: Registry, resource: Resource, filter: FilterText): Condition {
  if (Object.hasOwn(resource.computed, filter.name)) {
    return { computed: { value: resource.computed[filter.name], equals: truth(filter) } };
  }
  const [first, second] = filter.name.split('.') as [string, string?];
  const bounds = registry.boundsOf(resource);
  if (second === undefined) return { [first]: operandOf(registry, registry.scalar(resource, first), filter, bounds) };
  const { model } = registry.relation(resource, first);
  const field = registry.dataModel.models[model]!.fields[second] as ScalarField;
  const condition = { [second]: operandOf(registry, field, filter, bounds) };
  return { [first]: { is: filter.visible ? { AND: [filter.visible, condition] } : condition } };
}

function truth({ parameter, text }: FilterText): boolean {
  if (text !== 'true' && text !== 'false') throw refusal(parameter, `"${shortened(text)}" must be true or false`);
  return text === 'true';
}

function operandOf(registry: Registry, field: ScalarField, filter: FilterText, bounds: Bounds): unknown {
  const { operator, parameter, text } = filter;
  if (operator === 'isNull') return truth(filter) ? null : { not: null };
  const reader = readerOf(field, registry.dataModel)!;
  const read = (part: string): Value => {
    const value = reader.read(part);
    if (value === undefined) throw refusal(parameter, `"${shortened(part)}" must be ${reader.wants}`);
    return value;
  };
  if (operator === 'in') return { in: listOf(filter, bounds).map(read) };
  if (operator === 'contains' || operator === 'startsWith')
    return { [operator]: literally(String(read(text))), mode: 'insensitive' };
  return { [operator]: read(text) };
}

/** Prisma passes `%`, `_` and `\` on to LIKE; a client means the characters. */
const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

function listOf({ parameter, text }: FilterText, bounds: Bounds): string[] {
  const parts = text.split(',');
  if (parts.length > bounds.valuesPerFilter) {
    throw refusal(parameter, `has ${parts.length} values; ${bounds.valuesPerFilter} are allowed`);
  }
  return parts;
}
