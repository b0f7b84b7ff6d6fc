/**
 * Examples for the API document: a resource as a request without `fields` gets it. Values are the declared examples of
 * the resource, else any of their type.
 */
import { type FieldTree, parseFields } from '../fields.ts';
import type { Registry } from '../registry.ts';
import type { Resource } from '../resource.ts';
import { computedSchema, fieldSchema, type JsonSchema } from './schemas.ts';

export type Example = { readonly [name: string]: unknown };

export const rowExample = (registry: Registry, resource: Resource): Example =>
  exampleWith(registry, resource, parseFields(resource.defaultFields, registry.boundsOf(resource)));

function exampleWith(registry: Registry, resource: Resource, tree: FieldTree): Example {
  const values = [...tree].map(([name, inside]) => {
    if (Object.hasOwn(resource.relations, name)) return [name, embeddedExample(registry, resource, { name, inside })];
    return [name, resource.examples[name] ?? valueExample(schemaOf(registry, resource, name))];
  });
  return Object.fromEntries(values);
}

interface Embedded {
  readonly name: string;
  readonly inside: FieldTree;
}

function embeddedExample(registry: Registry, resource: Resource, { name, inside }: Embedded): unknown {
  const target = registry.target(resource, name);
  const row = inside.size > 0 ? exampleWith(registry, target, inside) : rowExample(registry, target);
  return registry.relation(resource, name).list ? [row] : row;
}

function schemaOf(registry: Registry, resource: Resource, name: string): JsonSchema {
  const computed = resource.computed[name];
  return computed
    ? computedSchema(registry, resource, computed)
    : fieldSchema(registry.scalar(resource, name), registry.dataModel);
}

/** Any value that fits the schema of one value. */
export function valueExample({ type, format, pattern, enum: values }: JsonSchema): unknown {
  if (values) return (values as unknown[])[0];
  switch ([type].flat()[0]) {
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return 1;
    case 'array':
      return [];
    case 'string':
      return formats[String(format)] ?? (pattern ? '1' : 'garden');
    default:
      return {};
  }
}

const formats: Readonly<Record<string, string>> = {
  uuid: '00000000-0000-4000-8000-000000000001',
  'date-time': '2026-01-31T12:00:00.000Z',
  byte: 'aG90',
};
