/**
 * Makes the planner take tables for large, within one transaction that is rolled back: the plan of a statement is that
 * of production, though a test's database has ten rows.
 *
 * The planner multiplies the pages of a table by the rows a page in its statistics. So it takes a table of one page for
 * one of 100,000 rows. The statistics of the columns are removed, except for enums and booleans: a value then stands
 * for one row in 200.
 */
import type pg from 'pg';
import { type TableName, tableText } from '../compile/sql/scope.ts';
import type { Model } from '../model/data-model.ts';
import { FORBIDDEN, sqlstateOf } from '../session/error-codes.ts';
import { fail } from './fault.ts';
import type { LargeTables } from './plan-complaints.ts';

/** The number of rows that the statistics of a small table claim. */
const LARGE_ROWS = 100_000;
/** A table with more rows is large enough. */
const LARGE_ENOUGH = 10_000;

interface TableSize {
  /** The table that was named. */
  readonly root: string;
  /** The schema and the name of the same table, or of a partition of it. */
  readonly schema: string;
  readonly name: string;
  readonly pages: number;
  readonly rows: number;
  /** Whether the table has no page, nor any other partition of its table. */
  readonly isEmpty: boolean;
}

/** Of a partitioned table, its partitions: a plan names these. */
const SIZES = `WITH RECURSIVE tree AS (
    SELECT text AS root, to_regclass(text)::oid AS oid FROM unnest($1::text[]) AS text
    UNION
    SELECT tree.root, child.inhrelid FROM tree
    JOIN pg_class parent ON parent.oid = tree.oid AND parent.relkind = 'p'
    JOIN pg_inherits child ON child.inhparent = tree.oid
  ), sizes AS (
    SELECT tree.root, n.nspname::text AS schema, c.relname::text AS name, c.reltuples::float8 AS rows,
      (pg_relation_size(c.oid) / current_setting('block_size')::int)::int AS pages
    FROM tree JOIN pg_class c ON c.oid = tree.oid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'
  )
  SELECT root, schema, name, rows, pages, max(pages) OVER (PARTITION BY root) = 0 AS "isEmpty" FROM sizes`;

/** Tables by their schema and name, as plans have them: those of partitions, too. */
export interface EnlargedTables {
  /** The table that was named for each. */
  readonly roots: ReadonlyMap<string, string>;
  /** The rows that the planner takes each table for. */
  readonly rows: LargeTables;
  /** Tables without a page, whose statistics cannot be set. */
  readonly empty: ReadonlySet<string>;
}

/** The tables of these models, and the join tables of their implicit many-to-many relations, by their text. */
export function tablesBehind(models: readonly Model[]): ReadonlyMap<string, TableName> {
  const joins = models.flatMap(({ fields }) =>
    Object.values(fields).flatMap((field) => (field.kind === 'relation' && field.through ? [field.through] : [])),
  );
  return new Map([...models, ...joins].map((each) => [tableText(each), each]));
}

/**
 * Begins a transaction in which tables are large.
 * @param tables as values for `to_regclass`.
 * @throws {AssertionError} if the role may not set statistics.
 */
export async function beginWithLargeTables(client: pg.ClientBase, tables: readonly string[]): Promise<EnlargedTables> {
  await client.query('BEGIN');
  const { rows } = await client.query<TableSize>(SIZES, [tables]);
  const sizes = rows.map((size) => ({ ...size, key: tableText({ schema: size.schema, table: size.name }) }));
  const small = sizes.filter(({ pages, rows }) => pages > 0 && rows < LARGE_ENOUGH);
  await enlarge(
    client,
    small.map(({ key }) => key),
  );
  return {
    roots: new Map(sizes.map(({ key, root }) => [key, root])),
    rows: new Map(
      sizes.flatMap(({ key, rows, pages, isEmpty }) =>
        pages > 0 || isEmpty ? [[key, Math.max(rows, LARGE_ROWS)]] : [],
      ),
    ),
    empty: new Set(sizes.filter(({ isEmpty }) => isEmpty).map(({ key }) => key)),
  };
}

const ROLE = `SELECT rolsuper AS "isSuperuser", current_setting('server_version_num')::int AS version
  FROM pg_roles WHERE rolname = current_user`;
/** The first version with functions for statistics. */
const POSTGRESQL_18 = 180_000;

async function enlarge(client: pg.ClientBase, tables: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ isSuperuser: boolean; version: number }>(ROLE);
  const { isSuperuser, version } = rows[0]!;
  if (isSuperuser) return enlargeAsSuperuser(client, tables);
  if (version < POSTGRESQL_18) return refuse();
  await enlargeAsOwner(client, tables).catch((error: unknown) => {
    if (sqlstateOf(error) === FORBIDDEN) refuse();
    throw error;
  });
}

const refuse = (): never =>
  fail(
    'The role may not set statistics. Pass `owner`: the URL of a superuser, or, from PostgreSQL 18 on, of the owner of the tables.',
  );

const PAGES = "greatest(1, pg_relation_size(oid) / current_setting('block_size')::int)::int";
const THESE = 'ANY (SELECT to_regclass(t) FROM unnest($1::text[]) AS t)';
/** Columns, except those of few values, whose shares a few rows show as well. */
const COLUMNS = `pg_attribute a JOIN pg_type t ON t.oid = a.atttypid AND t.typtype <> 'e' AND t.typname <> 'bool'
  WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid`;

async function enlargeAsSuperuser(client: pg.ClientBase, tables: readonly string[]): Promise<void> {
  const sizes = `reltuples = ${LARGE_ROWS}, relpages = ${PAGES}`;
  await client.query(`UPDATE pg_catalog.pg_class SET ${sizes} WHERE oid = ${THESE}`, [tables]);
  const columns = `(SELECT a.attrelid, a.attnum FROM ${COLUMNS} = ${THESE})`;
  await client.query(`DELETE FROM pg_catalog.pg_statistic WHERE (starelid, staattnum) IN ${columns}`, [tables]);
}

const NAMES = 'SELECT nspname::text FROM pg_namespace n WHERE n.oid = relnamespace';

/** For a role that may maintain the tables. */
async function enlargeAsOwner(client: pg.ClientBase, tables: readonly string[]): Promise<void> {
  const names = `'schemaname', (${NAMES}), 'relname', relname::text`;
  const sizes = `'reltuples', ${LARGE_ROWS}::real, 'relpages', ${PAGES}`;
  await client.query(`SELECT pg_restore_relation_stats(${names}, ${sizes}) FROM pg_class WHERE oid = ${THESE}`, [
    tables,
  ]);
  const columns = `SELECT a.attrelid, a.attname FROM ${COLUMNS} = ${THESE}`;
  await client.query(
    `SELECT pg_clear_attribute_stats((${NAMES}), relname::text, a.attname::text, false)
      FROM (${columns}) AS a JOIN pg_class c ON c.oid = a.attrelid`,
    [tables],
  );
}
