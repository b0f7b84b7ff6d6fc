/** From root plans to the text of the one statement that answers them. */
import type { DataModel } from '../../model/data-model.ts';
import type { Beside, Predicate, RootPlan } from '../plan/plan.ts';
import { cut } from './cut.ts';
import { AS_ROW, StatementNames, WHOLE_ROW } from './names.ts';
import { asExactText } from './native.ts';
import { output } from './output.ts';
import { conjuncts } from './predicate.ts';
import { allRows, cutRow, cutRows, oneRow, readFromCut, rootRows } from './read.ts';
import { readAtOf, type ServerRole } from './read-at.ts';
import { column, from, type Scope, type Sql, scalarOf, tableText } from './scope.ts';
import { block, lines, list, literal, name, where } from './text.ts';
import { versionValue } from './version.ts';

type OnePlan = Extract<RootPlan, { kind: 'one' }>;
type ManyPlan = Extract<RootPlan, { kind: 'many' }>;

/** One read, or several under a key each. */
export type Roots = RootPlan | Readonly<Record<string, RootPlan>>;

export interface StatementOptions {
  /**
   * Whether the statement gives the rows, which `executeOn` makes JSON of, or the JSON in one row, for any client. Several
   * reads together, and a count, have the second form alone.
   */
  readonly form: 'rows' | 'json';
  /** Whether columns carry the snapshot and the incarnation that the statement read at. */
  readonly snapshot: boolean;
  /** The server that the statement is for; the primary without it. */
  readonly server?: ServerRole;
}

/** One read gives its JSON; several give one object with the JSON of each. */
export function statement(
  dataModel: DataModel,
  roots: Roots,
  { snapshot, server }: Pick<StatementOptions, 'snapshot' | 'server'>,
): string {
  const sql: Sql = { dataModel, names: new StatementNames(dataModel), conjuncts };
  const [parts, columns] = isSingleRoot(roots) ? ofOne(sql, roots) : [[], [json(together(sql, roots))]];
  const readAt = readAtOf(server);
  if (snapshot) columns.push(`${readAt.snapshot} AS "snapshot"`, `${readAt.incarnation} AS "incarnation"`);
  return lines(...parts, list('SELECT', columns));
}

/** The text before `SELECT`, and the columns of one read. */
function ofOne(sql: Sql, plan: RootPlan): [parts: string[], columns: string[]] {
  if (plan.kind === 'one') return ofOneRow(sql, plan);
  if (plan.kind === 'count') return [[], [json(root(sql, plan))]];
  const { next, keys, total } = plan.beside;
  const isPage = next.length > 0 || keys.length > 0;
  const [parts, columns] = isPage ? pageWithMore(sql, plan) : [[], [json(root(sql, plan))]];
  if (total) columns.push(`${totalOf(sql, plan.read.model, total)}::text AS "total"`);
  return [parts, columns];
}

/** A row with its version or its keys is found once, and read for each of them. */
function ofOneRow(sql: Sql, plan: OnePlan): [parts: string[], columns: string[]] {
  const { read, version, keys } = plan;
  if (version === null && keys.length === 0) return [[], [json(root(sql, plan))]];
  const { scope, ...rows } = rootRows(sql, read.model);
  const source = sql.names.expression('the row');
  const shown = readFromCut(sql, read, scope);
  const columns = [json(cutRow(read, { columns: shown.columns, scope, source }))];
  if (version !== null) columns.push(`${versionOf(version, { scope, source })} AS "version"`);
  if (keys.length > 0) columns.push(keysOf(sql, keys, { scope, source }));
  const wanted = new Set([...shown.read, ...keys, ...(version === null ? [] : [version])]);
  const row = `WITH ${source} AS ${block(cut(sql, read, { scope, ...rows }, { read: wanted }))}`;
  return [[row], columns];
}

