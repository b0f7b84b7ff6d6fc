/**
 * The settings of a database session that the service depends on, with their right values. `SessionClient` (or a pool
 * of them) opens every connection and checks it against this list.
 *
 * - The startup message of a connection sets the settings that every pooler keeps for its clients (PgBouncer in each
 *   version).
 * - A first statement sets the others, if the connection leads to PostgreSQL itself. Behind a pooler it sets nothing:
 *   in transaction mode, the values would stay on a connection that other clients use, and this client would lose them.
 * - The same statement reads all settings. A connection with a wrong one is refused.
 */
import pg from 'pg';

interface SessionSetting {
  readonly name: string;
  readonly value: string;
  /** Other values that are right, too. */
  readonly accepts?: RegExp;
}

/**
 * Prisma's adapter reads and writes times as if the session were in UTC; literals are written in the standard's way.
 */
const AT_START: readonly SessionSetting[] = [
  { name: 'TimeZone', value: 'UTC', accepts: /^(Etc\/)?(UTC|UCT|Universal|Zulu|GMT)$/ },
  { name: 'DateStyle', value: 'ISO, MDY', accepts: /^ISO\b/ },
  { name: 'standard_conforming_strings', value: 'on' },
];

const AFTERWARDS: readonly SessionSetting[] = [
  { name: 'IntervalStyle', value: 'postgres' },
  // From 1 on, floats are written with every significant digit.
  { name: 'extra_float_digits', value: '1', accepts: /^[1-3]$/ },
  { name: 'bytea_output', value: 'hex' },
  { name: 'array_nulls', value: 'on' },
  // A write that waits for a lock reads the result of the writer before it.
  { name: 'default_transaction_isolation', value: 'read committed' },
];

const SETTINGS = [...AT_START, ...AFTERWARDS];

/** Parameters of the startup message. */
export const STARTUP_PARAMETERS: Readonly<Record<string, string>> = Object.fromEntries(
  AT_START.map(({ name, value }) => [name, value]),
);

/** Prisma looks for tables there, unless `?schema=` of the database's URL names another. */
const DEFAULT_SCHEMA = 'public';

/** The schema for tables that a database's URL names. */
export function schemaOf(url: string | undefined): string {
  const query = url?.slice(url.indexOf('?') + 1);
  return new URLSearchParams(url?.includes('?') ? query : '').get('schema') || DEFAULT_SCHEMA;
}

/**
 * The state of a session: its settings by their names, and the other values that the statement reads. All values are
 * text.
 */
export type SessionState = Readonly<Record<string, string | null>>;

/** Reads the state of a session, as one row. */
export const READ_STATE = `
SELECT pg_backend_pid()::text AS "process", current_user::text AS "user", current_schema()::text AS "schema",
  ${[...SETTINGS.map(({ name }) => name), 'transaction_read_only'].map(readSetting).join(', ')}`;

function readSetting(name: string): string {
  return `current_setting(${pg.escapeLiteral(name)}) AS ${pg.escapeIdentifier(name)}`;
}

/**
 * Sets the remaining settings, in one message whose second result is the session's state.
 * @param processId of the server's process, as the server reported it at the start of the connection. A pooler reports
 * another.
 */
export function settle(schema: string, processId: number): string {
  const place = pg.escapeLiteral(schema);
  // The schema comes first; extensions may be in the schemas that follow.
  const path = `CASE WHEN current_schema() = ${place} THEN current_setting('search_path')
    ELSE quote_ident(${place}) || ', ' || current_setting('search_path') END`;
  const values = AFTERWARDS.map(({ name, value }) => [pg.escapeLiteral(name), pg.escapeLiteral(value)]);
  const all = [...values, [`'search_path'`, path]].map(([name, value]) => `set_config(${name}, ${value}, false)`);
  return `SELECT ${all.join(', ')} WHERE pg_backend_pid() = ${processId};${READ_STATE}`;
}

export interface Wanted {
  readonly schema: string;
  /** As in `settle`; without it, the connection counts as one through a pooler. */
  readonly processId?: number;
}

/** One sentence on the fault of a session, with its remedy; undefined if all settings are right. */
export function complaintAbout(state: SessionState, { schema, processId }: Wanted): string | undefined {
  const isDirect = state['process'] === String(processId);
  const wrong = SETTINGS.filter((setting) => !isRight(setting, state));
  const parts = wrong.map(({ name, value }) => `${name} is "${state[name]}", but must be "${value}"`);
  const fixes = wrong.map(({ name, value }) => `${name} = ${pg.escapeLiteral(value)}`);
  if (state['schema'] !== schema) {
    if (isDirect) return `The database has no schema "${schema}" that this user may use, and DATABASE_URL asks for it.`;
    parts.push(`the first schema of search_path is "${state['schema'] ?? ''}", but must be "${schema}"`);
    fixes.push(`search_path = ${pg.escapeIdentifier(schema)}, public`);
  }
  if (parts.length === 0) return undefined;
  const role = `ALTER ROLE ${pg.escapeIdentifier(state['user'] ?? '')}`;
  const commands = fixes.map((fix) => `${role} SET ${fix};`).join(' ');
  return `The database's sessions are not as the service needs them: ${parts.join('; ')}. A pooler does not keep what its clients set, so run ${commands} and let the pooler reconnect.`;
}

function isRight({ name, value, accepts }: SessionSetting, state: SessionState): boolean {
  const actual = state[name] ?? '';
  return accepts ? accepts.test(actual) : actual === value;
}

/** A connection was refused because its settings are wrong; the message has the faults and the remedy. */
export class SessionSettingsError extends Error {
  override readonly name = 'SessionSettingsError';
  readonly code = 'SESSION_SETTINGS';
}
