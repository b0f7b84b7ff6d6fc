/** Fixed fields: the values that a route itself gives to fields of its rows, most often by its path. */
import { canonicalUuid } from '../compile/plan/native-values.ts';
import type { ScalarField } from '../model/data-model.ts';
import type { Value } from './value.ts';

/** Fields with their values: `{ userId: 7 }`. */
export type FixedFields = Readonly<Record<string, Value>>;

/**
 * Whether no row can have both values of a field. `false` if they might be equal in the database although they are
 * written differently: 1.0 and 1.00, or 'a' and 'A' in a Citext.
 */
export function areContrary(field: ScalarField, value: unknown, other: unknown): boolean {
  if (isInteger(value) && isInteger(other)) return BigInt(value) !== BigInt(other);
  if (typeof value === 'boolean' && typeof other === 'boolean') return value !== other;
  if (typeof value !== 'string' || typeof other !== 'string') return false;
  if (field.native?.name === 'Uuid') return canonicalUuid(value) !== canonicalUuid(other);
  return isTextExact(field) && value !== other;
}

const isInteger = (value: unknown): value is number | bigint => typeof value === 'bigint' || Number.isInteger(value);

function isTextExact({ type, native }: ScalarField): boolean {
  return type === 'Enum' || (type === 'String' && [undefined, 'Text', 'VarChar'].includes(native?.name));
}
