/**
 * From the plan of a read to the SELECT that gives its rows, one column an output.
 *
 * The form was chosen by measurement (`docs/decisions.md`):
 * - A relation is a subquery in the SELECT list, not a LATERAL join. The planner then looks related rows up by index,
 *   row by row, for the rows that come back; joined, it computes them before the LIMIT, or hashes a whole table.
 * - Rows stay records, and lists arrays of records, until one `to_json` at the root writes the text once.
 * - A list that is cut by an offset, taken from its end or made distinct is cut first, in a subquery of its own, so
 *   that relations are read for the rows that are left alone.
 */
import type { Output, ReadPlan } from '../plan/plan.ts';
import { computedOutput, countOf } from './computed.ts';
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
import { block, lines, list, name, parameter } from './text.ts';

/** One row as a record, or null. */
export function oneRow(sql: Sql, plan: ReadPlan, rows: Related): string {
  return block(records(sql, plan, rows));
}

/** All rows as an array of records. */
export function allRows(sql: Sql, plan: ReadPlan, rows: Related): string {
  return `ARRAY${block(records(sql, plan, rows))}`;
}

function records(sql: Sql, plan: ReadPlan, rows: Related): string {
  const names = plan.outputs.map(nameOf);
  let row = 'row';
  while (names.includes(row)) row += '_';
  return `SELECT ${name(row)}\nFROM ${block(select(sql, plan, rows))} AS ${name(row)}`;
}

function select(sql: Sql, plan: ReadPlan, rows: Related): string {
  const isCut = plan.page.skip !== null || plan.page.reverse || plan.page.distinct.length > 0;
  return isCut ? selectFromCut(sql, plan, rows) : selectDirectly(sql, plan, rows);
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

/** The rows are numbered in the order of reading, which for a list taken from its end is not the order of the list. */
function selectFromCut(sql: Sql, plan: ReadPlan, rows: Related): string {
  const { reverse } = plan.page;
  const { scope } = rows;
  const cut = plan.page.distinct.length > 0 ? selectDistinct(sql, plan, rows) : selectNumbered(sql, plan, rows);
  const outer: Scope = { ...scope, joins: new Map() };
  const columns = outputs(sql, outer, plan.outputs);
  return lines(
    list('SELECT', columns),
    from(outer, `${block(lines(cut, ...bounds(plan)))} AS ${name(scope.alias)}`),
    `ORDER BY ${name(scope.alias)}.${POSITION} ${reverse ? 'DESC' : 'ASC'}`,
  );
}

const POSITION = name('row number');
const TURN = name('row number among equals');

function bounds({ page: { take, skip } }: ReadPlan): (string | false)[] {
  return [`ORDER BY ${POSITION}`, take !== null && `LIMIT ${take}`, skip !== null && `OFFSET ${parameter(skip)}`];
}

function selectNumbered(
  sql: Sql,
  plan: ReadPlan,
  { scope, source, conditions }: Related,
  further: string[] = [],
): string {
  const terms = [...conditions, ...conjuncts(sql, scope, plan.where)];
  const order = orderKeys(sql, scope, plan.order, plan.page.reverse).join(', ');
  const columns = [`${name(scope.alias)}.*`, `row_number() OVER (ORDER BY ${order}) AS ${POSITION}`];
  return lines(
    list('SELECT', [...columns, ...further.map((text) => text.replace('$order', order))]),
    from(scope, source),
    where(terms),
  );
}

/** Of equal rows the first one in the order, as Prisma keeps it. */
function selectDistinct(sql: Sql, plan: ReadPlan, rows: Related): string {
  const equals = plan.page.distinct.map((field) => column(rows.scope, field)).join(', ');
  const turn = `row_number() OVER (PARTITION BY ${equals} ORDER BY $order) AS ${TURN}`;
  const numbered = selectNumbered(sql, plan, rows, [turn]);
  return lines('SELECT *', `FROM ${block(numbered)} AS ${name(rows.scope.alias)}`, `WHERE ${TURN} = 1`);
}

function outputs(sql: Sql, scope: Scope, wanted: readonly Output[]): string[] {
  return wanted.map((each) => {
    const text = outputText(sql, scope, each);
    const isNamed =
      each.kind === 'scalar' && text === column(scope, each.field) && scalarOf(scope, each.field).column === each.field;
    return isNamed ? text : `${text} AS ${name(nameOf(each))}`;
  });
}

function nameOf(wanted: Output): string {
  switch (wanted.kind) {
    case 'counts':
      return '_count';
    case 'computed':
      return wanted.name;
    default:
      return wanted.field;
  }
}

function outputText(sql: Sql, scope: Scope, wanted: Output): string {
  switch (wanted.kind) {
    case 'scalar':
      return output(sql.dataModel, scalarOf(scope, wanted.field), column(scope, wanted.field));
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

/** The fields' values of the last row of a list, as a JSON array, if there is a row behind it. */
export function lastKeys(sql: Sql, plan: ReadPlan, fields: readonly string[]): string {
  const { scope, source, conditions } = rootRows(sql, plan.model);
  const values = fields.map((field) => output(sql.dataModel, scalarOf(scope, field), column(scope, field)));
  const terms = [...conditions, ...conjuncts(sql, scope, plan.where)];
  const before = `${plan.page.take! - 1}${plan.page.skip === null ? '' : ` + ${parameter(plan.page.skip)}`}`;
  const lastTwo = lines(
    `SELECT json_build_array(${values.join(', ')})::text AS "keys"`,
    from(scope, source),
    where(terms),
    `ORDER BY ${orderKeys(sql, scope, plan.order, false).join(', ')}`,
    `LIMIT 2 OFFSET ${before}`,
  );
  return block(lines('SELECT (array_agg("keys"))[1]', `FROM ${block(lastTwo)} AS "last"`, 'HAVING count(*) = 2'));
}

export function rootRows(sql: Sql, model: string): Related {
  const scope = openScope(sql, model, model.charAt(0).toLowerCase() + model.slice(1));
  return { scope, source: aliased(scope), conditions: [] };
}
