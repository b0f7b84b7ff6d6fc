/**
 * The rows behind a place in an order, which is given by the values of the order's fields.
 *
 * Where every field goes one way and none is null, that is one comparison of rows, `("a", "b") > ($1, $2)`, from which
 * an index starts. Else the order is taken apart, field by field: behind in the first, or equal there and behind in the
 * rest. The first term repeats what follows from the second, in the form that an index starts from.
 */
import type { KeysetKey } from '../plan/plan.ts';
import { comparand } from './native.ts';
import { column, type Scope, scalarOf } from './scope.ts';

export function keyset(scope: Scope, keys: readonly KeysetKey[]): string {
  const [{ descending }] = keys as [KeysetKey];
  const isOneComparison = keys.every((key) => key.nulls === null && key.descending === descending);
  if (!isOneComparison) return behind(scope, keys);
  const columns = keys.map(({ field }) => column(scope, field)).join(', ');
  const values = keys.map((key) => operand(scope, key)).join(', ');
  const operator = descending ? '<' : '>';
  return keys.length === 1 ? `${columns} ${operator} ${values}` : `(${columns}) ${operator} (${values})`;
}

function behind(scope: Scope, [key, ...rest]: readonly KeysetKey[]): string {
  const strictly = strictlyBehind(scope, key!);
  if (rest.length === 0) return strictly;
  const inRest = `${equal(scope, key!)} AND ${keyset(scope, rest)}`;
  const either = strictly === 'FALSE' ? inRest : `(${strictly} OR (${inRest}))`;
  return key!.nulls === 'last' || key!.value === null ? either : `${notBefore(scope, key!)} AND ${either}`;
}

function strictlyBehind(scope: Scope, key: KeysetKey): string {
  const value = column(scope, key.field);
  if (key.value === null) return key.nulls === 'first' ? `${value} IS NOT NULL` : 'FALSE';
  const text = `${value} ${key.descending ? '<' : '>'} ${operand(scope, key)}`;
  return key.nulls === 'last' ? `(${text} OR ${value} IS NULL)` : text;
}

function equal(scope: Scope, key: KeysetKey): string {
  const value = column(scope, key.field);
  return key.value === null ? `${value} IS NULL` : `${value} = ${operand(scope, key)}`;
}

function notBefore(scope: Scope, key: KeysetKey): string {
  return `${column(scope, key.field)} ${key.descending ? '<=' : '>='} ${operand(scope, key)}`;
}

const operand = (scope: Scope, { field, value }: KeysetKey): string => comparand(scalarOf(scope, field), value!);
