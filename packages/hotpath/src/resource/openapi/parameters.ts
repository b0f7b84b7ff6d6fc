/** The parameters of a read, for the API document: its path and query parameters, with their bounds and an example. */
import type { ScalarField } from '../../model/data-model.ts';
import { filterNamed, filterParameters } from '../filter.ts';
import type { Registry } from '../registry.ts';
import type { FilterOperator, Resource } from '../resource.ts';
import { DECIMAL, readerOf } from '../value.ts';
import { DAY } from '../window.ts';
import { valueExample } from './examples.ts';
import { type JsonSchema, scalarSchema } from './schemas.ts';

/** Parameters by name. */
export type Parameters = Readonly<Record<string, JsonSchema>>;

/** @param where fields that the path fixes, each with its path parameter. */
export function pathParameters(
  registry: Registry,
  resource: Resource,
  where: Readonly<Record<string, string>>,
): Parameters {
  return Object.fromEntries(
    Object.entries(where).map(([name, parameter]) => {
      const field = registry.scalar(resource, name);
      const description = `The \`${name}\` of ${resource.name}: ${readerOf(field, registry.dataModel)!.wants}.`;
      return [parameter, { ...valueSchema(registry, field), description }];
    }),
  );
}

export const itemParameters = (registry: Registry, resource: Resource): Parameters => ({
  fields: fieldsParameter(registry, resource),
});

export const describedListParameters = (registry: Registry, resource: Resource): Parameters => ({
  fields: fieldsParameter(registry, resource),
  ...sortParameter(resource),
  ...cursorParameters(registry, resource),
  ...windowParameters(resource),
  ...pageParameters(registry, resource),
  ...Object.fromEntries(filterParameters(resource).map((name) => [name, filterParameter(registry, resource, name)])),
});

function fieldsParameter(registry: Registry, resource: Resource): JsonSchema {
  const { fields, relations, computed, defaultFields } = resource;
  const names = [...fields, ...Object.keys(computed), ...Object.keys(relations)];
  const bounds = registry.boundsOf(resource);
  return {
    type: 'string',
    pattern: '^[a-zA-Z0-9_,()]+$',
    maxLength: bounds.bytesPerValue,
    default: defaultFields,
    examples: [defaultFields],
    description:
      `Fields and embedded resources, nested in brackets: \`a,b(c)\`. Allowed: ${names.join(', ')}. ` +
      `At most ${bounds.fields} names and ${bounds.depth} levels.`,
  };
}

function sortParameter({ sorts, sort }: Resource): Parameters {
  if (sorts.length === 0) return {};
  const one = `-?(${sorts.join('|')})`;
  return {
    sort: {
      type: 'string',
      pattern: `^${one}(,${one})*$`,
      default: sort,
      examples: [`-${sorts[0]}`],
      description: `The order; a leading \`-\` means descending. Allowed: ${sorts.join(', ')}.`,
    },
  };
}

function cursorParameters(registry: Registry, resource: Resource): Parameters {
  const after = 'The cursor of the page before, its `meta.next`: the page begins after it.';
  const limit = rowsParameter(registry, resource, 'Rows of a page.');
  const rows = { default: Math.min(resource.limit.default, limit.maximum), examples: [Math.min(10, limit.maximum)] };
  return { limit: { ...limit, ...rows }, after: { type: 'string', description: after } };
}

interface RowsParameter extends JsonSchema {
  readonly maximum: number;
}

function rowsParameter(registry: Registry, resource: Resource, description: string): RowsParameter {
  const { rowsPerList, rowsInTotal } = registry.boundsOf(resource);
  const maximum = Math.min(resource.limit.most, rowsPerList);
  const more = `At most ${rowsInTotal} including embedded rows.`;
  return { type: 'integer', minimum: 1, maximum, description: `${description} ${more}` };
}

function windowParameters({ window }: Resource): Parameters {
  if (!window) return {};
  const time = { type: 'string', format: 'date-time' };
  const [usual, most] = [window.default / DAY, window.most / DAY];
  return {
    since: {
      ...time,
      examples: ['2026-01-01T00:00:00Z'],
      description: `The earliest \`${window.field}\`. Days from it to \`until\`: at most ${most}; ${usual} without it.`,
    },
    until: {
      ...time,
      examples: ['2026-01-02T00:00:00Z'],
      description: `The \`${window.field}\` before which the window ends; now without it.`,
    },
  };
}

/** Without examples and defaults: the API page would fill them in beside `limit`, which excludes them. */
function pageParameters(registry: Registry, resource: Resource): Parameters {
  if (resource.counts.length === 0) return {};
  const { skippedRows } = registry.boundsOf(resource);
  return {
    page: {
      type: 'integer',
      minimum: 1,
      maximum: skippedRows + 1,
      description: `The number of the page, instead of \`limit\` and \`after\`; at most ${skippedRows} rows are skipped.`,
    },
    per_page: rowsParameter(registry, resource, 'Rows of a numbered page, instead of `limit`.'),
    count: {
      type: 'string',
      enum: resource.counts,
      examples: [resource.counts[0]],
      description: 'Adds `meta.total`, counted or estimated.',
    },
  };
}

const meanings: Readonly<Record<FilterOperator, string>> = {
  equals: 'is',
  not: 'is not',
  in: 'is one of these, separated by commas:',
  lt: 'is less than',
  lte: 'is at most',
  gt: 'is more than',
  gte: 'is at least',
  contains: 'contains, in upper or lower case,',
  startsWith: 'starts with, in upper or lower case,',
  isNull: 'is null:',
};

function filterParameter(registry: Registry, resource: Resource, parameter: string): JsonSchema {
  const { name, operator } = filterNamed(resource, parameter)!;
  const says = (wants: string) => `Rows whose \`${name}\` ${meanings[operator]} ${wants}.`;
  if (operator === 'isNull' || Object.hasOwn(resource.computed, name))
    return { type: 'boolean', examples: [true], description: says('true or false') };
  const field = fieldNamed(registry, resource, name);
  const value = valueSchema(registry, field);
  const { wants } = readerOf(field, registry.dataModel)!;
  if (operator !== 'in') return { ...value, description: says(wants) };
  const { valuesPerFilter } = registry.boundsOf(resource);
  const description = `${says(wants)} At most ${valuesPerFilter}.`;
  return { type: 'string', examples: [String((value['examples'] as unknown[])[0])], description };
}

function fieldNamed(registry: Registry, resource: Resource, name: string): ScalarField {
  const [first, second] = name.split('.') as [string, string?];
  if (second === undefined) return registry.scalar(resource, first);
  return registry.dataModel.models[registry.relation(resource, first).model]!.fields[second] as ScalarField;
}

/**
 * A value as a parameter contains it, with the limits that its reader enforces: a time may be a date, a decimal number
 * has no exponent, and a text may be longer than its column, of which it may be a part.
 */
function valueSchema({ dataModel }: Registry, field: ScalarField): JsonSchema {
  if (field.type === 'DateTime') return { type: 'string', examples: ['2026-01-31T12:00:00Z'] };
  if (field.type === 'Decimal') return { type: 'string', pattern: DECIMAL.source, examples: ['1'] };
  const { maxLength: _, ...schema } = scalarSchema(field, dataModel);
  return { ...schema, examples: [valueExample(schema)] };
}
