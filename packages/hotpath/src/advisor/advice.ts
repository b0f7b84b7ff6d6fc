/** Advice: one thing in a database that costs something and can be changed. */
export interface Advice {
  readonly kind: 'invalid index' | 'covered index' | 'unused index' | 'unindexed foreign key' | 'vacuum' | 'sequence';
  /** The index, table or sequence, with its schema unless the search path finds it. */
  readonly subject: string;
  /** The finding, without a full stop. */
  readonly detail: string;
  /** The statement that follows the advice; it runs outside a transaction. */
  readonly sql?: string;
}

/** The client of `pg`, as far as the advisor needs it. */
export interface CatalogClient {
  query(text: string): Promise<{ readonly rows: unknown[] }>;
}

/** Runs a query whose columns are those of advice. A null `sql` is left out. */
export async function adviceFrom(client: CatalogClient, query: string): Promise<Advice[]> {
  const { rows } = (await client.query(query)) as { rows: (Advice & { readonly sql: string | null })[] };
  return rows.map(({ kind, subject, detail, sql }) => ({ kind, subject, detail, ...(sql && { sql }) }));
}

/** The condition for a schema of the project: neither PostgreSQL's nor one of the library's. @param schema its name, in SQL. */
export const isProjectSchema = (schema: string): string =>
  `${schema} NOT IN ('information_schema', 'hotpath', 'pgboss') AND ${schema} NOT LIKE 'pg\\_%'`;
