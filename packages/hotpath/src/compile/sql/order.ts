/** From the order of a plan to the keys of `ORDER BY`. */
import type { OrderKey } from '../plan/plan.ts';
import { computed, countOf } from './computed.ts';
import { column, joinedThrough, type Scope, type Sql } from './scope.ts';

/** @param reversed from the end of the list to its beginning, nulls included. */
export function orderKeys(sql: Sql, scope: Scope, keys: readonly OrderKey[], reversed: boolean): string[] {
  return keys.map(({ through, by, descending, nulls }) => {
    const at = joinedThrough(sql, scope, through);
    return `${keyOf(sql, at, by)} ${descending !== reversed ? 'DESC' : 'ASC'}${placeOf(nulls, reversed)}`;
  });
}

function keyOf(sql: Sql, scope: Scope, by: OrderKey['by']): string {
  switch (by.kind) {
    case 'scalar':
      return column(scope, by.field);
    case 'count':
      return countOf(sql, scope, by.field, { is: 'and', of: [] });
    case 'computed':
      return computed(sql, scope, by.value);
  }
}

function placeOf(nulls: OrderKey['nulls'], reversed: boolean): string {
  if (nulls === null) return '';
  return (nulls === 'first') !== reversed ? ' NULLS FIRST' : ' NULLS LAST';
}
