/** Whether the database has every table and column of the data model, where Prisma and compiled reads look for them. */
import type pg from 'pg';
import type { DataModel, Field, ScalarField } from '../../engine/compile/data-model.ts';

/** How long an answer without a complaint holds. */
const HOLDS_MS = 10_000;

const MISSING = `
SELECT wanted.* FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted ("schema", "table", "column")
LEFT JOIN pg_namespace ON nspname = wanted."schema"::name
LEFT JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = wanted."table"::name
LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attname = wanted."column"::name AND NOT attisdropped
WHERE attname IS NULL
LIMIT 1`;

interface Column {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

export class SchemaCheck {
  readonly #pool: pg.Pool;
  readonly #columns: readonly Column[];
  #heldAt = Number.NEGATIVE_INFINITY;

  /** @param schema of the models that do not name theirs. */
  constructor(pool: pg.Pool, dataModel: DataModel, schema: string) {
    this.#pool = pool;
    this.#columns = columnsOf(dataModel, schema);
  }

  /** One sentence on what is missing, and what to do; undefined if nothing is. One statement at most. */
  async complaint(): Promise<string | undefined> {
    if (performance.now() - this.#heldAt < HOLDS_MS) return undefined;
    const values = (['schema', 'table', 'column'] as const).map((key) => this.#columns.map((each) => each[key]));
    const { rows } = await this.#pool.query<Column>(MISSING, values);
    const missing = rows[0];
    if (missing) {
      const { schema, table, column } = missing;
      return `The database has no column "${column}" in a table "${schema}"."${table}": run the migrations with the DATABASE_URL of this service.`;
    }
    this.#heldAt = performance.now();
    return undefined;
  }
}

function columnsOf({ models }: DataModel, schema: string): Column[] {
  return Object.values(models).flatMap((model) =>
    Object.values(model.fields)
      .filter(isScalar)
      .map(({ column }) => ({ schema: model.schema ?? schema, table: model.table, column })),
  );
}

const isScalar = (field: Field): field is ScalarField => field.kind === 'scalar';
