/** Values of columns, from a sample of their rows: a plan for NULL or for an invented value is not the plan of a request. */
import type { CatalogClient } from '../advice.ts';
import { tableIn } from './index-candidate.ts';
import type { ComparedParameter, TableUse } from './plan-uses.ts';

/** The number of rows that a sample aims at. */
const SAMPLED_ROWS = 10_000;

/** The place in the order of the sampled values. A range with two ends then has rows between them. */
const PLACES = { equal: 0.5, above: 0.45, below: 0.55 } as const;

export class SampledValues {
  readonly #client: CatalogClient;
  readonly #known = new Map<string, string | null>();

  constructor(client: CatalogClient) {
    this.#client = client;
  }

  /** The value that stands for a parameter, as text; null for a column without values. */
  async of(place: Pick<TableUse, 'schema' | 'table'>, { column, use }: ComparedParameter): Promise<string | null> {
    const key = JSON.stringify([place.schema, place.table, column, use]);
    let value = this.#known.get(key);
    if (value === undefined) {
      value = await this.#sample(place, column, use);
      this.#known.set(key, value);
    }
    return value;
  }

  async #sample(
    place: Pick<TableUse, 'schema' | 'table'>,
    column: string,
    use: ComparedParameter['use'],
  ): Promise<string | null> {
    const name = `"${column.replaceAll('"', '""')}"`;
    const table = tableIn(place);
    const [size] = (
      await this.#client.query(
        `SELECT greatest(reltuples, 1)::float AS rows FROM pg_class WHERE oid = '${table.replaceAll("'", "''")}'::regclass`,
      )
    ).rows as { rows: number }[];
    const part = Math.min(100, (100 * SAMPLED_ROWS) / size!.rows);
    const rows = `(SELECT ${name} FROM ${table} TABLESAMPLE SYSTEM (${part}) REPEATABLE (1) WHERE ${name} IS NOT NULL)`;
    const value =
      use === 'any'
        ? `(SELECT array_agg(${name})::text FROM (SELECT ${name} FROM ${rows} AS s LIMIT 3) AS three)`
        : `(SELECT percentile_disc(${PLACES[use]}) WITHIN GROUP (ORDER BY ${name})::text FROM ${rows} AS s)`;
    return ((await this.#client.query(`SELECT ${value} AS value`)).rows as { value: string | null }[])[0]!.value;
  }
}
