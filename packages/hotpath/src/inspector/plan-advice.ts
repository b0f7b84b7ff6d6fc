/**
 * Advice on a plan, in sentences: rows that are read and thrown away, rows that are sorted for a page, estimates that are
 * far off. It names columns and proposes an index to try; it has not tried it.
 */
import type { ExplainedNode, ExplainedPlan } from './explain.ts';

/** Fewer rows are not worth an index. */
const MANY_ROWS = 500;
const FAR_OFF = 100;
/** A node that passes on less than this part of the rows that it reads wastes most of its work. */
const WASTED_PART = 0.1;

export function planAdvice({ plan, isAnalyzed }: ExplainedPlan): string[] {
  const advice: string[] = [];
  walk(plan, [], (node, above) => {
    advice.push(...sortAdvice(node, above), ...filterAdvice(node));
    if (isAnalyzed) advice.push(...estimateAdvice(node));
  });
  return [...new Set(advice)];
}

function walk(
  node: ExplainedNode,
  above: readonly ExplainedNode[],
  visit: (node: ExplainedNode, above: readonly ExplainedNode[]) => void,
) {
  visit(node, above);
  for (const inner of node.Plans ?? []) walk(inner, [...above, node], visit);
}

/** Rows of a node: those that came, or else those that PostgreSQL expects. */
const rowsOf = (node: ExplainedNode): number =>
  Number(node['Actual Rows'] ?? node['Plan Rows'] ?? 0) * Number(node['Actual Loops'] ?? 1);

const SORTS = new Set(['Sort', 'Incremental Sort']);

function sortAdvice(node: ExplainedNode, above: readonly ExplainedNode[]): string[] {
  if (!SORTS.has(node['Node Type'])) return [];
  const limit = above.findLast((each) => each['Node Type'] === 'Limit');
  const scan = scanBelow(node);
  const input = node.Plans?.[0];
  if (!limit || !scan || !input || rowsOf(input) < MANY_ROWS || rowsOf(input) <= 2 * rowsOf(limit)) return [];
  const keys = (node['Sort Key'] as readonly string[]).map(columnOf);
  const columns = [...equalColumns(scan), ...keys];
  const sentence = `PostgreSQL sorts ${count(rowsOf(input))} rows of ${scan['Relation Name']} to give ${count(rowsOf(limit))}.`;
  if (columns.some((column) => column === undefined)) return [sentence];
  return [`${sentence} Try an index on (${[...new Set(columns)].join(', ')}), which holds them in this order.`];
}

/** The one scan of a table that a sort gets its rows from. */
function scanBelow(node: ExplainedNode): ExplainedNode | undefined {
  let at: ExplainedNode | undefined = node;
  while (at && at['Relation Name'] === undefined) at = at.Plans?.length === 1 ? at.Plans[0] : at.Plans?.[0];
  return at;
}

function filterAdvice(node: ExplainedNode): string[] {
  const removed = Number(node['Rows Removed by Filter'] ?? 0) * Number(node['Actual Loops'] ?? 1);
  if (removed < MANY_ROWS || rowsOf(node) > removed * WASTED_PART) return [];
  const columns = equalColumns(node);
  const sentence = `PostgreSQL reads ${count(removed + rowsOf(node))} rows of ${node['Relation Name']} and keeps ${count(rowsOf(node))}.`;
  return [columns.length > 0 ? `${sentence} Try an index on (${columns.join(', ')}).` : sentence];
}

function estimateAdvice(node: ExplainedNode): string[] {
  const [expected, came] = [Number(node['Plan Rows']), Number(node['Actual Rows'])];
  const isFar = Math.max(expected, came) > FAR_OFF * Math.max(1, Math.min(expected, came));
  if (!isFar || node['Relation Name'] === undefined) return [];
  const rows = `${count(expected)} rows of ${node['Relation Name']} and got ${count(came)}`;
  return [`PostgreSQL expected ${rows}: ANALYZE the table, or look at columns that depend on each other.`];
}

const NAME = '(?:"[^"]+"|[a-z_][\\w$]*)';
const EQUALITY = new RegExp(`\\(*(?:${NAME}\\.)*(${NAME})\\)*(?:::[\\w ]+)? = (?!ANY)`, 'g');

/** Columns of a scan's conditions that must equal something. */
function equalColumns(node: ExplainedNode): string[] {
  const conditions = ['Index Cond', 'Recheck Cond', 'Filter']
    .map((name) => node[name])
    .filter((text) => typeof text === 'string');
  return [...new Set(conditions.flatMap((text) => [...text.matchAll(EQUALITY)].map(([, column]) => column!)))];
}

const SORT_KEY = new RegExp(`^(?:${NAME}\\.)*(${NAME})(?: COLLATE \\S+)?( DESC)?(?: NULLS (?:FIRST|LAST))?$`);

/** A column with its direction; undefined for an expression. */
function columnOf(key: string): string | undefined {
  const [, column, descends] = SORT_KEY.exec(key) ?? [];
  return column && `${column}${descends ? ' DESC' : ''}`;
}

const count = (rows: number): string => Math.round(rows).toLocaleString('en');