function pageWithMore(sql: Sql, plan: ManyPlan): [parts: string[], columns: string[]] {
  const { read } = plan;
  const { next, keys } = plan.beside;
  const { scope, ...rows } = rootRows(sql, read.model);
  const source = sql.names.expression('the page');
  const shown = readFromCut(sql, read, scope);
  const columns = [json(cutRows(read, { columns: shown.columns, scope, source }))];
  if (next.length > 0) columns.push(`${nextOf(plan, { scope, source })} AS "next"`);
  const within = next.length > 0 ? `(SELECT * FROM ${source} LIMIT ${read.page.take})` : source;
  if (keys.length > 0) columns.push(keysOf(sql, keys, { scope, source: within }));
  const wanted = new Set([...shown.read, ...next, ...keys]);
  const beyond = next.length > 0 ? 1 : 0;
  const page = `WITH ${source} AS ${block(cut(sql, read, { scope, ...rows }, { read: wanted, beyond }))}`;
  return [[page], columns];
}

/** A common table expression, read under the alias of the table that it was cut from. */
interface Part {
  readonly scope: Scope;
  readonly source: string;
}

function versionOf(field: string, { scope, source }: Part): string {
  const value = versionValue(scalarOf(scope, field), column(scope, field));
  return `${block(lines(`SELECT ${value}`, `FROM ${source} AS ${name(scope.alias)}`))}::text`;
}

/** The values of some fields in each row that was cut. */
function keysOf(sql: Sql, fields: readonly string[], { scope, source }: Part): string {
  const values = fields.map((field) => output(sql.dataModel, scalarOf(scope, field), column(scope, field)));
  const rows = lines(
    `SELECT json_agg(json_build_array(${values.join(', ')}))`,
    `FROM ${source} AS ${name(scope.alias)}`,
  );
  return `${block(rows)}::text AS "keys"`;
}

function json(value: string): string {
  return `to_json(${value})::text AS "json"`;
}

export function isSingleRoot(roots: Roots): roots is RootPlan {
  return typeof roots.kind === 'string';
}

function together(sql: Sql, roots: Readonly<Record<string, RootPlan>>): string {
  const columns = Object.entries(roots).map(([key, plan]) => `${root(sql, plan)} AS ${name(key)}`);
  return block(`SELECT ${WHOLE_ROW}\nFROM ${block(list('SELECT', columns))} ${AS_ROW}`);
}

function root(sql: Sql, plan: RootPlan): string {
  if (plan.kind === 'one') return oneRow(sql, plan.read, rootRows(sql, plan.read.model));
  if (plan.kind === 'many') return allRows(sql, plan.read, rootRows(sql, plan.read.model));
  return count(sql, plan.model, plan.where);
}

function count(sql: Sql, model: string, condition: Predicate): string {
  const { scope, source } = rootRows(sql, model);
  const terms = conjuncts(sql, scope, condition);
  return block(lines('SELECT count(*)', from(scope, source), where(terms)));
}

/**
 * PostgreSQL keeps the number of a table's live rows as it goes. It has none for a view or a partitioned table, nor
 * before its first statistics; then the rows are counted.
 */
export function totalOf(
  sql: Sql,
  model: string,
  { where: condition, estimated }: NonNullable<Beside['total']>,
): string {
  const isWhole = condition.is === 'and' && condition.of.length === 0;
  const counted = count(sql, model, condition);
  if (!estimated || !isWhole) return counted;
  const live = `pg_stat_get_live_tuples(${literal(tableText(sql.dataModel.models[model]!))}::regclass)`;
  return `coalesce(nullif(${live}, 0), ${counted})`;
}

/** The page was read with one row more, which shows whether anything comes after its last one. */
function nextOf({ read, beside }: ManyPlan, { scope, source }: Part): string {
  const values = beside.next.map((field) => asExactText(scalarOf(scope, field), column(scope, field)));
  const take = read.page.take!;
  const last = lines(
    `SELECT json_build_array(${values.join(', ')})`,
    `FROM ${source} AS ${name(scope.alias)}`,
    `WHERE EXISTS (SELECT FROM ${source} OFFSET ${take})`,
    `LIMIT 1 OFFSET ${take - 1}`,
  );
  return `${block(last)}::text`;
}
