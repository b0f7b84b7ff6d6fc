/** The statements that take the most time in total, from the extension pg_stat_statements. */
import { FORBIDDEN, sqlstateOf } from '../session/error-codes.ts';
import type { CatalogClient } from './advice.ts';

/** Times in milliseconds; blocks are of 8 kB unless the server was built otherwise. */
export interface DearStatement {
  /** The text as the extension normalises it, or the reason why the role cannot see it. */
  readonly text: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly rows: number;
  /** Blocks read from outside PostgreSQL's memory. */
  readonly blocksRead: number;
  /** Blocks found in PostgreSQL's memory. */
  readonly blocksHit: number;
  /** The part of the time of all statements of the database, from 0 to 1. */
  readonly timeShare: number;
  /** The part of the calls of all statements of the database, from 0 to 1. */
  readonly callShare: number;
}

/** The statements, the dearest first, or the sentence that says why there are none. */
export type DearStatements = { readonly statements: readonly DearStatement[] } | { readonly missing: string };

const MOST_STATEMENTS = 20;

const NOT_PRELOADED = 'Add pg_stat_statements to shared_preload_libraries in postgresql.conf, and restart PostgreSQL.';
const NOT_CREATED = 'To see the dearest statements, run CREATE EXTENSION pg_stat_statements; as a superuser.';
const TOO_OLD = 'To see the dearest statements, run ALTER EXTENSION pg_stat_statements UPDATE; as a superuser.';
const DENIED = 'To see the dearest statements, the role needs GRANT pg_read_all_stats.';

const MISSING: Readonly<Record<string, string>> = { '55000': NOT_PRELOADED, '42703': TOO_OLD, [FORBIDDEN]: DENIED };

const SCHEMA = `
  SELECT quote_ident(n.nspname) AS schema
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
   WHERE e.extname = 'pg_stat_statements'`;

/** Roles share a text, so their counts are summed. */
const statementsIn = (schema: string): string => `
  WITH texts AS (
    SELECT min(query) AS text, sum(calls)::float AS calls, sum(total_exec_time)::float AS total,
           sum(rows)::float AS rows, sum(shared_blks_read)::float AS read, sum(shared_blks_hit)::float AS hit
      FROM ${schema}.pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
     GROUP BY queryid, CASE WHEN queryid IS NULL THEN query END)
  SELECT text, calls, total AS "totalMs", total / calls AS "meanMs", rows, read AS "blocksRead", hit AS "blocksHit",
         coalesce(total / nullif(sum(total) OVER (), 0), 0) AS "timeShare", calls / sum(calls) OVER () AS "callShare"
    FROM texts
   WHERE calls > 0
   ORDER BY total DESC
   LIMIT ${MOST_STATEMENTS}`;

/** The client must be in no transaction. */
export async function dearStatements(client: CatalogClient): Promise<DearStatements> {
  const [extension] = (await client.query(SCHEMA)).rows as { schema: string }[];
  if (!extension) return { missing: NOT_CREATED };
  try {
    return { statements: (await client.query(statementsIn(extension.schema))).rows as DearStatement[] };
  } catch (error) {
    const missing = MISSING[sqlstateOf(error)];
    if (missing === undefined) throw error;
    return { missing };
  }
}
