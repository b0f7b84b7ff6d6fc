/** The fields that identify a row of a model, for a total order. */
import type { Model, ScalarField } from 'hotpath/model/data-model';

/** PostgreSQL's limit of the columns of an index. */
const MOST = 32;

export function scalarsOf(model: Model): ScalarField[] {
  return Object.values(model.fields).filter((field) => field.kind === 'scalar');
}

export function isOrderable(field: ScalarField): boolean {
  return !['Json', 'Xml'].includes(field.native?.name ?? '') && field.type !== 'Json';
}

/** The names of the fields that an order may use, at most as many as an index accepts. */
export function orderableFields(model: Model): string[] {
  return scalarsOf(model)
    .filter(isOrderable)
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** The primary key, or a unique key that is never null. */
function totalKey(model: Model): readonly string[] | undefined {
  const keys = [model.primaryKey, ...Object.values(model.uniques)].filter((fields) => fields.length > 0);
  return keys.find((fields) => fields.every((name) => (model.fields[name] as ScalarField).required));
}

export function hasTotalKey(model: Model): boolean {
  return totalKey(model) !== undefined;
}

/** The names of the fields that identify a row: a key, or for a model without a key all fields that an order may use. */
export function keyOf(model: Model): readonly string[] {
  return totalKey(model) ?? orderableFields(model);
}
