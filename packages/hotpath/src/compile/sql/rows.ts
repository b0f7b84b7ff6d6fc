/**
 * From the plan of a read to a SELECT that gives a row a row, in PostgreSQL's binary format, and the layout of these rows.
 *
 * The form was chosen by measurement (decision 0090):
 * - A to-one relation is joined to the rows that are left after the LIMIT. Its key is unique, so rows stay rows; the
 *   planner looks few up by index, and hashes a table for many.
 * - A to-many relation is one column, by a subquery for each row: a record with an array for each column of the related
 *   rows. PostgreSQL takes four microseconds to send a record, so there is one for the list, and not one for each row of it.
 * - Aggregates over the same related rows are joined by LATERAL after the LIMIT, too (`shared-aggregates.ts`).
 * - What comes beside the rows leads them, as a row of its own.
 */
import { keyOf, type OrderKey, type Output, type Predicate, type ReadPlan } from '../plan/plan.ts';
import type { ManyLayout, OneLayout, OutputLayout, RowLayout } from '../rows/layout.ts';
import { fieldOutput, type OutputPlace } from './binary-output.ts';
import { Columns } from './columns.ts';
import { computedValue, countOf } from './computed.ts';
import { cut, isCut, positionIn } from './cut.ts';
import { AS_ROW, ROW } from './names.ts';
import { orderKeys } from './order.ts';
import { conjuncts } from './predicate.ts';
import {
  column,
  from,
  joined,
  joinedWhere,
  type Related,
  related,
  relationOf,
  type Scope,
  type Sql,
  scalarOf,
} from './scope.ts';
import { countAggregate, haveSharedAggregates, SharedAggregates } from './shared-aggregates.ts';
import { block, lines, list, name, where } from './text.ts';

/** Adds what is selected of a row to the columns. */
export function outputsOf(sql: Sql, scope: Scope, outputs: readonly Output[], place: OutputPlace): RowLayout {
  const source = { scope, aggregates: new SharedAggregates(sql, scope, outputs) };
  return {
    outputs: outputs.map((each) => ({ key: keyOf(each), value: outputOf(sql, source, each, place) })),
  };
}

/** The row whose outputs are selected. */
interface OutputSource {
  readonly scope: Scope;
  readonly aggregates: SharedAggregates;
}

function outputOf(sql: Sql, { scope, aggregates }: OutputSource, wanted: Output, place: OutputPlace): OutputLayout {
  if (typeof wanted === 'string')
    return fieldOutput(sql.dataModel, scalarOf(scope, wanted), column(scope, wanted), place);
  switch (wanted.kind) {
    case 'relation':
      return relationOf(scope, wanted.field).list
        ? manyOf(sql, wanted.read, related(sql, scope, wanted.field), place)
        : oneOf(sql, scope, wanted, place);
    case 'counts':
      return countsOf(sql, { scope, aggregates }, wanted, place);
    case 'computed': {
      const known = wanted.value.kind === 'aggregate' ? aggregates.valueOf(wanted.value) : undefined;
      const { text, type, isJson } = computedValue(sql, scope, wanted.value, known);
      if (isJson) return { kind: 'json', column: place.columns.add(text) };
      return fieldOutput(sql.dataModel, type, text, place);
    }
  }
}

type RelationOutput = Extract<Output, { kind: 'relation' }>;
type CountsOutput = Extract<Output, { kind: 'counts' }>;

const isEverything = (condition: Predicate): boolean => condition.is === 'and' && condition.of.length === 0;

function oneOf(sql: Sql, scope: Scope, { field, read }: RelationOutput, place: OutputPlace): OneLayout {
  const inner = isEverything(read.where)
    ? joined(sql, scope, field)
    : joinedWhere(sql, scope, field, (each) => conjuncts(sql, each, read.where));
  const present = place.columns.add(column(inner, relationOf(scope, field).to[0]!));
  return { kind: 'one', present, row: outputsOf(sql, inner, read.outputs, place) };
}

function countsOf(
  sql: Sql,
  { scope, aggregates }: OutputSource,
  { counts }: CountsOutput,
  { columns }: OutputPlace,
): OneLayout {
  const outputs = counts.map(({ field, where: condition }) => {
    const shared = aggregates.valueOf(countAggregate(field, condition));
    const number = columns.add(shared?.text ?? countOf(sql, scope, field, condition));
    return {
      key: field,
      value: { kind: 'scalar', column: number, type: 'Int', list: false, isFolded: false },
    } as const;
  });
  return { kind: 'one', present: null, row: { outputs } };
}

