/** The privileges that the service needs and a role lacks. */
import type { Needs } from '../access/needs.ts';
import type { Queryable } from './database.ts';
import { type Finding, fault, ok } from './finding.ts';

const MISSING_TABLES = `
SELECT format('%s on %I.%I', "privilege", "schema", "table") AS "right"
FROM unnest($1::text[], $2::text[], $3::text[]) AS needed ("schema", "table", "privilege")
JOIN pg_namespace ON nspname = needed."schema"::name
JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = needed."table"::name
WHERE NOT has_schema_privilege($4::name, pg_namespace.oid, 'USAGE')
  OR NOT has_table_privilege($4::name, pg_class.oid, "privilege")`;

/** Without USAGE on a schema, its functions are invisible. */
const MISSING_FUNCTIONS = `
SELECT format('EXECUTE on %s', needed) AS "right"
FROM unnest($1::text[]) AS needed
WHERE has_schema_privilege($2::name, 'hotpath', 'USAGE')
  AND NOT has_function_privilege($2::name, to_regprocedure(needed)::oid, 'EXECUTE')`;

/** The number of privileges that the finding names; more may be missing. */
const MOST_TOLD = 3;

/** The role of the connection has the privileges. */
export async function checkRights(client: Queryable, needs: Needs): Promise<Finding> {
  const check = 'privileges of the role';
  const { rows } = await client.query<{ role: string }>('SELECT current_user::text AS "role"');
  const { role } = rows[0]!;
  const missing = await missingRights(client, needs, role);
  if (missing.length === 0) return ok(check, role);
  const more = missing.length > MOST_TOLD ? ` and ${missing.length - MOST_TOLD} more` : '';
  const detail = `${role} lacks ${missing.slice(0, MOST_TOLD).join(', ')}${more}`;
  return fault('missing', { check, detail, remedy: `As the owner: hotpath grants --role ${role} --apply` });
}

/** The privileges that the role lacks, such as `SELECT on public.posts`. Other checks report missing tables. */
export async function missingRights(
  client: Queryable,
  { tables, functions }: Needs,
  role: string,
): Promise<readonly string[]> {
  const needed = tables.flatMap(({ schema, table, privileges }) => privileges.map((each) => [schema, table, each]));
  const columns = [0, 1, 2].map((place) => needed.map((each) => each[place]));
  const missing = await rightsIn(client, MISSING_TABLES, [...columns, role]);
  const { rows } = await client.query<{ place: string | null }>(`SELECT to_regnamespace('hotpath')::text AS "place"`);
  if (!rows[0]!.place) return missing;
  return [...missing, ...(await rightsIn(client, MISSING_FUNCTIONS, [functions, role]))];
}

async function rightsIn(client: Queryable, text: string, values: unknown[]): Promise<string[]> {
  const { rows } = await client.query<{ right: string }>(text, values);
  return rows.map(({ right }) => right);
}
