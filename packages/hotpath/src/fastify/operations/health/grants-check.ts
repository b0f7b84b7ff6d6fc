/**
 * Whether the role of the connection has the privileges that the service needs in every table. Missing tables are not
 * reported here.
 */

import type pg from 'pg';
import type { Needs } from '../../../access/needs.ts';

const MISSING = `
SELECT current_user::text AS "role", needed.* FROM unnest($1::text[], $2::text[], $3::text[]) AS needed ("schema", "table", "privilege")
JOIN pg_namespace ON nspname = needed."schema"::name
JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = needed."table"::name
WHERE NOT has_schema_privilege(pg_namespace.oid, 'USAGE') OR NOT has_table_privilege(pg_class.oid, needed."privilege")
LIMIT 1`;

interface Missing {
  readonly role: string;
  readonly schema: string;
  readonly table: string;
  readonly privilege: string;
}

/** @returns one sentence on the first missing privilege, with its remedy. */
export async function missingGrant(pool: pg.Pool, { tables }: Needs): Promise<string | undefined> {
  const needed = tables.flatMap(({ schema, table, privileges }) => privileges.map((each) => [schema, table, each]));
  const columns = [0, 1, 2].map((place) => needed.map((each) => each[place]));
  const { rows } = await pool.query<Missing>(MISSING, columns);
  if (!rows[0]) return undefined;
  const { role, schema, table, privilege } = rows[0];
  return `The role "${role}" lacks ${privilege} on "${schema}"."${table}": run \`hotpath grants --role ${role}\` as the owner.`;
}
