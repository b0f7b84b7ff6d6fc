/**
 * Coverage: what the triggers of a table log, written into the database as the comment on their function. So an instance
 * can tell whether the triggers are those that its tags count on, before it serves a cached response: a migration may
 * not have been deployed yet, an older or a newer version of the service may have deployed its own, a tool may have
 * left triggers disabled.
 */
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

export const functionName = (source: string): string => `log_${source}`;

const INSTALLED = `
SELECT log.proname AS "function", obj_description(log.oid, 'pg_proc') AS "coverage"
FROM pg_proc AS log
JOIN pg_trigger AS logging ON logging.tgfoid = log.oid
WHERE logging.tgname LIKE 'invalidation\\_%' AND logging.tgenabled = 'A' AND pg_function_is_visible(log.oid)
GROUP BY log.oid
HAVING count(*) = 4`;

/** The sources of which the database logs less than is watched. */
export async function findGaps(client: pg.Client, { tables }: Watched): Promise<string[]> {
  const { rows } = await client.query<{ function: string; coverage: string | null }>(INSTALLED);
  const installed = new Map(rows.map((row) => [row.function, JSON.parse(row.coverage ?? '{}') as Partial<Coverage>]));
  const isCovered = (table: WatchedTable): boolean => {
    const { keys = [], columns = [] } = installed.get(functionName(table.source)) ?? {};
    const wanted = coverageOf(table);
    return wanted.keys.every((key) => keys.includes(key)) && wanted.columns.every((column) => columns.includes(column));
  };
  return [...tables.values()].filter((table) => !isCovered(table)).map(({ source }) => source);
}
