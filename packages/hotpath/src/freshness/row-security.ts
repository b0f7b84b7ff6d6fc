/**
 * Row-level security of watched tables: whether a policy can show or hide rows without a change that triggers log.
 *
 * A policy that compares columns of its row is safe if the columns are logged: the row's own change outdates the answers. Not
 * so a policy that reads other rows or calls a function that is not immutable, such as `current_setting`. PostgreSQL records
 * no dependency on a function of its own, so the survey reads them in the expression of the policy.
 */
import { table as tableName } from '../compile/sql/scope.ts';
import { name } from '../compile/sql/text.ts';
import type { WatchedTable } from './watched.ts';

/** A policy that decides which rows a role reads. */
export interface RowPolicy {
  readonly name: string;
  readonly hasSubquery: boolean;
  /** The other tables and views that it reads. */
  readonly reads: readonly string[] | null;
  /** A function that it calls and that is not immutable. */
  readonly call: string | null;
  /** Whether it uses `current_user`, `current_date` or the like. */
  readonly usesSession: boolean;
  readonly columns: readonly string[] | null;
}

/** A sentence about the first policy that hides changes. */
export function unloggedPolicy(table: WatchedTable, policies: readonly RowPolicy[] | null): string | undefined {
  for (const policy of policies ?? []) {
    const fault = faultOf(policy, table);
    if (fault) return `The policy ${name(policy.name)} of ${tableName(table)} ${fault}.`;
  }
  return undefined;
}

function faultOf({ hasSubquery, reads, call, usesSession, columns }: RowPolicy, table: WatchedTable) {
  if (hasSubquery) return `has a subquery${reads ? ` of ${reads.join(', ')}` : ''}, whose changes show or hide rows`;
  if (call !== null) return `calls ${call}, which is not immutable`;
  if (usesSession) return 'uses the role or the time of a session';
  const unlogged = columns?.find((column) => !table.fields.some((field) => field.column === column));
  if (unlogged === undefined) return undefined;
  return `reads the column ${name(unlogged)}, which no resource declares, so no trigger logs its changes`;
}

/**
 * The policies of `relation` that apply to the current role, or to the owner of a view that reads the table: a view reads
 * with the rights of its owner.
 */
export const ROW_POLICIES = `(
    SELECT json_agg(json_build_object(
      'name', polname,
      'hasSubquery', expression LIKE '%{SUBLINK %',
      'reads', (
        SELECT json_agg(DISTINCT refobjid::regclass::text)
        FROM pg_depend
        WHERE classid = 'pg_policy'::regclass AND objid = policy.oid AND refclassid = 'pg_class'::regclass
          AND refobjid <> relation.oid
      ),
      'call', (
        SELECT pg_proc.oid::regprocedure::text
        FROM regexp_matches(expression, 'funcid (\\d+)', 'g') AS called JOIN pg_proc ON pg_proc.oid = called[1]::oid
        WHERE provolatile <> 'i'
        LIMIT 1
      ),
      'usesSession', expression LIKE '%{SQLVALUEFUNCTION %',
      'columns', (
        -- The number 0 is the row as a whole.
        SELECT json_agg(attname ORDER BY attnum)
        FROM pg_attribute
        WHERE attrelid = relation.oid AND NOT attisdropped AND (
          expression ~ (':varattno ' || attnum || ' ') OR attnum > 0 AND expression LIKE '%:varattno 0 %'
        )
      )
    ) ORDER BY polname)
    FROM pg_policy AS policy CROSS JOIN LATERAL (SELECT polqual::text AS expression) AS condition
    WHERE polrelid = relation.oid AND polcmd IN ('*', 'r') AND polqual IS NOT NULL
      AND relation.relrowsecurity AND EXISTS (
        SELECT FROM pg_roles AS reader
        WHERE (reader.rolname = current_user OR reader.oid IN (
            SELECT view.relowner
            FROM pg_depend AS read JOIN pg_rewrite AS rule ON rule.oid = read.objid JOIN pg_class AS view ON view.oid = rule.ev_class
            WHERE read.classid = 'pg_rewrite'::regclass AND read.refclassid = 'pg_class'::regclass AND read.refobjid = relation.oid
          ))
          AND EXISTS (SELECT FROM unnest(polroles) AS granted WHERE granted = 0 OR pg_has_role(reader.oid, granted, 'USAGE'))
          AND NOT reader.rolsuper AND NOT reader.rolbypassrls
          AND (relation.relforcerowsecurity OR NOT pg_has_role(reader.oid, relation.relowner, 'USAGE'))
      )
  )`;
