/**
 * The SQL that grants a role the privileges that the service needs (`needs.ts`). The SQL grants only the privileges
 * that the role lacks, because every change of the catalog begins a new epoch of the cache.
 *
 * The owner of a relation has every privilege on it, and so have the members of the owner and superusers. PostgreSQL lets
 * a REVOKE take them away from the owner, so the SQL revokes nothing from a role with an owner's rights, and grants it
 * only what an earlier REVOKE took.
 *
 * The queue's tables have row level security without a policy, so that a role that does not own them sees no row. The
 * SQL creates a policy for the role on each of these tables.
 */
import { dollarQuoted, literal } from '../compile/sql/text.ts';
import { QUEUE_SCHEMA } from '../jobs/graphile-worker-internals.ts';
import type { Needs, TableNeed } from './needs.ts';

/**
 * The SQL that lets a role run the service and its workers, and do nothing else in their schemas.
 * @param role the name of the role in PostgreSQL; the role must exist.
 * @returns a script of one transaction. If a table is missing, the script fails with the name of the table.
 */
export function grantsText(needs: Needs, role: string): string {
  return `-- Lets the role ${quoted(role)} run the service and its workers, and do nothing else in their schemas. Run it as the owner of
-- the tables after every \`prisma migrate deploy\` and \`hotpath jobs install\`. It changes only what differs, and
-- revokes nothing on relations that the role owns, itself or as a member of their owner.

BEGIN;

${grantsStatement(needs, role)};

COMMIT;
`;
}

/** The one statement of the script, for a caller with a transaction of its own. */
export const grantsStatement = (needs: Needs, role: string): string => `DO ${dollarQuoted(body(needs, role))}`;

function body(needs: Needs, role: string): string {
  const schemas = [...new Set(needs.tables.map(({ schema }) => schema))];
  const places = `ARRAY[${schemas.map((schema) => literal(quoted(schema))).join(', ')}]::regnamespace[]`;
  const queue = needs.hasQueue ? `${literal(quoted(QUEUE_SCHEMA))}::regnamespace` : 'NULL';
  return `
DECLARE
  service CONSTANT regrole := ${literal(quoted(role))}::regrole;
  change text;
BEGIN
  FOR change IN
    WITH needed AS (
      SELECT relation::regclass AS relation, trim(privilege) AS privilege
      FROM (VALUES
        ${needs.tables.map(rowOf).join(',\n        ')}
      ) AS tables (relation, privileges), unnest(string_to_array(privileges, ',')) AS privilege
    ), wanted AS (
      SELECT * FROM needed
      UNION
      -- The sequences that the defaults of an insert come from.
      SELECT sequence.oid::regclass, 'USAGE'
      FROM needed
      JOIN pg_attrdef AS value ON value.adrelid = relation
      JOIN pg_depend AS depends ON depends.classid = 'pg_attrdef'::regclass AND depends.objid = value.oid
      JOIN pg_class AS sequence ON depends.refclassid = 'pg_class'::regclass AND sequence.oid = depends.refobjid
      WHERE privilege = 'INSERT' AND sequence.relkind = 'S'
    ), held AS (
      SELECT pg_class.oid::regclass AS relation, privilege_type AS privilege
      FROM pg_class, aclexplode(relacl)
      WHERE grantee = service AND relnamespace = ANY (${places}) AND NOT pg_has_role(service, relowner, 'USAGE')
    ), changes (words, privilege, relation, direction) AS (
      SELECT 'GRANT', missing.*, 'TO' FROM (SELECT privilege, relation FROM wanted EXCEPT SELECT privilege, relation FROM held) AS missing
      UNION ALL
      SELECT 'REVOKE', past.*, 'FROM' FROM (SELECT privilege, relation FROM held EXCEPT SELECT privilege, relation FROM wanted) AS past
    )
    SELECT format('GRANT USAGE ON SCHEMA %s TO %s', place, service)
    FROM unnest(${places}) AS place
    WHERE NOT has_schema_privilege(service, place, 'USAGE')
    UNION ALL
    SELECT format('%s %s ON %s %s %s %s', words, privilege,
      CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relation, direction, service)
    FROM changes JOIN pg_class ON pg_class.oid = relation
    WHERE NOT (pg_has_role(service, relowner, 'USAGE') AND CASE relkind
      WHEN 'S' THEN has_sequence_privilege(service, relation, privilege)
      ELSE has_table_privilege(service, relation, privilege) END)
    UNION ALL
    SELECT format('GRANT EXECUTE ON FUNCTION %s TO %s', callable, service)
    FROM (
      SELECT unnest(ARRAY[${functionsOf(needs)}]::regprocedure[]) AS callable
      UNION ALL
      SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = ${queue}
    ) AS functions
    WHERE NOT has_function_privilege(service, callable, 'EXECUTE')
    UNION ALL
    SELECT format('CREATE POLICY %s ON %s TO %s USING (true) WITH CHECK (true)', service, pg_class.oid::regclass, service)
    FROM pg_class
    WHERE relnamespace = ${queue} AND relrowsecurity
      AND (relforcerowsecurity OR NOT pg_has_role(service, relowner, 'USAGE'))
      AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND service = ANY (polroles))
  LOOP
    EXECUTE change;
  END LOOP;
END `;
}

const rowOf = ({ schema, table, privileges }: TableNeed): string =>
  `(${literal(`${quoted(schema)}.${quoted(table)}`)}, ${literal(privileges.join(', '))})`;

const functionsOf = ({ functions }: Needs): string => functions.map(literal).join(', ');

/** A name as written inside a literal, where it may contain a line break. */
const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
