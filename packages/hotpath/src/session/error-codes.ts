/** The SQLSTATEs that the library distinguishes. */

/** `insufficient_privilege`: the role may not use an object. */
export const FORBIDDEN = '42501';

/** `undefined_table`: the database has no such table. */
export const UNDEFINED_TABLE = '42P01';

/** `invalid_schema_name`: the database has no such schema. */
export const UNDEFINED_SCHEMA = '3F000';

/** `lock_not_available`: another session holds a lock for longer than `lock_timeout`. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** `query_canceled`: the statement exceeded `statement_timeout`, or another session cancelled it. */
export const CANCELED = '57014';

/** `cannot_connect_now`: the server starts, stops or recovers. */
export const ACCEPTS_NO_SESSION = '57P03';

/** `too_many_connections`. */
export const NO_CONNECTION_LEFT = '53300';

/** `read_only_sql_transaction`: the server is set to take no writes, or is a standby. */
export const READ_ONLY = '25006';

/**
 * Errors that a statement may meet only because it was prepared under another schema: `cached plan must not change
 * result type` (0A000), and errors that follow from an old name or an old type of a parameter (`operator does not
 * exist: place = text` is 42883; also 22P02 and others of these classes; `cache lookup failed for type 16423` is XX000,
 * if that type was dropped).
 */
const OUTDATED = /^(0A000|22...|42...|XX000)$/;

/** The connection lost a prepared statement that the client counts on: `prepared statement does not exist`. */
const FORGOTTEN = '26000';
/** Another client of a pooler has prepared the name on this connection: `already exists`. */
const TAKEN = '42P05';

export const sqlstateOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

/** Whether a named statement may have failed only because it was prepared. A failed statement had no effect. */
export const mayBeStale = (error: unknown): boolean => isForgotten(error) || OUTDATED.test(sqlstateOf(error));

/** Whether the name alone is the cause, and not the schema. */
export const isMisnamed = (error: unknown): boolean => [FORGOTTEN, TAKEN].includes(sqlstateOf(error));

export const isForgotten = (error: unknown): boolean => sqlstateOf(error) === FORGOTTEN;

/** Whether the session ends with the error: its server stops, or the connection has failed. */
export const saysSessionEnds = (error: unknown): boolean => /^(08...|57P0[1-5])$/.test(sqlstateOf(error));

/**
 * Whether a statement failed because a value does not fit the type that it was sent for: its column has another type
 * now.
 */
export const isUnreadable = (error: unknown): boolean => /^22...$/.test(sqlstateOf(error));
