/**
 * Whether the database has every table and column of the data model, in the place where Prisma and compiled reads look
 * for them.
 */

import type pg from 'pg';
import type { DataModel, Field, ScalarField } from '../../../model/data-model.ts';

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

/**
 * @param schema the schema of the models that name none.
 * @returns one sentence on the first missing column, with the remedy.
 */
export async function missingColumn(pool: pg.Pool, dataModel: DataModel, schema: string): Promise<string | undefined> {
  const columns = columnsOf(dataModel, schema);
  const values = (['schema', 'table', 'column'] as const).map((key) => columns.map((each) => each[key]));
  const { rows } = await pool.query<Column>(MISSING, values);
  const [missing] = rows;
  return (
    missing &&
    `The database has no column "${missing.column}" in a table "${missing.schema}"."${missing.table}": run the migrations with the DATABASE_URL of this service.`
  );
}

function columnsOf({ models }: DataModel, schema: string): Column[] {
  return Object.values(models).flatMap((model) =>
    Object.values(model.fields)
      .filter(isScalar)
      .map(({ column }) => ({ schema: model.schema ?? schema, table: model.table, column })),
  );
}

const isScalar = (field: Field): field is ScalarField => field.kind === 'scalar';
