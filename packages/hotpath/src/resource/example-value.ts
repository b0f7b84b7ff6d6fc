/** An example value for a parameter, by the type of its field: for requests whose answer may have no rows. */
import type { DataModel, ScalarField } from '../model/data-model.ts';
import { readerOf } from './value.ts';

/** In the order of preference: a word is a better example of a text than `4`. */
const CANDIDATES = ['garden', '2026-01-01', '00000000-0000-0000-0000-000000000001', 'true', '4', '1', '10.0.0.1', '10'];

export function exampleValue(field: ScalarField, dataModel: DataModel): string {
  const names = field.enum === undefined ? [] : Object.keys(dataModel.enums[field.enum]!.values);
  const reader = readerOf(field, dataModel);
  const fits = [...names.slice(-1), ...CANDIDATES].find((text) => reader?.read(text) !== undefined);
  return fits ?? 'x';
}
