/** The data model and the generator from which arguments are drawn. */
import type { DataModel, Model, RelationField } from 'hotpath/model/data-model';
import type { Draw } from './draw.ts';

export type Args = Record<string, unknown>;

export interface Source {
  readonly dataModel: DataModel;
  readonly draw: Draw;
  readonly nulls: { readonly database: unknown; readonly json: unknown; readonly any: unknown };
}

export function relationsOf(model: Model): RelationField[] {
  return Object.values(model.fields).filter((field) => field.kind === 'relation');
}

export function modelOf({ dataModel }: Source, { model }: RelationField): Model {
  return dataModel.models[model]!;
}
