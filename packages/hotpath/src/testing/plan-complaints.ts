/**
 * The faults of a plan: a large table that is read completely for few of its rows, and many rows that are sorted
 * because an index is missing.
 */
import { tableText } from '../compile/sql/scope.ts';

export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  /** The schema of the relation. */
  readonly Schema?: string;
  readonly 'Index Cond'?: string;
  readonly Filter?: string;
  /** The estimated rows of the node, if it is read to its end. */
  readonly 'Plan Rows': number;
  readonly 'Sort Key'?: readonly string[];
  readonly Plans?: readonly PlanNode[];
}

/** Rows of each large table, by its schema and name (`tableOf`). A table that is missing here may be read completely. */
export type LargeTables = ReadonlyMap<string, number>;

/** The planner may sort fewer rows than this. */
const MANY_ROWS = 1000;
/**
 * The share of a table's rows below which a filter needs an index. Rows that pass a less selective filter come soon in
 * any order.
 */
const FEW = 0.05;

/** Tables that are read completely, and rows that are sorted. */
export function planComplaints(node: PlanNode, large: LargeTables): string[] {
  const inside = (node.Plans ?? []).flatMap((each) => planComplaints(each, large));
  const table = tableOf(node);
  const isWhole = node['Node Type'] === 'Seq Scan' && table !== undefined && large.has(table);
  const whole = isWhole ? [`reads all of the table ${shownTable(node)}${filterOf(node)}: an index is missing`] : [];
  return [...inside, ...whole, ...sortComplaint(node)];
}

/**
 * Tables that are read in the order of an index for few of their rows. That may be the best plan although an index has
 * these rows, or the only one because no index has them.
 * @returns complaints by table.
 */
export function walkComplaints(node: PlanNode, large: LargeTables): [table: string, complaint: string][] {
  const inside = (node.Plans ?? []).flatMap((each) => walkComplaints(each, large));
  const table = tableOf(node);
  const rows = table === undefined ? undefined : large.get(table);
  if (table === undefined || rows === undefined || !isWalk(node) || node['Plan Rows'] >= FEW * rows) return inside;
  return [[table, `looks through the table ${shownTable(node)}${filterOf(node)}: an index is missing`], ...inside];
}

/** Tables that are read without a condition on an index. */
export function tablesWithoutIndex(node: PlanNode): string[] {
  const inside = (node.Plans ?? []).flatMap(tablesWithoutIndex);
  const table = tableOf(node);
  return table !== undefined && (node['Node Type'] === 'Seq Scan' || isWalk(node)) ? [table, ...inside] : inside;
}

/** The table of a node by its schema and name, as the key of `LargeTables`; undefined for a node that reads none. */
export function tableOf({ Schema: schema, 'Relation Name': table }: PlanNode): string | undefined {
  return schema === undefined || table === undefined ? undefined : tableText({ schema, table });
}

/** The table of a node, for messages. */
export const shownTable = ({ Schema: schema, 'Relation Name': table }: PlanNode): string =>
  schema === 'public' ? table! : `${schema}.${table}`;

const filterOf = ({ Filter }: PlanNode): string => (Filter === undefined ? '' : ` for ${Filter}`);

const isWalk = (node: PlanNode): boolean =>
  /^Index (Only )?Scan/.test(node['Node Type']) && node['Index Cond'] === undefined && node.Filter !== undefined;

function sortComplaint(node: PlanNode): string[] {
  const rows = node['Node Type'] === 'Sort' ? (node.Plans?.[0]?.['Plan Rows'] ?? 0) : 0;
  return rows < MANY_ROWS ? [] : [`sorts ${rows} rows by ${node['Sort Key']?.join(', ')}: an index is missing`];
}
