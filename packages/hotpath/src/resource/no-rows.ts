/**
 * A condition that no row meets, in the shape of Prisma's `where`. Prisma's own `{ OR: [] }` is not reliable: within
 * `AND` it is not false but absent, so that it would match every row.
 */
import type { Field, Model, ScalarField } from '../model/data-model.ts';

export function noRows({ name, primaryKey, fields }: Model): { readonly [field: string]: unknown } {
  const field = primaryKey[0] ?? Object.values(fields).find(hasIn)?.name;
  if (field === undefined)
    throw new TypeError(`No condition on ${name} is always false: the model has no field to compare.`);
  return { [field]: { in: [] } };
}

const hasIn = (field: Field): field is ScalarField => field.kind === 'scalar' && !field.list && field.type !== 'Json';
