/**
 * Coverage: whether the database logs the changes of every watched table, and if not, why. The comment on the trigger
 * function of a table says which keys and columns it logs, and its body which tags it makes of a key. An instance reads both
 * before it serves a cached response: a migration may not be deployed yet, another version of the service may have deployed
 * its own triggers, a tool may have left triggers disabled, or replaced a table that has them by another one.
 *
 * A partitioned table needs the triggers on each of its partitions: a statement runs those of the table that it names alone.
 *
 * Some tables and columns change without a trigger; they are gaps, too. Some columns hold values that are equal for SQL and
 * differ in bytes; such a field makes no tags (`inexactFields`).
 */
import type pg from 'pg';
import { table as tableName, tableText } from '../compile/sql/scope.ts';
import { literal, name } from '../compile/sql/text.ts';
import type { DataModel } from '../model/data-model.ts';
import { makesTags } from './logged-tags.ts';
import { unloggedPolicy } from './row-security.ts';
import { spellingOf } from './spelling.ts';
import { type Relation, readRelations } from './table-survey.ts';
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
  /** Fields whose values SQL compares otherwise than their bytes, although the Prisma schema does not say so: `user.email`. */
  readonly inexactFields: ReadonlySet<string>;
  /** The keys with such fields, as source and prefix: `user?email=`. */
  readonly inexactKeys: ReadonlySet<string>;
}

/** Names the tables, views and columns whose changes are not all logged, and the fields and keys that make no tags. */
export async function surveyTables(client: pg.Client, watched: Watched): Promise<Survey> {
  const { dataModel } = watched.registry;
  const tables = [...watched.tables.values()];
  const views = viewsOf(watched);
  const rows = await readRelations(client, [...tables, ...views].map(tableText));
  const found = tables.map((table, index) => ({ table, relation: rows[index]! }));
  const known: Known = {
    sources: new Map([...tables, ...views].map(({ source }, index) => [rows[index]!.oid, source])),
    tables: new Map(tables.map((table, index) => [rows[index]!.oid, table])),
  };
  const reasons = [
    ...found.map(({ table, relation }) => ({ source: table.source, ...gapOfTable(dataModel, table, relation) })),
    ...views.map((view, index) => ({
      source: view.source,
      ...gapOfView(view, rows[tables.length + index]!, known),
    })),
  ];
  const inexactFields = new Set([...tables, ...views].flatMap((each, index) => inexactFieldsOf(each, rows[index]!)));
  return {
    gaps: reasons.filter((each): each is Gap => each.reason !== undefined),
    inexactFields,
    inexactKeys: new Set(tables.flatMap((table) => keysWith(table, inexactFields))),
  };
}

const UNLOGGED_KINDS: Readonly<Record<string, string>> = {
  m: 'is a materialized view, whose refresh runs no trigger',
  f: 'is a foreign table, whose changes run no trigger here',
  v: 'is a view, so its resource must declare the models that it is `madeOf`',
};

function gapOfTable(dataModel: DataModel, table: WatchedTable, relation: Relation): Reason | undefined {
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
  const policy = unloggedPolicy(table, relation.policies);
  if (policy) return ofSchema(policy);
  const unfit = unfitPartition(table, relation);
  if (unfit) return unfit;
  if (relation.triggers < TRIGGERS) return ofMigrations(missingTriggers(table, relation));
  if (!logsAll(relation, table) || !table.keys.every((key) => makesTags(relation.body ?? '', dataModel, key)))
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

/** The types of columns that hold values of a spelling; the others write or compare them by rules of their own. */
const EXACT_TYPES: Readonly<Record<string, readonly string[]>> = {
  text: ['text', 'varchar'],
  uuid: ['uuid'],
  integer: ['int2', 'int4', 'int8', 'oid'],
};

function inexactFieldsOf({ source, fields }: WatchedTable | WatchedView, { columns }: Relation): string[] {
  const inexact = fields.filter((field) => {
    const spelling = spellingOf(field);
    const actual = columns?.find((each) => each.name === field.column);
    return spelling !== undefined && !(actual?.isExact && (EXACT_TYPES[spelling]?.includes(actual.type) ?? true));
  });
  return inexact.map(({ name }) => `${source}.${name}`);
}

const keysWith = ({ source, keys }: WatchedTable, wanted: ReadonlySet<string>): string[] =>
  keys
    .filter(({ fields }) => fields.some(({ name }) => wanted.has(`${source}.${name}`)))
    .map(({ prefix }) => source + prefix);
