/** The operators of a filter that `hotpath init` proposes: few, and such as an index serves. */

import { operatorsOn } from '../../compile/plan/filter.ts';
import type { ScalarField } from '../../model/data-model.ts';
import type { Operator } from '../../resource/resource.ts';

const BY_TYPE: Readonly<Record<string, readonly Operator[]>> = {
  Boolean: ['equals'],
  DateTime: ['gte', 'lt'],
  Float: ['gte', 'lte'],
  Decimal: ['gte', 'lte'],
};

const OTHERS: readonly Operator[] = ['equals', 'in'];

/** @param isOrdered whether an index of the field serves ranges. */
export function operatorsFor(field: ScalarField, isOrdered: boolean): readonly Operator[] {
  const wanted = isOrdered ? (BY_TYPE[field.type] ?? OTHERS) : OTHERS;
  return wanted.filter((operator) => operatorsOn(field).includes(operator));
}
