/** Facts of the tables from the catalog and the counters: their rows, writes, keys, and the columns that an index can have. */
import type { CatalogClient } from '../advice.ts';

interface ColumnFacts {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly isKey: boolean;
  /** Whether an index has it, also in an expression or a condition: no update of it is a HOT update. */
  readonly isIndexed: boolean;
  readonly width: number;
}

interface SizeFacts {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  readonly inserts: number;
  readonly updates: number;
  /** Updates that wrote no index. */
  readonly hotUpdates: number;
  readonly indexes: number;
  /** The columns of each unique index. */
  readonly uniques: readonly (readonly string[])[];
  /** The columns of each foreign key that no index serves. */
  readonly unservedKeys: readonly (readonly string[])[];
}

const PLAIN_TABLE = `c.relkind = 'r' AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\\_%'`;

/** Types of these categories have an order; no request asks for that of a document or a search vector. */
const COLUMNS = `
  SELECT n.nspname AS schema, c.relname AS "table", a.attname AS "column",
         t.typcategory IN ('B', 'D', 'E', 'I', 'N', 'S', 'T', 'U')
           AND t.typname NOT IN ('json', 'jsonb', 'xml', 'tsvector', 'bytea') AS "isKey",
         EXISTS (SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
                  WHERE i.indrelid = c.oid AND m.amname <> 'brin'
                    AND (a.attnum = ANY (i.indkey::int2[])
                         OR EXISTS (SELECT FROM pg_depend d
                                     WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                                       AND d.refobjid = c.oid AND d.refobjsubid = a.attnum))) AS "isIndexed",
         coalesce(s.avg_width, CASE WHEN a.attlen > 0 THEN a.attlen ELSE 32 END)::int AS width
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
   WHERE a.attnum > 0 AND NOT a.attisdropped AND ${PLAIN_TABLE}`;

const SIZES = `
  SELECT n.nspname AS schema, c.relname AS "table", greatest(c.reltuples, 0)::float AS rows,
         coalesce(s.n_tup_ins, 0)::float AS inserts, coalesce(s.n_tup_upd, 0)::float AS updates,
         coalesce(s.n_tup_hot_upd, 0)::float AS "hotUpdates",
         (SELECT count(*)::int FROM pg_index i WHERE i.indrelid = c.oid) AS indexes,
         ARRAY(SELECT (SELECT json_agg(a.attname ORDER BY k.place)
                         FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY k(number, place)
                         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number)
                 FROM pg_index i
                WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL) AS uniques,
         ARRAY(SELECT (SELECT json_agg(a.attname) FROM unnest(f.conkey) k
                         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k)
                 FROM pg_constraint f
                WHERE f.conrelid = c.oid AND f.contype = 'f'
                  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid
                                     AND (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey)) AS "unservedKeys"
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
   WHERE ${PLAIN_TABLE}`;

interface Place {
  readonly schema: string;
  readonly table: string;
}

const key = ({ schema, table }: Place, column = ''): string => JSON.stringify([schema, table, column]);

/** Wide enough that no index has the column. */
const UNKNOWN_WIDTH = 1000;

export class TableFacts {
  readonly hasTrigrams: boolean;
  readonly #columns: ReadonlyMap<string, ColumnFacts>;
  readonly #counts: ReadonlyMap<string, number>;
  readonly #sizes: ReadonlyMap<string, SizeFacts>;

  private constructor(columns: readonly ColumnFacts[], sizes: readonly SizeFacts[], hasTrigrams: boolean) {
    this.hasTrigrams = hasTrigrams;
    this.#columns = new Map(columns.map((each) => [key(each, each.column), each]));
    const byTable = Map.groupBy(columns, (each) => key(each));
    this.#counts = new Map([...byTable].map(([table, each]) => [table, each.length]));
    this.#sizes = new Map(sizes.map((each) => [key(each), each]));
  }

  static async read(client: CatalogClient): Promise<TableFacts> {
    const { rows: columns } = (await client.query(COLUMNS)) as { rows: ColumnFacts[] };
    const { rows: sizes } = (await client.query(SIZES)) as { rows: SizeFacts[] };
    const { rows } = await client.query("SELECT FROM pg_extension WHERE extname = 'pg_trgm'");
    return new TableFacts(columns, sizes, rows.length > 0);
  }

  /** Undefined for a view, a partition or a foreign table. */
  sizeOf(place: Place): SizeFacts | undefined {
    return this.#sizes.get(key(place));
  }

  isKey(place: Place, column: string): boolean {
    return this.#columns.get(key(place, column))?.isKey ?? false;
  }

  isIndexed(place: Place, column: string): boolean {
    return this.#columns.get(key(place, column))?.isIndexed ?? false;
  }

  /** How many columns a table has. */
  columnsOf(place: Place): number {
    return this.#counts.get(key(place)) ?? 0;
  }

  /** Bytes a row. */
  widthOf(place: Place, columns: readonly string[]): number {
    return columns.reduce((sum, column) => sum + (this.#columns.get(key(place, column))?.width ?? UNKNOWN_WIDTH), 0);
  }
}
