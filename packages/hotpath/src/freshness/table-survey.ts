/** The survey: the facts of the catalog about watched tables and views, in one statement. `coverage.ts` judges them. */
import type pg from 'pg';
import { ROW_POLICIES, type RowPolicy } from './row-security.ts';

/** A watched table or view, as the catalog has it. */
export interface Relation {
  readonly oid: string | null;
  /** `pg_class.relkind`: `r` for a table. Null where there is no such relation. */
  readonly kind: string | null;
  /** Whether it inherits, or is a partition. */
  readonly isChild: boolean;
  readonly hasChildren: boolean;
  readonly isSubscribed: boolean;
  readonly triggers: number;
  /** A partitioned table and its partitions, to any depth; null for another relation. */
  readonly tree: readonly PartitionedTable[] | null;
  /** The comment on the function that its triggers run. */
  readonly coverage: string | null;
  /** Of that function. */
  readonly body: string | null;
  readonly columns: readonly Column[] | null;
  /** Those that apply to the role, or to a view that reads the table. */
  readonly policies: readonly RowPolicy[] | null;
  /** The tables that a view reads, through other views, too. */
  readonly reads: readonly { readonly oid: string; readonly name: string; readonly kind: string }[] | null;
  /** Which columns a view reads, and of a generated one those that it is computed from. */
  readonly readColumns: readonly { readonly oid: string; readonly name: string }[] | null;
}

/** A partitioned table, or one of its partitions. */
interface PartitionedTable {
  readonly oid: string;
  readonly name: string;
  readonly kind: string;
  readonly isSubscribed: boolean;
  /** Those that run the function of the partitioned table. */
  readonly triggers: number;
  /** Whether an update that moves a row to another partition is logged. */
  readonly logsMoves: boolean;
  /** A trigger that runs after the one that logs such updates, and may change the row. */
  readonly laterTrigger: string | null;
}

interface Column {
  readonly name: string;
  readonly isVirtual: boolean;
  readonly type: string;
  readonly isExact: boolean;
}

/**
 * The relations of these names, in their order.
 * @param names quoted where PostgreSQL needs it: `"public"."users"`.
 */
export async function readRelations(client: pg.Client, names: readonly string[]): Promise<Relation[]> {
  const { rows } = await client.query<Relation>(SURVEY, [names]);
  return rows;
}

/** The bits of `pg_trigger.tgtype` for a trigger of rows, before, and for updates. */
const BEFORE_UPDATE_OF_ROW = 1 + 2 + 16;

