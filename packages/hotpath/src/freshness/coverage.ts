/**
 * Coverage: whether the database logs the changes of every watched table, and if not, why. The comment on the trigger
 * function of a table says what it logs. An instance reads it before it serves a cached response: a migration may not be
 * deployed yet, another version of the service may have deployed its own triggers, a tool may have left triggers disabled,
 * or replaced a table that has them by another one.
 *
 * A partitioned table needs the triggers on each of its partitions: a statement runs those of the table that it names alone.
 *
 * Some tables and columns change without a trigger; they are gaps, too. Some columns hold values that are equal for SQL and
 * differ in bytes; a key with such a column makes no tags (`inexactKeys`).
 */
import type pg from 'pg';
import { table as tableName, tableText } from '../compile/sql/scope.ts';
import { literal, name } from '../compile/sql/text.ts';
import { viewsOf, type Watched, type WatchedTable, type WatchedView } from './watched.ts';

interface Coverage {
  readonly source: string;
  readonly keys: readonly string[];
  readonly columns: readonly string[];
}

const coverageOf = ({ source, keys, fields }: WatchedTable): Coverage => ({
  source,
  keys: keys.map(({ prefix }) => prefix),
  columns: fields.map(({ column }) => column),
});

/** The comment. */
export const coverageText = (table: WatchedTable): string => JSON.stringify(coverageOf(table));

/** A table, view or column whose changes are not all logged. */
export interface Gap {
  /** The source in tags: `readingHourly`. */
  readonly source: string;
  /** A sentence with the names of the database. */
  readonly reason: string;
  /** The remedy: to deploy the migrations of this version, the statement that the reason names, or another schema. */
  readonly remedy: 'migrations' | 'statement' | 'schema';
}

type Reason = Pick<Gap, 'reason' | 'remedy'>;

const ofMigrations = (reason: string): Reason => ({ reason, remedy: 'migrations' });
const ofStatement = (reason: string): Reason => ({ reason, remedy: 'statement' });
const ofSchema = (reason: string): Reason => ({ reason, remedy: 'schema' });

