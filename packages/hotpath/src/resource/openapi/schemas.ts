/**
 * Resources as JSON Schema, for the API document: a row has the declared fields of its resource, each in the JSON that
 * the statement writes. Every property is optional, because a request chooses by `fields`.
 */
import type { Computed } from '../../compile/computed.ts';
import type { DataModel, ScalarField } from '../../model/data-model.ts';
import { DeclarationError, type Registry } from '../registry.ts';
import type { Resource } from '../resource.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The library's own components. */
const OWN_COMPONENTS = ['PageMeta', 'Problem'] as const;

export type OwnComponent = (typeof OWN_COMPONENTS)[number];

/** The name among the document's components: `order item` is `OrderItem`, and `problem` is `ProblemRow`. */
function componentName(resource: Resource): string {
  const name = resource.name.replace(/(?:^|\W+)(\w)/g, (_, first: string) => first.toUpperCase());
  return (OWN_COMPONENTS as readonly string[]).includes(name) ? `${name}Row` : name;
}

/** @throws {DeclarationError} for two resources with one component, such as `order item` and `OrderItem`. */
export function checkComponents(registry: Registry): void {
  const known = new Map<string, Resource>();
  for (const resource of registry.all()) {
    const component = componentName(resource);
    const other = known.get(component);
    if (other) {
      const complaint = `has the name "${component}" in the API document, as "${other.name}" has`;
      throw new DeclarationError(resource.name, `${complaint}; give one of them another name`);
    }
    known.set(component, resource);
  }
}

export const rowReference = (resource: Resource): JsonSchema => reference(componentName(resource));

export const reference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** The schema of every resource's row, by the name of its component. */
export const rowSchemas = (registry: Registry): Record<string, JsonSchema> =>
  Object.fromEntries(registry.all().map((resource) => [componentName(resource), rowSchema(registry, resource)]));

function rowSchema(registry: Registry, resource: Resource): JsonSchema {
  const fields = resource.fields.map((name) => [
    name,
    fieldSchema(registry.scalar(resource, name), registry.dataModel),
  ]);
  const computed = Object.entries(resource.computed).map(([name, value]) => [
    name,
    computedSchema(registry, resource, value),
  ]);
  const relations = Object.keys(resource.relations).map((name) => [name, relationSchema(registry, resource, name)]);
  return {
    type: 'object',
    description: `Without \`fields\` a request gets \`${resource.defaultFields}\`.`,
    properties: Object.fromEntries([...fields, ...computed, ...relations]),
    additionalProperties: false,
  };
}

/** An array in PostgreSQL may contain nulls, whatever Prisma's schema says. */
export function fieldSchema(field: ScalarField, dataModel: DataModel): JsonSchema {
  const one = scalarSchema(field, dataModel);
  const schema = field.list ? { type: 'array', items: orNull(one) } : one;
  return field.required ? schema : orNull(schema);
}

export function computedSchema(registry: Registry, resource: Resource, computed: Computed): JsonSchema {
  if ('compare' in computed) return { type: 'boolean' };
  if (computed.aggregate === 'count') return { type: 'integer', minimum: 0 };
  const { model } = registry.relation(resource, computed.relation);
  const field = registry.dataModel.models[model]!.fields[computed.field!] as ScalarField;
  const isMean = computed.aggregate === 'avg' && field.type !== 'Decimal';
  return orNull(isMean ? { type: 'number' } : scalarSchema(field, registry.dataModel));
}

/** A to-one relation is null if the row does not exist, and if the viewer may not see it. */
function relationSchema(registry: Registry, resource: Resource, name: string): JsonSchema {
  const relation = registry.relation(resource, name);
  const target = registry.target(resource, name);
  const row = rowReference(target);
  if (relation.list) return { type: 'array', items: row };
  const isNarrowed = resource.relations[name]!.where || Object.values(target.policy).some(({ rows }) => rows);
  return relation.required && relation.holdsKey && !isNarrowed ? row : { anyOf: [row, { type: 'null' }] };
}

const orNull = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  ...(schema['type'] ? { type: [schema['type'], 'null'] } : {}),
  ...(schema['enum'] ? { enum: [...(schema['enum'] as unknown[]), null] } : {}),
});

const integer = (bits: 16 | 32): JsonSchema => ({
  type: 'integer',
  minimum: -(2 ** (bits - 1)),
  maximum: 2 ** (bits - 1) - 1,
});

const schemas: Readonly<Record<ScalarField['type'], JsonSchema>> = {
  Int: integer(32),
  BigInt: { type: 'string', pattern: '^-?\\d{1,19}$' },
  Float: { type: 'number' },
  Decimal: { type: 'string', pattern: '^-?\\d+(\\.\\d+)?(e[+-]?\\d+)?$' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
  String: { type: 'string' },
  Json: {},
  Bytes: { type: 'string', format: 'byte' },
  Enum: { type: 'string' },
};

/** One value of a field, as JSON contains it. */
export function scalarSchema({ type, native, enum: name }: ScalarField, dataModel: DataModel): JsonSchema {
  if (name !== undefined) return { type: 'string', enum: Object.keys(dataModel.enums[name]!.values) };
  if (native?.name === 'SmallInt') return integer(16);
  if (native?.name === 'Uuid') return { type: 'string', format: 'uuid' };
  if (native?.name === 'VarChar' && native.args[0]) return { type: 'string', maxLength: Number(native.args[0]) };
  return schemas[type];
}
