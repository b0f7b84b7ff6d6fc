/**
 * The triggers that log changes, as SQL: for each watched table a function, and a trigger for each kind of statement.
 *
 * A trigger runs once a statement, with the rows before and after as tables. A few changed rows are logged one by one,
 * which is the cheapest plan PostgreSQL has for it (`docs/decisions.md`). If there are more, one row is logged for all:
 * of each key the values that occur, or `*` where they are many.
 *
 * - An update counts where a watched column changed: compared byte by byte (`*<>`), because what PostgreSQL takes for
 *   equal (1.0 and 1.00 in jsonb, 'a' and 'A' in citext) may be written differently.
 * - FULL JOIN is never a nested loop, so an update of a million rows costs one pass, although its plan is kept from an
 *   update of one.
 * - SECURITY DEFINER: a role that writes to the table needs no right to the log. The search path is the migration's,
 *   with temporary tables last, so that no temporary table of a session takes the place of the log.
 * - ENABLE ALWAYS: also where `session_replication_role` is `replica`, as tools that restore set it.
 */
import type { DataModel, ScalarField } from '../compile/data-model.ts';
import { output } from '../compile/sql/output.ts';
import { table as tableName } from '../compile/sql/scope.ts';
import { dollarQuoted, literal, name } from '../compile/sql/text.ts';
import { coverageLiteral, functionName } from './coverage.ts';
import type { Key, Watched, WatchedTable } from './watched.ts';

/** Rows that are logged one by one. */
const MOST_ROWS = 8;
/** Values of a key that are logged where there are more rows. */
const MOST_VALUES = 50;

/** The SQL that creates, or replaces, the function and the triggers of each watched table, by source. */
export function triggersFor({ registry, tables }: Watched): ReadonlyMap<string, string> {
  return new Map([...tables.values()].map((table) => [table.source, createTriggers(registry.dataModel, table)]));
}

const TRIGGERS = [
  { event: 'INSERT', referencing: 'NEW TABLE AS new_rows' },
  { event: 'UPDATE', referencing: 'OLD TABLE AS old_rows NEW TABLE AS new_rows' },
  { event: 'DELETE', referencing: 'OLD TABLE AS old_rows' },
  { event: 'TRUNCATE', referencing: undefined },
] as const;

type Event = (typeof TRIGGERS)[number]['event'];

const triggerName = (event: Event): string => `invalidation_${event.toLowerCase()}`;

/** The SQL that drops the function of a source, and its triggers with it. */
export const dropTriggers = (source: string): string => `DROP FUNCTION ${name(functionName(source))}() CASCADE;`;

function createTriggers(dataModel: DataModel, table: WatchedTable): string {
  const triggers = TRIGGERS.map(({ event, referencing }) => createTrigger(table, event, referencing));
  return `${createFunction(dataModel, table)}\n\n${triggers.join('\n')}`;
}

function createTrigger(table: WatchedTable, event: Event, referencing: string | undefined): string {
  const [trigger, on] = [name(triggerName(event)), tableName(table)];
  const rows = referencing ? `\n  REFERENCING ${referencing}` : '';
  return `CREATE OR REPLACE TRIGGER ${trigger} AFTER ${event} ON ${on}${rows}
  FOR EACH STATEMENT EXECUTE FUNCTION ${name(functionName(table.source))}();
ALTER TABLE ${on} ENABLE ALWAYS TRIGGER ${trigger};`;
}

function createFunction(dataModel: DataModel, table: WatchedTable): string {
  const log = (changes: Changes) => logStatements(dataModel, table, changes);
  const { identity, fields } = table;
  const same = identity.map(({ column }) => `n.${name(column)} = o.${name(column)}`).join(' AND ');
  const row = (alias: string) => `(${fields.map(({ column }) => `${alias}.${name(column)}`).join(', ')})`;
  const body = `
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
${log({ from: 'new_rows n', aliases: ['n'] })}
  ELSIF TG_OP = 'UPDATE' THEN
${log({
  from: `old_rows o FULL JOIN new_rows n ON ${same}\n    WHERE ROW${row('o')}::record *<> ROW${row('n')}::record`,
  aliases: ['o', 'n'],
})}
  ELSIF TG_OP = 'DELETE' THEN
${log({ from: 'old_rows o', aliases: ['o'] })}
  ELSE
    ${INSERT}
    VALUES (pg_current_xact_id(), ${literal(table.source)}, ARRAY[${table.keys.map(all).join(', ')}]::text[]);
  END IF;
  RETURN NULL;
END `;
  return `CREATE OR REPLACE FUNCTION ${name(functionName(table.source))}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS ${dollarQuoted(body)};
COMMENT ON FUNCTION ${name(functionName(table.source))}() IS ${coverageLiteral(table)};`;
}

const INSERT = 'INSERT INTO "invalidation_log" ("xid", "source", "tags")';
const ROWS = { o: 'old_rows', n: 'new_rows' } as const;

interface Changes {
  /** The rows that changed, before and after side by side. */
  readonly from: string;
  /** `o` for the row before, `n` for the row after. */
  readonly aliases: readonly ('o' | 'n')[];
}

/** One by one with one more than that, which tells that there are more. */
function logStatements(dataModel: DataModel, { source, keys }: WatchedTable, { from, aliases }: Changes): string {
  const tags = keys.flatMap((key) =>
    aliases.map((alias) => `${literal(key.prefix)} || ${values(dataModel, key, alias)}`),
  );
  const together = keys.map((key) => valuesTogether(dataModel, key, aliases));
  return `    ${INSERT}
    SELECT pg_current_xact_id(), ${literal(source)}, ARRAY[${tags.join(', ')}]::text[]
    FROM ${from}
    LIMIT ${MOST_ROWS + 1};
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > ${MOST_ROWS} THEN
      ${INSERT}
      VALUES (pg_current_xact_id(), ${literal(source)}, ${together.join('\n        || ') || `'{}'`});
    END IF;`;
}

/** The tags of a key's values in all rows, changed or not. */
function valuesTogether(dataModel: DataModel, key: Key, aliases: Changes['aliases']): string {
  const rows = aliases.map((alias) => `SELECT (${values(dataModel, key, alias)})::text FROM ${ROWS[alias]} ${alias}`);
  const distinct = rows.length > 1 ? rows.join(' UNION ') : `${rows[0]} GROUP BY 1`;
  return `invalidation_tags(${literal(key.prefix)}, ARRAY(${distinct} LIMIT ${MOST_VALUES + 1}))`;
}

const all = ({ prefix }: Key): string => literal(`${prefix}*`);

function values(dataModel: DataModel, { fields }: Key, alias: string): string {
  const column = (field: ScalarField) => output(dataModel, field, `${alias}.${name(field.column)}`);
  return fields
    .map((field) => (fields.length > 1 || /\s/.test(column(field)) ? `(${column(field)})` : column(field)))
    .join(` || ',' || `);
}
