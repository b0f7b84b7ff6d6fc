/**
 * Whether the database has the migrations that this version needs. It may have more: a newer version may be rolling
 * out.
 */

import pg from 'pg';
import { MIGRATIONS_TABLE } from '../../../compile/prisma-internals.ts';
import { FORBIDDEN, sqlstateOf, UNDEFINED_TABLE } from '../../../session/error-codes.ts';

/** @param migrations their names. @returns one sentence on the missing migrations, with the remedy. */
export async function missingMigration(
  pool: pg.Pool,
  schema: string,
  migrations: readonly string[],
): Promise<string | undefined> {
  const list = `${pg.escapeIdentifier(schema)}.${MIGRATIONS_TABLE}`;
  const looking = pool.query<{ name: string; began: boolean }>(
    `SELECT name, EXISTS (SELECT FROM ${list} WHERE migration_name = name AND rolled_back_at IS NULL) AS "began"
     FROM unnest($1::text[]) AS name
     WHERE NOT EXISTS (
       SELECT FROM ${list} WHERE migration_name = name AND finished_at IS NOT NULL AND rolled_back_at IS NULL
     )
     ORDER BY name`,
    [migrations],
  );
  try {
    const { rows } = await looking;
    return rows.length === 0 ? undefined : sentence(rows);
  } catch (error) {
    if (sqlstateOf(error) === UNDEFINED_TABLE) return `The database has no table ${list}: ${RUN}.`;
    if (sqlstateOf(error) === FORBIDDEN) return `${(error as Error).message}: run \`hotpath grants\` for this role.`;
    throw error;
  }
}

const RUN = 'run `prisma migrate deploy`';

function sentence(missing: readonly { readonly name: string; readonly began: boolean }[]): string {
  const unfinished = missing.find(({ began }) => began);
  if (unfinished) return `The migration ${unfinished.name} has started and not finished.`;
  const names = missing.map(({ name }) => name).join(', ');
  return `The database lacks ${missing.length === 1 ? 'the migration' : 'the migrations'} ${names}: ${RUN}.`;
}
