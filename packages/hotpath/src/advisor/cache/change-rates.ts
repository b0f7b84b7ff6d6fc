/** How often a change touches one answer of a route: the writes of its tables, by the share of rows that the answer is made of. */
import type { CatalogClient } from '../advice.ts';
import type { TableUse } from '../indexes/plan-uses.ts';

interface TableRate {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  /** Rows written a second since the counters began. */
  readonly rate: number;
  /** The number of different values of each column, where it is known. */
  readonly distinct: Readonly<Record<string, number>> | null;
}

const RATES = `
  SELECT s.schemaname AS schema, s.relname AS "table", greatest(c.reltuples, 1)::float AS rows,
         ((s.n_tup_ins + s.n_tup_upd + s.n_tup_del)
           / greatest(1, extract(epoch FROM now() - coalesce(d.stats_reset, pg_postmaster_start_time()))))::float AS rate,
         (SELECT json_object_agg(p.attname, CASE WHEN p.n_distinct < 0 THEN -p.n_distinct * c.reltuples ELSE p.n_distinct END)
            FROM pg_stats p WHERE p.schemaname = s.schemaname AND p.tablename = s.relname) AS distinct
    FROM pg_stat_user_tables s
    JOIN pg_class c ON c.oid = s.relid
    JOIN pg_stat_database d ON d.datname = current_database()`;

export class ChangeRates {
  readonly #tables: ReadonlyMap<string, TableRate>;

  private constructor(tables: readonly TableRate[]) {
    this.#tables = new Map(tables.map((each) => [JSON.stringify([each.schema, each.table]), each]));
  }

  static async read(client: CatalogClient): Promise<ChangeRates> {
    return new ChangeRates((await client.query(RATES)).rows as TableRate[]);
  }

  /** Changes a second of one answer. @param uses those of the statement that reads it. */
  of(uses: readonly TableUse[]): number {
    return uses.reduce((sum, use) => sum + this.#rateOf(use), 0);
  }

  #rateOf({ schema, table, equal, joined }: TableUse): number {
    const known = this.#tables.get(JSON.stringify([schema, table]));
    if (!known) return 0;
    const values = [...equal, ...joined].map((column) => known.distinct?.[column] ?? 1);
    return known.rate / Math.max(1, ...values);
  }
}
