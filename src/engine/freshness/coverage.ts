/**
 * Coverage: what the triggers of a table log, written into the database as the comment on their function. An instance
 * reads it before it serves a cached response, to see that the triggers log what its tags need. They may not: a
 * migration is not deployed yet, another version of the service deployed its own, a tool left triggers disabled, or a
 * table without triggers took the place of one that has them.
 */
import { hash } from 'node:crypto';
import type pg from 'pg';
import { literal } from '../compile/sql/text.ts';
import type { Watched, WatchedTable } from './watched.ts';

interface Coverage {
  readonly keys: readonly string[];
  readonly columns: readonly string[];
}

const coverageOf = ({ keys, fields }: WatchedTable): Coverage => ({
  keys: keys.map(({ prefix }) => prefix),
  columns: fields.map(({ column }) => column),
});

/** The comment, as an SQL literal. */
export const coverageLiteral = (table: WatchedTable): string => literal(JSON.stringify(coverageOf(table)));

/** PostgreSQL keeps 63 bytes of a name. A longer one is cut here, and told from its like by a hash of the whole. */
const LONGEST_NAME = 63;
const HASH_LENGTH = 10;

/** @param source of ASCII alone. */
export function functionName(source: string): string {
  const whole = `log_${source}`;
  if (whole.length <= LONGEST_NAME) return whole;
  return `${whole.slice(0, LONGEST_NAME - HASH_LENGTH - 1)}_${hash('sha256', source).slice(0, HASH_LENGTH)}`;
}

/**
 * All four triggers of a table, at work in every session. Where logical replication writes into a table, no statement
 * is run, so no trigger of a statement is; what is written into a table that inherits from another runs its own alone.
 */
const INSTALLED = `
SELECT
  log.proname AS "function",
  obj_description(log.oid, 'pg_proc') AS "coverage",
  logged.relname AS "table",
  place.nspname AS "schema",
  pg_table_is_visible(logged.oid) AS "isVisible"
FROM pg_proc AS log
JOIN pg_trigger AS logging ON logging.tgfoid = log.oid
JOIN pg_class AS logged ON logged.oid = logging.tgrelid
JOIN pg_namespace AS place ON place.oid = logged.relnamespace
WHERE logging.tgname LIKE 'invalidation\\_%' AND logging.tgenabled = 'A' AND pg_function_is_visible(log.oid)
  AND NOT EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid = logged.oid)
  AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = logged.oid)
GROUP BY log.oid, logged.oid, place.oid
HAVING count(*) = 4`;

interface Installed {
  readonly function: string;
  readonly coverage: string | null;
  readonly table: string;
  readonly schema: string;
  /** Whether the table is the one that its name alone leads to. */
  readonly isVisible: boolean;
}

/** The sources of which the database logs less than is watched. */
export async function findGaps(client: pg.Client, { tables }: Watched): Promise<string[]> {
  const { rows } = await client.query<Installed>(INSTALLED);
  return [...tables.values()].filter((table) => !rows.some((row) => covers(row, table))).map(({ source }) => source);
}

function covers(installed: Installed, watched: WatchedTable): boolean {
  const isPlaced = watched.schema === undefined ? installed.isVisible : installed.schema === watched.schema;
  if (installed.function !== functionName(watched.source) || installed.table !== watched.table || !isPlaced)
    return false;
  const { keys = [], columns = [] } = JSON.parse(installed.coverage ?? '{}') as Partial<Coverage>;
  const wanted = coverageOf(watched);
  return wanted.keys.every((key) => keys.includes(key)) && wanted.columns.every((column) => columns.includes(column));
}
