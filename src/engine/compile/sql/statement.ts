/** From root plans to the text of the one statement that answers them. */
import type { DataModel } from '../data-model.ts';
import type { Beside, Predicate, ReadPlan, RootPlan } from '../plan/plan.ts';
import { conjuncts, where } from './predicate.ts';
import { allRows, lastKeys, oneRow, rootRows } from './read.ts';
import { from, type Sql } from './scope.ts';
import { block, lines, list, name } from './text.ts';

export interface StatementOptions {
  /** Whether a second column carries the snapshot that the statement read at. */
  readonly snapshot: boolean;
}

/** One read, or several under a key each. */
export type Roots = RootPlan | Readonly<Record<string, RootPlan>>;

/** One read gives its JSON; several give one object with the JSON of each. */
export function statement(dataModel: DataModel, roots: Roots, { snapshot }: StatementOptions): string {
  const sql: Sql = { dataModel, aliases: new Map() };
  const result = isRoot(roots) ? root(sql, roots) : together(sql, roots);
  const columns = [`to_json(${result})::text AS "json"`];
  if (snapshot) columns.push('pg_current_snapshot()::text AS "snapshot"');
  if (isRoot(roots) && roots.kind === 'many') columns.push(...beside(sql, roots.read, roots.beside));
  return list('SELECT', columns);
}

/** `next` looks at the list's last row and the one behind it: the same index, without what the rows embed. */
function beside(sql: Sql, read: ReadPlan, { next, total }: Beside): string[] {
  const columns = [];
  if (next.length > 0 && read.page.take) columns.push(`${lastKeys(sql, read, next)} AS "next"`);
  if (total) columns.push(`${countOf(sql, read.model, total)}::text AS "total"`);
  return columns;
}

function isRoot(roots: Roots): roots is RootPlan {
  return typeof roots.kind === 'string';
}

function together(sql: Sql, roots: Readonly<Record<string, RootPlan>>): string {
  const columns = Object.entries(roots).map(([key, plan]) => `${root(sql, plan)} AS ${name(key)}`);
  return block(`SELECT "reads"\nFROM ${block(list('SELECT', columns))} AS "reads"`);
}

function root(sql: Sql, plan: RootPlan): string {
  if (plan.kind === 'one') return oneRow(sql, plan.read, rootRows(sql, plan.read.model));
  if (plan.kind === 'many') return allRows(sql, plan.read, rootRows(sql, plan.read.model));
  return countOf(sql, plan.model, plan.where);
}

function countOf(sql: Sql, model: string, condition: Predicate): string {
  const rows = rootRows(sql, model);
  const terms = conjuncts(sql, rows.scope, condition);
  return block(lines('SELECT count(*)', from(rows.scope, rows.source), where(terms)));
}
