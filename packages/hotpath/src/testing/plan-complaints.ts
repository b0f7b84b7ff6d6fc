/** What is wrong with a plan: a large table that is read whole for few of its rows, and many rows that are sorted for want of an index. */

export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Filter?: string;
  /** Rows that the node would give, were it read to its end. */
  readonly 'Plan Rows': number;
  readonly 'Sort Key'?: readonly string[];
  readonly Plans?: readonly PlanNode[];
}

/** Rows of each large table, by its name; a table that is not in it may be read whole. */
export type LargeTables = ReadonlyMap<string, number>;

/** A sort of fewer rows is no matter. */
const MANY_ROWS = 1000;
/** Of a table: a filter for fewer of its rows wants an index. What most rows pass is met soon in any order. */
const FEW = 0.05;

/** Tables that are read whole, and rows that are sorted. */
export function planComplaints(node: PlanNode, large: LargeTables): string[] {
  const inside = (node.Plans ?? []).flatMap((each) => planComplaints(each, large));
  const table = node['Relation Name'];
  const isWhole = node['Node Type'] === 'Seq Scan' && table !== undefined && large.has(table);
  const whole = isWhole ? [`reads all of the table ${table}${filterOf(node)}: an index is missing`] : [];
  return [...inside, ...whole, ...sortComplaint(node)];
}

/**
 * Tables whose rows are looked through in the order of an index for few of them. That may be the best way although there
 * is an index for them, or the only way because there is none.
 * @returns complaints by table.
 */
export function walkComplaints(node: PlanNode, large: LargeTables): [table: string, complaint: string][] {
  const inside = (node.Plans ?? []).flatMap((each) => walkComplaints(each, large));
  const table = node['Relation Name'];
  const rows = table === undefined ? undefined : large.get(table);
  if (table === undefined || rows === undefined || !isWalk(node) || node['Plan Rows'] >= FEW * rows) return inside;
  return [[table, `looks through the table ${table}${filterOf(node)}: an index is missing`], ...inside];
}

/** Tables that are read without a condition of an index. */
export function tablesWithoutIndex(node: PlanNode): string[] {
  const inside = (node.Plans ?? []).flatMap(tablesWithoutIndex);
  const table = node['Relation Name'];
  return table !== undefined && (node['Node Type'] === 'Seq Scan' || isWalk(node)) ? [table, ...inside] : inside;
}

const filterOf = ({ Filter }: PlanNode): string => (Filter === undefined ? '' : ` for ${Filter}`);

const isWalk = (node: PlanNode): boolean =>
  /^Index (Only )?Scan/.test(node['Node Type']) && node['Index Cond'] === undefined && node.Filter !== undefined;

function sortComplaint(node: PlanNode): string[] {
  const rows = node['Node Type'] === 'Sort' ? (node.Plans?.[0]?.['Plan Rows'] ?? 0) : 0;
  return rows < MANY_ROWS ? [] : [`sorts ${rows} rows by ${node['Sort Key']?.join(', ')}: an index is missing`];
}
