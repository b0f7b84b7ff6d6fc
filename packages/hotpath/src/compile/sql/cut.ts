/**
 * The cut: a part of a list as a subquery, before anything is read for its rows.
 *
 * A list that skips rows, is taken from its end, is made distinct, or shows what comes next is cut first, so that its
 * relations are read for the rows that are left and no others. The cut has the columns that are read from it, under the
 * alias of the list's own table. A reader of the cut alone gets its rows in the order of the cut: a scan of a subquery
 * has no reason to change the order, and there is no join that could. Two lists number their rows: one taken from its
 * end, which is read backwards, to be turned round again; and one made distinct, to find the first of equal rows.
 */
import type { Model } from '../../model/data-model.ts';
import type { ReadPlan } from '../plan/plan.ts';
import { distinctValue } from './distinct.ts';
import { helperColumn } from './names.ts';
import { orderKeys } from './order.ts';
import { conjuncts } from './predicate.ts';
import { column, from, type Related, type Scope, type Sql, scalarOf } from './scope.ts';
import { block, lines, list, name, parameter, where } from './text.ts';

/** The column that holds a row's place in the order, counted from the end that the list was taken from. */
export const positionIn = (model: Model): string => helperColumn('row number', model);

const turnIn = (model: Model): string => helperColumn('row number among equals', model);

export function isCut({ page: { skip, reverse, distinct } }: ReadPlan): boolean {
  return skip !== null || reverse || distinct !== null;
}

export interface CutOptions {
  /** The fields whose columns are read from the cut. */
  readonly read: ReadonlySet<string>;
  /** The number of rows beyond the page. */
  readonly beyond?: number;
  /** Whether the rows are to be put in order again. */
  readonly isNumbered?: boolean;
}

export function cut(
  sql: Sql,
  plan: ReadPlan,
  rows: Related,
  { read, beyond = 0, isNumbered = false }: CutOptions,
): string {
  const { take, skip, reverse, distinct } = plan.page;
  const { scope } = rows;
  const columns = Object.keys(scope.model.fields).flatMap((field) => (read.has(field) ? [column(scope, field)] : []));
  const terms = [...rows.conditions, ...conjuncts(sql, scope, plan.where)];
  const order = orderKeys(sql, scope, plan.order, reverse).join(', ');
  const position = positionIn(scope.model);
  if (reverse || distinct || isNumbered) columns.push(`row_number() OVER (ORDER BY ${order}) AS ${position}`);
  if (distinct) {
    const equals = partition(sql, scope, distinct);
    columns.push(`row_number() OVER (${equals}ORDER BY ${order}) AS ${turnIn(scope.model)}`);
  }
  const all = lines(list('SELECT', columns), from(scope, rows.source), where(terms));
  return lines(
    distinct ? firstOfEquals(all, scope) : all,
    (distinct || order) && `ORDER BY ${distinct ? `${name(scope.alias)}.${position}` : order}`,
    take !== null && `LIMIT ${take + beyond}`,
    skip !== null && `OFFSET ${parameter(skip)}`,
  );
}

/** Rows that are equal in no field at all are all equal. */
function partition(sql: Sql, scope: Scope, fields: readonly string[]): string {
  const values = fields.map((field) => distinctValue(sql.dataModel, scalarOf(scope, field), column(scope, field)));
  return values.length > 0 ? `PARTITION BY ${values.join(', ')} ` : '';
}

/** Of equal rows the first in the order stays, as in Prisma. */
function firstOfEquals(all: string, { model, alias }: Scope): string {
  return lines('SELECT *', `FROM ${block(all)} AS ${name(alias)}`, `WHERE ${name(alias)}.${turnIn(model)} = 1`);
}