/** One record with an array for each column of the related rows, in their order. */
function manyOf(sql: Sql, plan: ReadPlan, rows: Related, { columns }: OutputPlace): ManyLayout {
  const fields = new Columns();
  const place = { columns: fields, isElement: true };
  const { source, row } = rowSource(sql, plan, rows, (scope) => outputsOf(sql, scope, plan.outputs, place));
  const aliases = fields.texts.map((text, index) => name(aliasOf(text, index)));
  const selected = fields.texts.map((text, index) => `${text} AS ${aliases[index]}`);
  const arrays = aliases.map((alias) => `array_agg(${name(ROW)}.${alias})`);
  const inner = block(lines(list('SELECT', selected), source));
  const number = columns.add(block(lines(`SELECT ROW(\n  ${arrays.join(',\n  ')}\n)`, `FROM ${inner} ${AS_ROW}`)));
  return { kind: 'many', column: number, columns: fields.texts.length, row };
}

const COLUMN = /^"(\w+)"\."(\w+)"$/;
const LONGEST_ALIAS = 50;

/** `merchant.name`; a number if the output is not a column with such a name. */
function aliasOf(text: string, index: number): string {
  const [, table, called] = COLUMN.exec(text) ?? [];
  const alias = `${table}.${called}`;
  return table === undefined || alias.length > LONGEST_ALIAS ? String(index + 1) : alias;
}

export interface SelectedRows<Row> {
  /** From `FROM` on. */
  readonly source: string;
  readonly row: Row;
}

export interface SourceOptions {
  /** The number of rows beyond the page. */
  readonly beyond?: number;
}

/**
 * Where the rows of a read come from, in their order.
 * @param select what is read of a row: it adds to columns, and joins to the scope that it is given.
 */
export function rowSource<Row>(
  sql: Sql,
  plan: ReadPlan,
  rows: Related,
  select: (scope: Scope) => Row,
  { beyond = 0 }: SourceOptions = {},
): SelectedRows<Row> {
  return isCutFirst(plan, rows)
    ? fromCut(sql, plan, rows, { select, beyond })
    : directly(sql, plan, rows, { select, beyond });
}

interface Selecting<Row> {
  readonly select: (scope: Scope) => Row;
  readonly beyond: number;
}

/** Joins wait until the LIMIT has left few rows. */
function isCutFirst(plan: ReadPlan, { scope }: Related): boolean {
  if (isCut(plan)) return true;
  const isJoined = (output: Output): boolean =>
    typeof output !== 'string' && output.kind === 'relation' && !relationOf(scope, output.field).list;
  const hasJoins = plan.outputs.some(isJoined) || haveSharedAggregates(plan.outputs);
  return plan.page.take !== null && plan.order.length > 0 && hasJoins;
}

function directly<Row>(sql: Sql, plan: ReadPlan, rows: Related, { select, beyond }: Selecting<Row>): SelectedRows<Row> {
  const { scope, source, conditions } = rows;
  const row = select(scope);
  const terms = [...conditions, ...conjuncts(sql, scope, plan.where)];
  const order = orderKeys(sql, scope, plan.order, false);
  const text = lines(
    from(scope, source),
    where(terms),
    order.length > 0 && `ORDER BY ${order.join(', ')}`,
    plan.page.take !== null && `LIMIT ${plan.page.take + beyond}`,
  );
  return { source: text, row };
}

function fromCut<Row>(sql: Sql, plan: ReadPlan, rows: Related, { select, beyond }: Selecting<Row>): SelectedRows<Row> {
  const shown: Scope = { ...rows.scope, joins: new Map(), read: new Set() };
  const row = select(shown);
  const isOrdered = plan.page.reverse || shown.joins.size > 0;
  const isOwn = !plan.page.reverse && plan.order.every(isOwnField);
  const order = isOrdered ? (isOwn ? orderKeys(sql, shown, plan.order, false) : [positionOf(shown, plan)]) : [];
  const options = { read: shown.read, beyond, isNumbered: isOrdered && !isOwn };
  const source = `${block(cut(sql, plan, rows, options))} AS ${name(shown.alias)}`;
  return { source: lines(from(shown, source), order.length > 0 && `ORDER BY ${order.join(', ')}`), row };
}

const isOwnField = ({ through, by }: OrderKey): boolean => through.length === 0 && by.kind === 'scalar';

const positionOf = ({ alias, model }: Scope, { page }: ReadPlan): string =>
  `${name(alias)}.${positionIn(model)}${page.reverse ? ' DESC' : ''}`;
