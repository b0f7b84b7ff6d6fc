/**
 * A data model that names the schema of every table, for statements on sessions whose search path is not the library's: a
 * table of the same name in another schema is then never read.
 */
import { type DataModel, defineDataModel, type Field, type Model } from './data-model.ts';

/** @param schema of the tables that name none. */
export const qualifiedModel = ({ models, enums }: DataModel, schema: string): DataModel =>
  defineDataModel({ models: mapped(models, (model) => qualified(model, schema)), enums });

const qualified = (model: Model, schema: string): Model => ({
  ...model,
  schema: model.schema ?? schema,
  fields: mapped(model.fields, (field) => qualifiedField(field, schema)),
});

function qualifiedField(field: Field, schema: string): Field {
  if (field.kind === 'scalar' || !field.through) return field;
  return { ...field, through: { ...field.through, schema: field.through.schema ?? schema } };
}

const mapped = <T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
