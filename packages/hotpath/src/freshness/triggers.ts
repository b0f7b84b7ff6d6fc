/**
 * The tags of a change: the SQL that logs them for each watched table. It is the body of a function, which
 * `hotpath.log_changes` puts in the schema `hotpath` under a name made of the table's schema and name, with a trigger for
 * each kind of statement.
 *
 * Two logs take turns (`sql/002-logs-that-take-turns.sql`), and the function has each statement for both: PostgreSQL keeps a
 * plan of each, and a choice of the table inside a statement would cost more than the row.
 *
 * A trigger runs once a statement, with the rows before and after as tables. A few changed rows are logged one by one,
 * which is the cheapest plan PostgreSQL has for it (decision 0031). If there are more, one row is logged for all:
 * of each key the values that occur, or `*` where they are many.
 *
 * - An update of one row needs no join, and most are that: it takes three fifths of the time.
 * - An update counts where a watched column changed: compared byte by byte (`*<>`), because what PostgreSQL takes for
 *   equal (1.0 and 1.00 in jsonb, 'a' and 'A' in citext) may be written differently.
 * - FULL JOIN is never a nested loop, so an update of a million rows costs one pass, although its plan is kept from an
 *   update of one.
 * - The function finds its names in `pg_catalog` alone, so rows are joined by PostgreSQL's own operators. Where an
 *   extension's operator takes more values for equal (citext), a row whose key changes within them is logged as two.
 */

import { tableText } from '../compile/sql/scope.ts';
import { dollarQuoted, literal, name } from '../compile/sql/text.ts';
import type { DataModel } from '../model/data-model.ts';
import { coverageText } from './coverage.ts';
import { keyValues, loggedTags, type RowAlias } from './logged-tags.ts';
import type { Key, Watched, WatchedTable } from './watched.ts';

/** Rows that are logged one by one. */
const MOST_ROWS = 8;
/** Values of a key that are logged where there are more rows. */
const MOST_VALUES = 50;

/** How the changes of a table are logged. */
export interface TableLog {
  readonly source: string;
  /** The table, as `to_regclass` reads it. */
  readonly relation: string;
  /** The logged columns and keys, for `surveyTables`. */
  readonly coverage: string;
  /** Of the function, in PL/pgSQL. */
  readonly body: string;
}

/** One for each watched table. */
export function tableLogs({ registry, tables }: Watched): TableLog[] {
  return [...tables.values()].map((table) => ({
    source: table.source,
    relation: tableText(table),
    coverage: coverageText(table),
    body: functionBody(registry.dataModel, table),
  }));
}

/** The SQL that makes each watched table log its changes, by source. */
export function triggersFor(watched: Watched): ReadonlyMap<string, string> {
  return new Map(tableLogs(watched).map((log) => [log.source, logChanges(log)]));
}

const logChanges = ({ relation, coverage, body }: TableLog): string =>
  `SELECT "hotpath"."log_changes"(${literal(relation)}, ${literal(coverage)}, ${dollarQuoted(body)});`;

const TABLE = /^SELECT "hotpath"\."log_changes"\((E?'(?:[^']|'')*'),/;

/** The SQL that makes a table log nothing any more. @param sql that made it log its changes. */
export const stopLogging = (sql: string): string => `SELECT "hotpath"."stop_logging"(${TABLE.exec(sql)![1]});`;

/** The logs that take turns. */
const LOGS = ['log_a', 'log_b'] as const;
type LogName = (typeof LOGS)[number];

/** The expression of `hotpath.is_turn_of_log_a()`; a call of it would cost as much as the row. */
const IS_FIRSTS_TURN = `(pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648`;

function functionBody(dataModel: DataModel, table: WatchedTable): string {
  const [first, second] = LOGS.map((log) => branches({ dataModel, table, log }));
  return `
DECLARE
  logged integer;
BEGIN
  IF ${IS_FIRSTS_TURN} THEN
${first}
  ELSE
${second}
  END IF;
  RETURN NULL;
END `;
}

/** The table whose changes are logged, and the log. */
interface Logging {
  readonly dataModel: DataModel;
  readonly table: WatchedTable;
  readonly log: LogName;
}

function branches(logging: Logging): string {
  const { source, keys, identity, fields } = logging.table;
  const same = identity.map(({ column }) => `n.${name(column)} = o.${name(column)}`).join(' AND ');
  const row = (alias: string) => `ROW(${fields.map(({ column }) => `${alias}.${name(column)}`).join(', ')})::record`;
  const differ = `${row('o')} *<> ${row('n')}`;
  const both = ['o', 'n'] as const;
  // LEFT JOIN: a row that moves to a partition whose trigger refuses it is gone, and there is no new row.
  const one: Changes = { from: 'old_rows o LEFT JOIN new_rows n ON true', where: differ, aliases: both };
  return `    IF TG_OP = 'INSERT' THEN
${logRows(logging, { from: 'new_rows n', aliases: ['n'] })}
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        ${insertInto(logging)}
        ${selectTags(logging, one).replaceAll('\n', '\n  ')};
        RETURN NULL;
      END IF;
${logRows(logging, { from: `old_rows o FULL JOIN new_rows n ON ${same}`, where: differ, aliases: both })}
    ELSIF TG_OP = 'DELETE' THEN
${logRows(logging, { from: 'old_rows o', aliases: ['o'] })}
    ELSE
      ${insertInto(logging)}
      VALUES (pg_current_xact_id(), ${literal(source)}, ARRAY[${keys.map(all).join(', ')}]::text[]);
    END IF;`;
}

const insertInto = ({ log }: Logging): string => `INSERT INTO "hotpath"."${log}" ("xid", "source", "tags")`;
const ROWS = { o: 'old_rows', n: 'new_rows' } as const;

interface Changes {
  /** The rows that changed, before and after side by side. */
  readonly from: string;
  readonly where?: string;
  readonly aliases: readonly RowAlias[];
}

/** One by one with one more than that, which tells that there are more. */
function logRows(logging: Logging, changes: Changes): string {
  const { dataModel, table } = logging;
  const together = table.keys.map((key) => valuesTogether(dataModel, key, changes.aliases));
  return `      ${insertInto(logging)}
      ${selectTags(logging, changes)}
      LIMIT ${MOST_ROWS + 1};
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > ${MOST_ROWS} THEN
        ${insertInto(logging)}
        VALUES (pg_current_xact_id(), ${literal(table.source)}, ${together.join('\n          || ') || `'{}'`});
      END IF;`;
}

function selectTags({ dataModel, table: { source, keys } }: Logging, { from, where, aliases }: Changes): string {
  const selected = `SELECT pg_current_xact_id(), ${literal(source)}, ${loggedTags(dataModel, keys, aliases)}`;
  return [selected, `FROM ${from}`, ...(where === undefined ? [] : [`WHERE ${where}`])].join('\n      ');
}

/** The tags of a key's values in all rows, changed or not. */
function valuesTogether(dataModel: DataModel, key: Key, aliases: Changes['aliases']): string {
  const rows = aliases.map(
    (alias) => `SELECT (${keyValues(dataModel, key, alias)})::text FROM ${ROWS[alias]} ${alias}`,
  );
  const distinct = rows.length > 1 ? rows.join(' UNION ') : `${rows[0]} GROUP BY 1`;
  return `"hotpath"."tags"(${literal(key.prefix)}, ARRAY(${distinct} LIMIT ${MOST_VALUES + 1}))`;
}

const all = ({ prefix }: Key): string => literal(`${prefix}*`);
