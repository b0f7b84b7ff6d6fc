/** Where and when a statement reads, as SQL: columns that every cached read selects beside its data. */

/** The snapshot of a read on a standby: it sees nothing. */
export const STANDBY = '1:1:';

/**
 * The snapshot that a statement reads at, as text. On a standby, PostgreSQL's own snapshot leaves out the transactions
 * in progress, and so seems to see them. A read on a standby therefore gets a snapshot that sees nothing.
 */
export const SNAPSHOT = `CASE WHEN pg_is_in_recovery() THEN '${STANDBY}' ELSE pg_current_snapshot()::text END`;

/**
 * One life of one database, as text: when its server started, and where the database lies in it. A copy of a database
 * lies elsewhere; a copy of a server, one that was put back, and a promoted standby have started at another time. So
 * snapshots may be compared only where this is the same.
 */
export const INCARNATION = `pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class')`;

/** The columns, after the data. */
export const READ_AT = `${SNAPSHOT} AS "snapshot", ${INCARNATION} AS "incarnation"`;
