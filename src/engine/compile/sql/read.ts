/**
 * From the plan of a read to the SELECT that gives its rows, one column an output.
 *
 * The form was chosen by measurement (`docs/decisions.md`):
 * - A relation is a subquery in the SELECT list, not a LATERAL join. The planner then looks related rows up by index,
 *   row by row, for the rows that come back; joined, it computes them before the LIMIT, or hashes a whole table.
 * - Rows stay records, and lists arrays of records, until one `to_json` at the root writes the text once.
 */
import { keyOf, type Output, type ReadPlan } from '../plan/plan.ts';
import { computedOutput, countOf } from './computed.ts';
import { cut, isCut, POSITION } from './cut.ts';
import { orderKeys } from './order.ts';
import { output } from './output.ts';
import { conjuncts, where } from './predicate.ts';
import {
  aliased,
  column,
  from,
  openScope,
  type Related,
  related,
  relationOf,
  type Scope,
  type Sql,
  scalarOf,
} from './scope.ts';
import { block, lines, list, name } from './text.ts';

/** One row as a record, or null. */
export function oneRow(sql: Sql, plan: ReadPlan, rows: Related): string {
  return block(records(plan, select(sql, plan, rows)));
}

/** All rows as an array of records. */
export function allRows(sql: Sql, plan: ReadPlan, rows: Related): string {
  return `ARRAY${block(records(plan, select(sql, plan, rows)))}`;
}

function records(plan: ReadPlan, rows: string): string {
  const names = plan.outputs.map(keyOf);
  let row = 'row';
  while (names.includes(row)) row += '_';
  return `SELECT ${name(row)}\nFROM ${block(rows)} AS ${name(row)}`;
}

function select(sql: Sql, plan: ReadPlan, rows: Related): string {
  if (!isCut(plan)) return selectDirectly(sql, plan, rows);
  return selectFrom(sql, plan, { scope: rows.scope, source: block(cut(sql, plan, rows)) });
}

function selectDirectly(sql: Sql, plan: ReadPlan, { scope, source, conditions }: Related): string {
  const columns = outputs(sql, scope, plan.outputs);
  const terms = [...conditions, ...conjuncts(sql, scope, plan.where)];
  const order = orderKeys(sql, scope, plan.order, false);
  return lines(
    list('SELECT', columns),
    from(scope, source),
    where(terms),
    order.length > 0 && `ORDER BY ${order.join(', ')}`,
    plan.page.take !== null && `LIMIT ${plan.page.take}`,
  );
}

/** What was cut from a list, under the alias of the list's own table. */
export interface Cut {
  readonly scope: Scope;
  readonly source: string;
}

/** The row of a cut of one, as a record, or null. */
export function cutRow(sql: Sql, plan: ReadPlan, cut: Cut): string {
  return block(records(plan, selectFrom(sql, plan, cut)));
}

/** The rows of a cut that are within the page, as an array of records. */
export function cutRows(sql: Sql, plan: ReadPlan, cut: Cut): string {
  const page = lines(selectFrom(sql, plan, cut), `LIMIT ${plan.page.take}`);
  return `ARRAY${block(records(plan, page))}`;
}

function selectFrom(sql: Sql, plan: ReadPlan, { scope, source }: Cut): string {
  const alias = name(scope.alias);
  const rows: Scope = { ...scope, joins: new Map() };
  const columns = outputs(sql, rows, plan.outputs);
  const order = plan.page.reverse && `ORDER BY ${alias}.${POSITION} DESC`;
  return lines(list('SELECT', columns), from(rows, `${source} AS ${alias}`), order);
}

function outputs(sql: Sql, scope: Scope, wanted: readonly Output[]): string[] {
  return wanted.map((each) => {
    const text = outputText(sql, scope, each);
    const isNamedSo = typeof each === 'string' && text === `${name(scope.alias)}.${name(each)}`;
    return isNamedSo ? text : `${text} AS ${name(keyOf(each))}`;
  });
}

function outputText(sql: Sql, scope: Scope, wanted: Output): string {
  if (typeof wanted === 'string') return output(sql.dataModel, scalarOf(scope, wanted), column(scope, wanted));
  switch (wanted.kind) {
    case 'relation': {
      const rows = related(sql, scope, wanted.field);
      return relationOf(scope, wanted.field).list ? allRows(sql, wanted.read, rows) : oneRow(sql, wanted.read, rows);
    }
    case 'counts':
      return counts(sql, scope, wanted);
    case 'computed':
      return computedOutput(sql, scope, wanted.value);
  }
}

function counts(sql: Sql, scope: Scope, wanted: Extract<Output, { kind: 'counts' }>): string {
  const columns = wanted.counts.map(
    ({ field, where: condition }) => `${countOf(sql, scope, field, condition)} AS ${name(field)}`,
  );
  return block(`SELECT "row"\nFROM ${block(list('SELECT', columns))} AS "row"`);
}

export function rootRows(sql: Sql, model: string): Related {
  const scope = openScope(sql, model, model.charAt(0).toLowerCase() + model.slice(1));
  return { scope, source: aliased(scope), conditions: [] };
}
