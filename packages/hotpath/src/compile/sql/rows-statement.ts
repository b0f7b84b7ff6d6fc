/** From the plan of a read to the text of the statement that answers it with rows, and their layout. */
import type { DataModel } from '../../model/data-model.ts';
import type { RootPlan } from '../plan/plan.ts';
import type { LeadColumn, RowsLayout, ScalarLayout } from '../rows/layout.ts';
import { exactOutput, fieldOutput, scalarLayout } from './binary-output.ts';
import { Columns } from './columns.ts';
import { StatementNames } from './names.ts';
import { conjuncts } from './predicate.ts';
import { rootRows } from './read.ts';
import { readAtOf } from './read-at.ts';
import { outputsOf, rowSource } from './rows.ts';
import { column, type Scope, type Sql, scalarOf } from './scope.ts';
import { type StatementOptions, totalOf } from './statement.ts';
import { block, lines, list, name } from './text.ts';
import { versionValue } from './version.ts';

type RowsPlan = Exclude<RootPlan, { kind: 'count' }>;

export interface RowsStatement {
  readonly text: string;
  readonly layout: RowsLayout;
}

/** PostgreSQL has room for 1664 columns in a SELECT. */
const MOST_COLUMNS = 1600;

/** @returns undefined for a read of more columns than a row has room for. */
export function rowsStatement(
  dataModel: DataModel,
  plan: RowsPlan,
  options: StatementOptions,
): RowsStatement | undefined {
  const sql: Sql = { dataModel, names: new StatementNames(dataModel), conjuncts };
  const lead = leadOf(sql, plan, options);
  const columns = new Columns(lead.length);
  const { kind, read } = plan;
  const shown = isPage(plan) ? read.page.take : null;
  const select = (scope: Scope) => selectRoot(sql, scope, plan, columns);
  const beyond = shown === null ? 0 : 1;
  const { source, row } = rowSource(sql, read, rootRows(sql, read.model), select, { beyond });
  if (columns.count > MOST_COLUMNS) return undefined;
  const layout = { kind, columns: columns.count, shown, lead: lead.map(([each]) => each), ...row };
  return { text: textOf(lead, columns, source), layout };
}

const isPage = (plan: RowsPlan): boolean => plan.kind === 'many' && plan.beside.next.length > 0;

type Lead = readonly (readonly [name: LeadColumn, text: string])[];

function leadOf(sql: Sql, plan: RowsPlan, { snapshot, server }: StatementOptions): Lead {
  const total = plan.kind === 'many' ? plan.beside.total : null;
  const lead: [LeadColumn, string][] = [];
  const readAt = readAtOf(server);
  if (snapshot) lead.push(['snapshot', readAt.snapshot], ['incarnation', readAt.incarnation]);
  if (total) lead.push(['total', `${totalOf(sql, plan.read.model, total)}::text`]);
  return lead;
}

type RootLayout = Pick<RowsLayout, 'row' | 'next' | 'keys' | 'version'>;

function selectRoot(sql: Sql, scope: Scope, plan: RowsPlan, columns: Columns): RootLayout {
  const { dataModel } = sql;
  const place = { columns, isElement: false };
  const row = outputsOf(sql, scope, plan.read.outputs, place);
  const { next, keys, version } = plan.kind === 'one' ? { next: [], ...plan } : { version: null, ...plan.beside };
  return {
    row,
    next: next.map((field) => exactOutput(dataModel, scalarOf(scope, field), column(scope, field), columns)),
    keys: keys.map((field) => fieldOutput(dataModel, scalarOf(scope, field), column(scope, field), place)),
    version: version === null ? null : versionLayout(sql, scope, version, columns),
  };
}

function versionLayout({ dataModel }: Sql, scope: Scope, field: string, columns: Columns): ScalarLayout {
  const number = columns.add(versionValue(scalarOf(scope, field), column(scope, field)));
  return scalarLayout(dataModel, { type: 'BigInt', list: false }, number);
}

/** The leading row has nothing in the columns of the others, and these have nothing in its. */
function textOf(lead: Lead, { texts }: Columns, source: string): string {
  const rows = lines(list('SELECT', lead.length === 0 ? texts : [nulls(lead.length), ...texts]), source);
  if (lead.length === 0) return rows;
  const leading = lead.map(([alias, text]) => `${text} AS ${name(alias)}`);
  return lines(list('SELECT', [...leading, nulls(texts.length)]), 'UNION ALL', block(rows));
}

const nulls = (count: number): string => Array(count).fill('NULL').join(', ');
