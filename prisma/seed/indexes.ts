/**
 * The secondary indexes and foreign keys of tables that the seed fills: it drops them first, and creates them again last.
 *
 * It is twice as fast to sort a million entries into an index once as to find the place of each. One join also checks a
 * million references faster than a million look-ups. So a large seed takes half the time, and its indexes are dense. Both
 * steps run in the transaction of the seed: if anything stops it, the indexes remain. The definitions are PostgreSQL's own,
 * read from its catalog, so only migrations contain them.
 */

import type { Client } from 'pg';

/**
 * Drops them.
 * @returns the statements that create them again, in their order.
 */
export async function dropIndexes(client: Client, tables: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ drop: string; create: string }>(DEFINITIONS, [tables]);
  for (const { drop } of rows) await client.query(drop);
  return rows.map(({ create }) => create).reverse();
}

/** Foreign keys come first, because they need indexes; an index that backs a constraint stays. */
const DEFINITIONS = `
  WITH filled AS (SELECT oid FROM unnest($1::regclass[]) AS oid)
  SELECT
    format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS create,
    1 AS turn
  FROM pg_constraint
  WHERE contype = 'f' AND conrelid IN (SELECT oid FROM filled)
  UNION ALL
  SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid), 2
  FROM pg_index
  WHERE indrelid IN (SELECT oid FROM filled)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
  ORDER BY turn, drop`;
