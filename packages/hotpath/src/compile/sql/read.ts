/**
 * From the plan of a read to the SELECT that gives its rows, one column an output.
 *
 * The form was chosen by measurement (decision 0021):
 * - A relation is a subquery in the SELECT list, not a LATERAL join. The planner then looks related rows up by index,
 *   row by row, for the rows that come back; joined, it computes them before the LIMIT, or hashes a whole table.
 * - Rows stay records, and lists arrays of records, until one `to_json` at the root writes the text once.
 */
import { keyOf, type Output, type ReadPlan } from '../plan/plan.ts';
import { computedOutput, countOf } from './computed.ts';
import { cut, isCut, positionIn } from './cut.ts';
import { AS_ROW, WHOLE_ROW } from './names.ts';
import { orderKeys } from './order.ts';
import { output } from './output.ts';
import { conjuncts } from './predicate.ts';
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
import { block, lines, list, name, where } from './text.ts';

/** One row as a record, or null. */
export function oneRow(sql: Sql, plan: ReadPlan, rows: Related): string {
  return block(records(select(sql, plan, rows)));
}

/** All rows as an array of records. */
export function allRows(sql: Sql, plan: ReadPlan, rows: Related): string {
  return `ARRAY${block(records(select(sql, plan, rows)))}`;
}

function records(rows: string): string {
  return `SELECT ${WHOLE_ROW}\nFROM ${block(rows)} ${AS_ROW}`;
}

function select(sql: Sql, plan: ReadPlan, rows: Related): string {
  if (!isCut(plan)) return selectDirectly(sql, plan, rows);
  const { columns, read } = readFromCut(sql, plan, rows.scope);
  return selectFrom(plan, { columns, scope: rows.scope, source: block(cut(sql, plan, rows, { read })) });
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

/** The columns of a read whose rows come from a cut, and the fields that these read from it. */
export interface CutColumns {
  readonly columns: readonly string[];
  readonly read: ReadonlySet<string>;
}

export function readFromCut(sql: Sql, plan: ReadPlan, scope: Scope): CutColumns {
  const rows: Scope = { ...scope, joins: new Map(), read: new Set() };
  return { columns: outputs(sql, rows, plan.outputs), read: rows.read };
}

/** The rows cut from a list, under the alias of the list's own table, and the columns that are read from it. */
export interface Cut {
  readonly columns: readonly string[];
  readonly scope: Scope;
  readonly source: string;
}

/** The row of a cut of one, as a record, or null. */
export function cutRow(plan: ReadPlan, cut: Cut): string {
  return block(records(selectFrom(plan, cut)));
}

/** The rows of a cut that are within the page, as an array of records. */
export function cutRows(plan: ReadPlan, cut: Cut): string {
  return `ARRAY${block(records(lines(selectFrom(plan, cut), `LIMIT ${plan.page.take}`)))}`;
}

function selectFrom(plan: ReadPlan, { columns, scope, source }: Cut): string {
  const alias = name(scope.alias);
  const order = plan.page.reverse && `ORDER BY ${alias}.${positionIn(scope.model)} DESC`;
  return lines(list('SELECT', columns), `FROM ${source} AS ${alias}`, order);
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
  return block(records(list('SELECT', columns)));
}

export function rootRows(sql: Sql, model: string): Related {
  const scope = openScope(sql, model, model.charAt(0).toLowerCase() + model.slice(1));
  return { scope, source: aliased(scope), conditions: [] };
}
