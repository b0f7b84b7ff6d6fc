/** The SQLSTATEs that say that a connection, or what is prepared on it, is no longer of use. */

/** `read_only_sql_transaction`: the server is set to take no writes, or is a standby. */
export const READ_ONLY = '25006';

/**
 * Errors that a statement may meet only because it was prepared under another schema: `cached plan must not change result
 * type` (0A000), and whatever follows from a name or a parameter's type of then (`operator does not exist: place = text`
 * is 42883; also 22P02 and others of these classes; `cache lookup failed for type 16423` is XX000, if that type is gone).
 */
const OUTDATED = /^(0A000|22...|42...|XX000)$/;

/** The connection has not prepared what we think it has: `prepared statement does not exist`. */
const FORGOTTEN = '26000';
/** The connection has prepared what we think it has not, for another client of a pooler: `already exists`. */
const TAKEN = '42P05';

export const sqlstateOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

/** Whether a named statement may have failed only because it was prepared. As it failed, it had no effect. */
export const mayBeStale = (error: unknown): boolean => isForgotten(error) || OUTDATED.test(sqlstateOf(error));

/** Whether the name alone is to blame, and not the schema. */
export const isMisnamed = (error: unknown): boolean => [FORGOTTEN, TAKEN].includes(sqlstateOf(error));

export const isForgotten = (error: unknown): boolean => sqlstateOf(error) === FORGOTTEN;

/** Whether a statement failed because a value is none of the type that it was sent for: its column has another type now. */
export const isUnreadable = (error: unknown): boolean => /^22...$/.test(sqlstateOf(error));
