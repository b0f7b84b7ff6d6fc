/** The operators of the filters that `hotpath init` proposes: a few that an index serves. */

import { operatorsOn } from '../../compile/plan/filter.ts';
import type { ScalarField } from '../../model/data-model.ts';
import type { FilterOperator } from '../../resource/resource.ts';

const BY_TYPE: Readonly<Record<string, readonly FilterOperator[]>> = {
  Boolean: ['equals'],
  DateTime: ['gte', 'lt'],
  Float: ['gte', 'lte'],
  Decimal: ['gte', 'lte'],
};

const OTHERS: readonly FilterOperator[] = ['equals', 'in'];

/** @param isOrdered whether an index of the field serves ranges. */
export function operatorsFor(field: ScalarField, isOrdered: boolean): readonly FilterOperator[] {
  const wanted = isOrdered ? (BY_TYPE[field.type] ?? OTHERS) : OTHERS;
  return wanted.filter((operator) => operatorsOn(field).includes(operator));
}
