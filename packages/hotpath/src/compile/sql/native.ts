/**
 * Where a native type of PostgreSQL needs a cast, on the way in and on the way out.
 *
 * `money` is read and written by the server's `lc_monetary`, so both go through `numeric`. `citext` compares without
 * letter case, also where Prisma compares the characters.
 */
import type { ScalarField } from '../../model/data-model.ts';
import { parameter } from './text.ts';

type NativeField = Pick<ScalarField, 'type' | 'native' | 'list'>;

export const isMoney = ({ native }: { readonly native?: ScalarField['native'] | undefined }): boolean =>
  native?.name === 'Money';

/** A column as a value to compute with. */
export function operandOf(field: NativeField, column: string): string {
  return isMoney(field) ? `${column}::numeric${field.list ? '[]' : ''}` : column;
}

/** A parameter that a column is compared with; `list` for a list of such values. */
export function comparand(field: NativeField, slot: number, list = field.list): string {
  if (!isMoney(field)) return parameter(slot);
  const brackets = list ? '[]' : '';
  return `${parameter(slot)}::numeric${brackets}::money${brackets}`;
}

/** A column as text from which PostgreSQL reads the same value, to its last digit. */
export function asExactText(field: NativeField, column: string): string {
  return `${operandOf(field, column)}::text`;
}
