/** The version of a row in SQL. It is read and compared as the same value, so both have all of its digits. */
import type { ScalarField } from '../../model/data-model.ts';

/** From this year on `extract` rounds to tens of microseconds; times end in 294276. */
const FIRST_INEXACT = `'294247-01-01'`;

/**
 * @param column an expression.
 * @returns a number as it is; a time as its microseconds since 1970, or null if they are not finite and exact.
 */
export function versionValue({ type }: ScalarField, column: string): string {
  if (type !== 'DateTime') return column;
  const isExact = `isfinite(${column}) AND ${column} < ${FIRST_INEXACT}`;
  return `CASE WHEN ${isExact} THEN (extract(epoch FROM ${column}) * 1000000)::bigint END`;
}
