/** `after`: the rows behind a row in the order of a list, by the values of the order's fields in that row. */
import type { Model, ScalarField } from '../../model/data-model.ts';
import { at, type Path, refuse } from '../error.ts';
import { bind, type Planner } from './arguments.ts';
import type { KeysetKey, OrderKey, Predicate } from './plan.ts';

/** Of each field of an order the text that PostgreSQL wrote (`next`), or null. */
export type KeysetValues = readonly (string | null)[];

interface Given {
  readonly order: readonly OrderKey[];
  readonly values: KeysetValues;
  readonly path: Path | undefined;
}

export function planKeyset(planner: Planner, model: Model, { order, values, path }: Given): Predicate {
  if (order.length === 0 || order.length !== values.length) {
    refuse(path, {
      code: 'INVALID_VALUE',
      message: `Expected a value for each of ${order.length} fields of the order`,
    });
  }
  const keys = order.map(({ through, by, descending, nulls }, index): KeysetKey => {
    if (by.kind !== 'scalar' || through.length > 0) {
      return refuse(at(path, index), { code: 'NOT_SUPPORTED', message: 'A page in an order by other than own fields' });
    }
    const field = model.fields[by.field] as ScalarField;
    const value = values[index]!;
    if (value === null && field.required) {
      refuse(at(path, index), { code: 'INVALID_VALUE', message: `\`${field.name}\` is required, never null` });
    }
    return {
      field: field.name,
      descending,
      nulls: field.required ? null : (nulls ?? (descending ? 'first' : 'last')),
      value: value === null ? null : bind(planner, value),
    };
  });
  return { is: 'after', keys };
}