/** The relations that the database has under the watched names. */
export interface Survey {
  readonly gaps: readonly Gap[];
  /** Keys whose values SQL compares otherwise than their bytes: source and prefix, `user?email=`. */
  readonly inexactKeys: ReadonlySet<string>;
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

interface Relation {
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
  readonly coverage: string | null;
  readonly columns: readonly Column[] | null;
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

/** Names the tables, views and columns whose changes are not all logged, and the keys that make no tags. */
export async function surveyTables(client: pg.Client, watched: Watched): Promise<Survey> {
  const tables = [...watched.tables.values()];
  const views = viewsOf(watched);
  const names = [...tables, ...views].map(tableText);
  const { rows } = await client.query<Relation>(SURVEY, [names]);
  const found = tables.map((table, index) => ({ table, relation: rows[index]! }));
  const known: Known = {
    sources: new Map([...tables, ...views].map(({ source }, index) => [rows[index]!.oid, source])),
    tables: new Map(tables.map((table, index) => [rows[index]!.oid, table])),
  };
  const reasons = [
    ...found.map(({ table, relation }) => ({ source: table.source, ...gapOfTable(table, relation) })),
    ...views.map((view, index) => ({
      source: view.source,
      ...gapOfView(view, rows[tables.length + index]!, known),
    })),
  ];
  return {
    gaps: reasons.filter((each): each is Gap => each.reason !== undefined),
    inexactKeys: new Set(found.flatMap(({ table, relation }) => inexactKeysOf(table, relation))),
  };
}

const UNLOGGED_KINDS: Readonly<Record<string, string>> = {
  m: 'is a materialized view, whose refresh runs no trigger',
  f: 'is a foreign table, whose changes run no trigger here',
  v: 'is a view, so its resource must declare the models that it is `madeOf`',
};

function gapOfTable(table: WatchedTable, relation: Relation): Reason | undefined {
  const called = tableName(table);
  const { kind, columns } = relation;
  if (kind === null) return ofMigrations(`There is no table ${called}.`);
  if (kind !== 'r' && kind !== 'p') return ofSchema(`${called} ${UNLOGGED_KINDS[kind] ?? 'is not a table'}.`);
  if (relation.isChild || (relation.hasChildren && kind !== 'p'))
    return ofSchema(`${called} inherits, or is inherited from, and a write to the one runs no trigger of the other.`);
  if (relation.isSubscribed)
    return ofSchema(`${called} is written by a subscription, which runs no trigger of a statement.`);
  const missing = table.fields.find(({ column }) => !columns?.some((each) => each.name === column));
  if (missing) return ofMigrations(`${called} has no column ${name(missing.column)}.`);
  const virtual = columns!.find(
    (column) => column.isVirtual && table.fields.some((field) => field.column === column.name),
  );
  if (virtual)
    return ofSchema(
      `${called} has the virtual generated column ${name(virtual.name)}, which no trigger sees: make it STORED.`,
    );
  const unfit = unfitPartition(table, relation);
  if (unfit) return unfit;
  if (relation.triggers < TRIGGERS) return ofMigrations(missingTriggers(table, relation));
  if (!logsAll(relation, table))
    return ofMigrations(`The triggers of ${called} are of another version of the service.`);
  return barePartition(table, relation);
}

function missingTriggers(table: WatchedTable, { kind }: Relation): string {
  const missing = `The triggers of ${tableName(table)} are missing or disabled.`;
  return kind === 'p' ? `${missing} If its migration is deployed, run ${logPartitions(table)}` : missing;
}

const logPartitions = (table: WatchedTable): string => `SELECT hotpath.log_partitions(${literal(tableText(table))}).`;

/** The first partition whose changes no trigger of ours can log. */
function unfitPartition(table: WatchedTable, { tree }: Relation): Reason | undefined {
  const called = tableName(table);
  const foreign = tree?.find(({ kind }) => kind === 'f');
  if (foreign) return ofSchema(`The partition ${foreign.name} of ${called} ${UNLOGGED_KINDS['f']}.`);
  const subscribed = tree?.find(({ isSubscribed }) => isSubscribed);
  if (subscribed)
    return ofSchema(
      `The partition ${subscribed.name} of ${called} is written by a subscription, which runs no trigger of a statement.`,
    );
  const late = tree?.find(({ laterTrigger }) => laterTrigger !== null);
  return (
    late &&
    ofSchema(
      `The trigger ${name(late.laterTrigger!)} of ${late.name} runs after the one that logs rows that move to another partition: give it a name before "~".`,
    )
  );
}

/** The first partition that lacks triggers. */
function barePartition(table: WatchedTable, { oid, tree }: Relation): Reason | undefined {
  const called = tableName(table);
  const remedy = `Run ${logPartitions(table)}`;
  const bare = tree?.find(({ triggers }) => triggers < TRIGGERS);
  if (bare)
    return ofStatement(`The triggers of the partition ${bare.name} of ${called} are missing or disabled. ${remedy}`);
  const silent = tree?.find(({ logsMoves }) => !logsMoves);
  return (
    silent &&
    ofStatement(
      `${silent.oid === oid ? called : `The partition ${silent.name} of ${called}`} does not log rows that move to another partition. ${remedy}`,
    )
  );
}

/** One for each kind of statement. */
const TRIGGERS = 4;

function logsAll({ coverage }: Relation, table: WatchedTable): boolean {
  const { source, keys = [], columns = [] } = JSON.parse(coverage ?? '{}') as Partial<Coverage>;
  const wanted = coverageOf(table);
  if (source !== wanted.source) return false;
  return wanted.keys.every((key) => keys.includes(key)) && wanted.columns.every((column) => columns.includes(column));
}

/** The watched tables, by oid. */
interface Known {
  readonly sources: ReadonlyMap<string | null, string>;
  readonly tables: ReadonlyMap<string | null, WatchedTable>;
}

function gapOfView(view: WatchedView, relation: Relation, { sources, tables }: Known): Reason | undefined {
  const { kind, reads, readColumns } = relation;
  const called = tableName(view);
  if (kind === null) return ofMigrations(`There is no view ${called}.`);
  if (kind !== 'v') return ofSchema(`${called} ${UNLOGGED_KINDS[kind] ?? 'is not a view'}.`);
  const stranger = reads?.find((read) => read.kind !== 'v' && !view.bases.includes(sources.get(read.oid) ?? ''));
  if (stranger) return ofSchema(`${called} reads ${stranger.name}, which its resource does not declare in \`madeOf\`.`);
  const unlogged = readColumns?.find(({ oid, name: column }) => {
    const fields = tables.get(oid)?.fields;
    return fields && !fields.some((field) => field.column === column);
  });
  return (
    unlogged &&
    ofSchema(
      `${called} reads the column ${name(unlogged.name)} of ${tableName(tables.get(unlogged.oid)!)}, which its model does not have, so no trigger logs its changes.`,
    )
  );
}

/** Types whose equal values are written alike; the others of a key compare by rules of their own. */
const EXACT_TYPES = ['text', 'varchar', 'uuid', 'int2', 'int4', 'int8', 'oid'];

function inexactKeysOf({ source, keys }: WatchedTable, { columns }: Relation): string[] {
  const isExact = ({ column, type }: WatchedTable['fields'][number]) => {
    const actual = columns?.find((each) => each.name === column);
    return actual?.isExact && (type === 'Enum' || EXACT_TYPES.includes(actual.type));
  };
  return keys.filter(({ fields }) => !fields.every(isExact)).map(({ prefix }) => source + prefix);
}
