/** An index that may help, as data; its SQL. */
import type { OrderedColumn } from './plan-uses.ts';

/** An index that does not exist yet. */
export interface IndexCandidate {
  readonly schema: string;
  readonly table: string;
  readonly method: 'btree' | 'gin';
  readonly columns: readonly OrderedColumn[];
  readonly include: readonly string[];
  /** The condition of a partial index, in SQL. */
  readonly where?: string;
  /** The columns of the condition. */
  readonly tested?: readonly string[];
  /** The part of the rows that meet the condition, as the planner estimates it. */
  readonly share?: number;
}

/** All columns whose change is a change of the index. */
export const columnsOfCandidate = ({ columns, include, tested = [] }: IndexCandidate): string[] => [
  ...new Set([...columns.map(({ column }) => column), ...include, ...tested]),
];

const quoted = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** A table in SQL. @param searched the schema that needs no name. */
export const tableIn = ({ schema, table }: { schema: string; table: string }, searched = ''): string =>
  schema === searched ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;

function columnSql({ method }: IndexCandidate, { column, descending, nulls }: OrderedColumn): string {
  if (method === 'gin') return `${quoted(column)} gin_trgm_ops`;
  return `${quoted(column)}${descending ? ' DESC' : ''}${nulls === undefined ? '' : ` NULLS ${nulls}`}`;
}

/** The part of `CREATE INDEX` after the name: `ON posts USING btree (author_id, created_at DESC)`. */
export function definitionOf(candidate: IndexCandidate, searched?: string): string {
  const { method, columns, include, where } = candidate;
  const keys = columns.map((column) => columnSql(candidate, column)).join(', ');
  const using = method === 'btree' ? '' : ` USING ${method}`;
  const more = include.length === 0 ? '' : ` INCLUDE (${include.map(quoted).join(', ')})`;
  return `ON ${tableIn(candidate, searched)}${using} (${keys})${more}${where === undefined ? '' : ` WHERE ${where}`}`;
}
