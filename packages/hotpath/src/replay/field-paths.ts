/** Places in answers, by the fields of their differences. */
import type { FieldDifference } from './compare-json.ts';

/** A field for every element of an array: `body.items[].price`. */
export const fieldPattern = (field: string): string => field.replaceAll(/\[\d+\]/g, '[]').replace(/ line \d+$/, '');

/** Whether a field is one of these, within one, or around one. */
export const isTouched = (field: string, others: readonly FieldDifference[]): boolean =>
  others.some((other) => isFieldWithin(field, other.field) || isFieldWithin(other.field, field));

/** Whether a field is one of those that moved, or within one. A value that moves excuses neither its row nor its list. */
export const isMoved = (field: string, moved: readonly FieldDifference[]): boolean =>
  moved.some((other) => isFieldWithin(field, other.field));

/** Whether a field is another, or a part of it. A length belongs to its array, and moves all its elements. */
export function isFieldWithin(field: string, around: string): boolean {
  const whole = around.replace(/\.length$/, '').replace(/ line \d+$/, '');
  return field === whole || (field.startsWith(whole) && /[.[ ]/.test(field[whole.length]!));
}
