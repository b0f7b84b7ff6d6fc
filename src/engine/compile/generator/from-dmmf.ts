/** From Prisma's description of a schema (its DMMF) to the compiler's data model. */
import type { DMMF } from '@prisma/generator-helper';
import type { DataModel, Enum, Field, Model, RelationField, ScalarField, ScalarType } from '../data-model.ts';

export function fromDmmf({ models, enums }: Pick<DMMF.Datamodel, 'models' | 'enums'>): DataModel {
  const byName = new Map(models.map((model) => [model.name, model]));
  return {
    models: Object.fromEntries(models.map((model) => [model.name, toModel(model, byName)])),
    enums: Object.fromEntries(enums.map((each) => [each.name, toEnum(each)])),
  };
}

function toModel(model: DMMF.Model, models: ReadonlyMap<string, DMMF.Model>): Model {
  const fields = model.fields
    .filter(({ kind }) => kind !== 'unsupported')
    .map((field) => toField(field, model, models));
  const id = model.fields.find(({ isId }) => isId);
  return {
    name: model.name,
    ...(model.schema && { schema: model.schema }),
    table: model.dbName ?? model.name,
    fields: Object.fromEntries(fields.map((field) => [field.name, field])),
    primaryKey: model.primaryKey?.fields ?? (id ? [id.name] : []),
    uniques: uniquesOf(model),
  };
}

/** A key of several fields is called by its `name:`, or by its fields joined with underscores. */
function uniquesOf(model: DMMF.Model): Model['uniques'] {
  const single = model.fields.filter(({ isId, isUnique }) => isId || isUnique).map(({ name }) => [name, [name]]);
  const keys = [...(model.primaryKey ? [model.primaryKey] : []), ...model.uniqueIndexes];
  return Object.fromEntries([...single, ...keys.map(({ name, fields }) => [name ?? fields.join('_'), fields])]);
}

function toField(field: DMMF.Field, model: DMMF.Model, models: ReadonlyMap<string, DMMF.Model>): Field {
  return field.kind === 'object' ? toRelation(field, model, models) : toScalar(field);
}

function toScalar(field: DMMF.Field): ScalarField {
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

function toRelation(field: DMMF.Field, model: DMMF.Model, models: ReadonlyMap<string, DMMF.Model>): RelationField {
  const other = models.get(field.type)!;
  const back = other.fields.find((candidate) => mirrors(candidate, field, model))!;
  const shared = {
    kind: 'relation',
    name: field.name,
    model: field.type,
    list: field.isList,
    required: field.isRequired,
    back: back.name,
  } as const;
  if (field.relationFromFields?.length) {
    return { ...shared, from: field.relationFromFields, to: field.relationToFields ?? [], holdsKey: true };
  }
  if (back.relationFromFields?.length) {
    return { ...shared, from: back.relationToFields ?? [], to: back.relationFromFields, holdsKey: false };
  }
  return { ...shared, ...joinTable(field, back, model, other) };
}

function mirrors(candidate: DMMF.Field, field: DMMF.Field, model: DMMF.Model): boolean {
  if (candidate.relationName !== field.relationName || candidate.type !== model.name) return false;
  return field.type !== model.name || candidate.name !== field.name;
}

/** Prisma names the join table `_Relation`; column A is of the model (or field, in one model) first by alphabet. */
function joinTable(field: DMMF.Field, back: DMMF.Field, model: DMMF.Model, other: DMMF.Model) {
  const isA = model.name === other.name ? field.name < back.name : model.name < other.name;
  const owner = isA ? model : other;
  return {
    from: [keyOf(model)],
    to: [keyOf(other)],
    holdsKey: false,
    through: {
      ...(owner.schema && { schema: owner.schema }),
      table: `_${field.relationName}`,
      from: isA ? 'A' : 'B',
      to: isA ? 'B' : 'A',
    },
  } as const;
}

function keyOf(model: DMMF.Model): string {
  return model.fields.find(({ isId }) => isId)!.name;
}

function toEnum({ name, values }: DMMF.DatamodelEnum): Enum {
  return { name, values: Object.fromEntries(values.map((value) => [value.name, value.dbName ?? value.name])) };
}
