/** Existing indexes that a new one makes superfluous: it begins with the same columns, in the same order and collation. */
import type { CatalogClient } from '../advice.ts';
import type { IndexCandidate } from './index-candidate.ts';
import type { OrderedColumn } from './plan-uses.ts';

/** Plain indexes of columns: not unique, without a condition, and in the collations of their columns, as every new one is. */
const INDEXES = `
  SELECT n.nspname AS schema, c.relname AS "table", i.indexrelid::regclass::text AS name,
         ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number ORDER BY k.place) AS columns,
         i.indnkeyatts AS keys, i.indoption::int2[] AS options
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class x ON x.oid = i.indexrelid
    JOIN pg_am am ON am.oid = x.relam AND am.amname = 'btree'
   WHERE NOT (i.indisunique OR i.indisexclusion OR i.indisreplident) AND i.indisvalid
     AND i.indpred IS NULL AND i.indexprs IS NULL AND n.nspname NOT LIKE 'pg\\_%'
     AND NOT EXISTS (SELECT FROM unnest(i.indclass::oid[]) o JOIN pg_opclass p ON p.oid = o WHERE NOT p.opcdefault)
     AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[], i.indcollation::oid[]) k(number, collation_id)
                       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
                      WHERE k.collation_id NOT IN (0, a.attcollation))`;

interface ExistingIndex {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly keys: number;
  readonly options: readonly number[];
}

export class ReplacedIndexes {
  readonly #existing: readonly ExistingIndex[];

  private constructor(existing: readonly ExistingIndex[]) {
    this.#existing = existing;
  }

  static async read(client: CatalogClient): Promise<ReplacedIndexes> {
    return new ReplacedIndexes((await client.query(INDEXES)).rows as ExistingIndex[]);
  }

  /** The names, in SQL, of the indexes that this one replaces. */
  by(candidate: IndexCandidate): string[] {
    const { schema, table, method, where, columns, include } = candidate;
    if (method !== 'btree' || where !== undefined) return [];
    const all = [...columns.map(({ column }) => column), ...include];
    const replaced = this.#existing.filter((index) => {
      if (index.schema !== schema || index.table !== table || index.keys > columns.length) return false;
      const isPrefix = columns.slice(0, index.keys).every((column, place) => {
        return column.column === index.columns[place] && optionOf(column) === index.options[place];
      });
      return isPrefix && index.columns.every((column) => all.includes(column));
    });
    return replaced.map(({ name }) => name);
  }
}

/** As `pg_index.indoption` has it: 1 for DESC, 2 for NULLS FIRST. */
function optionOf({ descending, nulls }: OrderedColumn): number {
  const isNullsFirst = nulls === undefined ? descending : nulls === 'FIRST';
  return (descending ? 1 : 0) + (isNullsFirst ? 2 : 0);
}
