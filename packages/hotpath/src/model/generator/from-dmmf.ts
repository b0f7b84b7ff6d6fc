/**
 * Converts Prisma's description of a schema (its DMMF) into the compiler's data model.
 *
 * The DMMF leaves out fields that are `@ignore`d or `Unsupported`, and models that are `@@ignore`d, but still names
 * them in keys and relations. The data model leaves out a key with such a field.
 */
import type { DMMF } from '@prisma/generator-helper';
import type { DataModel, Enum, Field, Model, ScalarField, ScalarType } from '../data-model.ts';
import { UnsupportedSchemaError } from './error.ts';
import { isReadable, toRelation } from './relations.ts';

const SCALAR_TYPES: readonly string[] = [
  ...['String', 'Boolean', 'Int', 'BigInt', 'Float', 'Decimal', 'DateTime', 'Json', 'Bytes'],
];

/** @throws {UnsupportedSchemaError} for a field that the compiler cannot read; it names the model and the field. */
export function fromDmmf({ models, enums }: Pick<DMMF.Datamodel, 'models' | 'enums'>): DataModel {
  const byName = new Map(models.map((model) => [model.name, model]));
  return {
    models: Object.fromEntries(models.map((model) => [model.name, toModel(model, byName)])),
    enums: Object.fromEntries(enums.map((each) => [each.name, toEnum(each)])),
  };
}

/** PostgreSQL looks for a name without a schema among its own tables first. */
const OWN_TABLE = /^pg_/;

function toModel(model: DMMF.Model, models: ReadonlyMap<string, DMMF.Model>): Model {
  const table = model.dbName ?? model.name;
  if (!model.schema && OWN_TABLE.test(table)) {
    const fault = `has the table "${table}", which PostgreSQL takes for one of its own; give it a schema with @@schema`;
    throw new UnsupportedSchemaError(model.name, fault);
  }
  const fields = model.fields.flatMap((field) => toField(field, model, models));
  const known = new Set(fields.filter(({ kind }) => kind === 'scalar').map(({ name }) => name));
  const id = model.fields.find(({ isId }) => isId);
  const primaryKey = model.primaryKey?.fields ?? (id ? [id.name] : []);
  return {
    name: model.name,
    ...(model.schema && { schema: model.schema }),
    table,
    fields: Object.fromEntries(fields.map((field) => [field.name, field])),
    primaryKey: primaryKey.every((name) => known.has(name)) ? primaryKey : [],
    uniques: uniquesOf(model, known),
  };
}

/** The name of a key of several fields is its `name:`, or its fields joined with underscores. */
function uniquesOf(model: DMMF.Model, known: ReadonlySet<string>): Model['uniques'] {
  const single = model.fields
    .filter(({ isId, isUnique }) => isId || isUnique)
    .map(({ name }) => ({ name, fields: [name] }));
  const several = [...(model.primaryKey ? [model.primaryKey] : []), ...model.uniqueIndexes];
  const keys = [...single, ...several.map(({ name, fields }) => ({ name: name ?? fields.join('_'), fields }))];
  return Object.fromEntries(
    keys.filter(({ fields }) => fields.every((field) => known.has(field))).map(({ name, fields }) => [name, fields]),
  );
}

/** The field; undefined if Prisma Client does not read it either. */
function toField(field: DMMF.Field, model: DMMF.Model, models: ReadonlyMap<string, DMMF.Model>): Field[] {
  if (field.kind === 'unsupported') return [];
  if (field.kind !== 'object') return [toScalar(field, model)];
  return isReadable(field, model, models) ? [toRelation(field, model, models)] : [];
}

function toScalar(field: DMMF.Field, model: DMMF.Model): ScalarField {
  if (field.kind !== 'enum' && !SCALAR_TYPES.includes(field.type)) {
    throw new UnsupportedSchemaError(
      `${model.name}.${field.name}`,
      `has the type ${field.type}, which the compiler does not know`,
    );
  }
  const [name, args] = field.nativeType ?? [];
  return {
    kind: 'scalar',
    name: field.name,
    column: field.dbName ?? field.name,
    type: field.kind === 'enum' ? 'Enum' : (field.type as ScalarType),
    list: field.isList,
    required: field.isRequired,
    ...(name && { native: { name, args: args ?? [] } }),
    ...(field.kind === 'enum' && { enum: field.type }),
  };
}

function toEnum({ name, values }: DMMF.DatamodelEnum): Enum {
  return { name, values: Object.fromEntries(values.map((value) => [value.name, value.dbName ?? value.name])) };
}
