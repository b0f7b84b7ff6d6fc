/**
 * The cut: a part of a list as a subquery of whole rows, before anything is read for them.
 *
 * A list that skips rows, is taken from its end, is made distinct, or tells what comes next is cut first, so that its
 * relations are read for the rows that are left and no others. What reads from a cut alone gets its rows in the order
 * of the cut: a scan of a subquery has no reason to change it, and there is no join that could. Only a list taken from
 * its end, which is read backwards, has its rows numbered, to be turned round again; and one made distinct, to tell
 * the first of equal rows.
 */
import type { ReadPlan } from '../plan/plan.ts';
import { orderKeys } from './order.ts';
import { conjuncts, where } from './predicate.ts';
import { column, from, type Related, type Sql } from './scope.ts';
import { block, lines, list, name, parameter } from './text.ts';

export const POSITION = name('row number');
const TURN = name('row number among equals');

export function isCut({ page: { skip, reverse, distinct } }: ReadPlan): boolean {
  return skip !== null || reverse || distinct.length > 0;
}

/** @param beyond how many rows more than were asked for. */
export function cut(sql: Sql, plan: ReadPlan, rows: Related, beyond = 0): string {
  const { take, skip, reverse, distinct } = plan.page;
  const terms = [...rows.conditions, ...conjuncts(sql, rows.scope, plan.where)];
  const order = orderKeys(sql, rows.scope, plan.order, reverse).join(', ');
  const columns = [`${name(rows.scope.alias)}.*`];
  if (reverse || distinct.length > 0) columns.push(`row_number() OVER (ORDER BY ${order}) AS ${POSITION}`);
  const equals = distinct.map((field) => column(rows.scope, field)).join(', ');
  if (equals) columns.push(`row_number() OVER (PARTITION BY ${equals} ORDER BY ${order}) AS ${TURN}`);
  const all = lines(list('SELECT', columns), from(rows.scope, rows.source), where(terms));
  return lines(
    equals ? firstOfEquals(all, rows) : all,
    (equals || order) && `ORDER BY ${equals ? POSITION : order}`,
    take !== null && `LIMIT ${take + beyond}`,
    skip !== null && `OFFSET ${parameter(skip)}`,
  );
}

/** Of equal rows the first in the order stays, as in Prisma. */
function firstOfEquals(all: string, { scope }: Related): string {
  return lines('SELECT *', `FROM ${block(all)} AS ${name(scope.alias)}`, `WHERE ${TURN} = 1`);
}