/** `$1` names relations. The function is the one that their triggers run. A domain counts as the type that it is made of. */
const SURVEY = `
SELECT
  relation.relkind AS "kind",
  EXISTS (SELECT FROM pg_inherits WHERE inhrelid = relation.oid) AS "isChild",
  EXISTS (SELECT FROM pg_inherits WHERE inhparent = relation.oid) AS "hasChildren",
  EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid = relation.oid) AS "isSubscribed",
  coalesce(log.triggers, 0) AS "triggers",
  (
    WITH RECURSIVE tree AS (
      SELECT relation.oid AS oid
      UNION
      SELECT child.inhrelid FROM tree JOIN pg_inherits AS child ON child.inhparent = tree.oid
    ), keys AS (
      SELECT encode(convert_to(attname, 'UTF8'), 'escape') AS key
      FROM pg_partitioned_table
      JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = partrelid AND objsubid > 0
        AND refclassid = 'pg_class'::regclass AND refobjid = partrelid AND refobjsubid = 0 AND deptype = 'i'
      JOIN pg_attribute ON attrelid = partrelid AND attnum = objsubid
      WHERE partrelid IN (SELECT oid FROM tree)
    )
    SELECT json_agg(json_build_object(
      'oid', tree.oid::text,
      'name', tree.oid::regclass::text,
      'kind', relkind,
      'isSubscribed', EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid = tree.oid),
      'triggers', (
        SELECT count(*) FROM pg_trigger
        WHERE tgrelid = tree.oid AND tgenabled = 'A' AND tgname LIKE 'invalidation\\_%' AND tgfoid = log.function
      ),
      'logsMoves', EXISTS (
        SELECT FROM pg_trigger
        CROSS JOIN LATERAL string_to_array(encode(tgargs, 'escape'), '\\000') AS given
        WHERE tgrelid = tree.oid AND tgenabled = 'A' AND tgfoid = to_regproc('"hotpath"."log_moves"')
          AND given[1] = (SELECT encode(convert_to(proname, 'UTF8'), 'escape') FROM pg_proc WHERE oid = log.function)
          AND NOT EXISTS (SELECT FROM keys WHERE key <> ALL (given))
      ),
      'laterTrigger', (
        SELECT later.tgname
        FROM pg_trigger AS own JOIN pg_trigger AS later ON later.tgrelid = own.tgrelid AND later.tgname > own.tgname
        WHERE own.tgrelid = tree.oid AND own.tgfoid = to_regproc('"hotpath"."log_moves"')
          AND later.tgtype & ${BEFORE_UPDATE_OF_ROW} = ${BEFORE_UPDATE_OF_ROW} AND later.tgenabled <> 'D'
        LIMIT 1
      )
    ) ORDER BY tree.oid)
    FROM tree JOIN pg_class USING (oid)
    WHERE relation.relkind = 'p'
  ) AS "tree",
  obj_description(log.function, 'pg_proc') AS "coverage",
  (SELECT prosrc FROM pg_proc WHERE oid = log.function) AS "body",
  (
    SELECT json_agg(json_build_object(
      'name', attname,
      'isVirtual', attgenerated = 'v',
      'type', (
        WITH RECURSIVE base AS (
          SELECT typname, typbasetype FROM pg_type WHERE oid = atttypid
          UNION ALL
          SELECT inner_type.typname, inner_type.typbasetype FROM base JOIN pg_type inner_type ON inner_type.oid = base.typbasetype
        )
        SELECT typname FROM base WHERE typbasetype = 0
      ),
      'isExact', coalesce((SELECT collisdeterministic FROM pg_collation WHERE oid = attcollation), true)
    ))
    FROM pg_attribute WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
  ) AS "columns",
  ${ROW_POLICIES} AS "policies",
  (
    WITH RECURSIVE reads AS (
      SELECT relation.oid AS oid
      UNION
      SELECT read.refobjid
      FROM reads
      JOIN pg_rewrite AS rule ON rule.ev_class = reads.oid
      JOIN pg_depend AS read ON read.objid = rule.oid AND read.classid = 'pg_rewrite'::regclass
        AND read.refclassid = 'pg_class'::regclass AND read.refobjid <> reads.oid
    )
    SELECT json_agg(json_build_object('oid', pg_class.oid::text, 'name', pg_class.oid::regclass::text, 'kind', relkind))
    FROM reads JOIN pg_class USING (oid) WHERE pg_class.oid <> relation.oid
  ) AS "reads",
  (
    WITH RECURSIVE rules AS (
      SELECT oid, ev_action FROM pg_rewrite WHERE ev_class = relation.oid AND relation.relkind = 'v'
      UNION
      SELECT rule.oid, rule.ev_action
      FROM rules
      JOIN pg_depend AS read ON read.objid = rules.oid AND read.classid = 'pg_rewrite'::regclass
        AND read.refclassid = 'pg_class'::regclass
      JOIN pg_rewrite AS rule ON rule.ev_class = read.refobjid AND rule.oid <> rules.oid
    ), named AS (
      -- A row as a whole names no column in pg_depend, but stands as column 0 in the rule.
      SELECT DISTINCT attribute.attrelid, attribute.attnum, attribute.attname, attribute.attgenerated
      FROM rules
      JOIN pg_depend AS read ON read.objid = rules.oid AND read.classid = 'pg_rewrite'::regclass
        AND read.refclassid = 'pg_class'::regclass
      JOIN pg_attribute AS attribute ON attribute.attrelid = read.refobjid AND (
        attribute.attnum = read.refobjsubid AND read.refobjsubid <> 0
        OR attribute.attnum > 0 AND NOT attribute.attisdropped AND rules.ev_action::text ~ ':varattno 0 '
      )
    ), places AS (
      SELECT attrelid AS root, attrelid AS oid FROM named
      UNION
      SELECT places.root, child.inhrelid FROM places JOIN pg_inherits AS child ON child.inhparent = places.oid
    ), stored AS (
      SELECT attrelid, attname FROM named WHERE attgenerated = ''
      UNION
      -- A partition may compute the column otherwise than its table.
      SELECT named.attrelid, source.attname
      FROM named
      JOIN places ON places.root = named.attrelid
      JOIN pg_attribute AS generated ON generated.attrelid = places.oid AND generated.attname = named.attname
      JOIN pg_attrdef AS formula ON formula.adrelid = places.oid AND formula.adnum = generated.attnum
      JOIN pg_depend AS computed ON computed.classid = 'pg_attrdef'::regclass AND computed.objid = formula.oid
        AND computed.refclassid = 'pg_class'::regclass AND computed.refobjid = places.oid
        AND computed.refobjsubid NOT IN (0, generated.attnum)
      JOIN pg_attribute AS source ON source.attrelid = places.oid AND source.attnum = computed.refobjsubid
      WHERE named.attgenerated <> ''
    )
    SELECT json_agg(json_build_object('oid', attrelid::text, 'name', attname)) FROM stored
  ) AS "readColumns",
  relation.oid::text AS "oid"
FROM unnest($1::text[]) WITH ORDINALITY AS wanted (relation, place)
LEFT JOIN pg_class AS relation ON relation.oid = to_regclass(wanted.relation)
LEFT JOIN LATERAL (
  SELECT tgfoid AS function, count(*)::integer AS triggers
  FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
  WHERE tgrelid = relation.oid AND tgenabled = 'A' AND tgname LIKE 'invalidation\\_%'
    AND pronamespace = to_regnamespace('hotpath')
  GROUP BY tgfoid
  ORDER BY triggers DESC
  LIMIT 1
) AS log ON true
ORDER BY wanted.place`;
