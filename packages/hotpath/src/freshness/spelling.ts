/**
 * The spelling of a field's values: how tags write them. A field has one if values that the database takes for equal are
 * written alike. A value names rows by another field, that of a child for example, if both fields have the same spelling.
 */
import { canonicalUuid } from '../compile/plan/native-values.ts';
import type { ScalarField } from '../model/data-model.ts';

/** Undefined for a field that makes no tags: `Char` pads its values, `Citext` ignores case, `Decimal` has 1.0 and 1.00. */
export function spellingOf({ type, list, native, enum: name }: ScalarField): string | undefined {
  if (list) return undefined;
  if (type === 'String') return OF_TEXTS[native?.name ?? 'Text'];
  if (type === 'Enum') return `enum ${name}`;
  return type === 'Int' || type === 'BigInt' ? 'integer' : undefined;
}

const OF_TEXTS: Readonly<Record<string, string>> = { Text: 'text', VarChar: 'text', Uuid: 'uuid' };

/** A value of a condition as the triggers log it. Undefined if it has no such text. */
export function spell(field: ScalarField, value: unknown): string | undefined {
  const text = String(value);
  // node-postgres sends half of a surrogate pair as U+FFFD.
  return spellingOf(field) === 'uuid' ? canonicalUuid(text) : text.toWellFormed();
}
