/** The version of a row in SQL: an integer, or null for a time that is infinite. Read and compared as the same value. */
import type { ScalarField } from '../data-model.ts';

/**
 * @param column an expression.
 * @returns a number as it is; a time as its microseconds since 1970, exactly.
 */
export function versionValue({ type }: ScalarField, column: string): string {
  if (type !== 'DateTime') return column;
  return `CASE WHEN isfinite(${column}) THEN (extract(epoch FROM ${column}) * 1000000)::bigint END`;
}
