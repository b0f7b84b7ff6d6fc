/** Where and when a statement reads, as SQL: columns that every cached read selects beside its data. */

/** The server that a statement is for. */
export type ServerRole = 'primary' | 'standby';

/** The snapshot of a read on a server whose role is another one than the statement is for: it sees nothing. */
export const STANDBY = '1:1:';

/**
 * The snapshot that a statement for the primary reads at, as text. On a standby, PostgreSQL's own snapshot leaves out the
 * transactions in progress, and so seems to see them. A read that meets a standby therefore gets a snapshot that sees
 * nothing.
 */
export const SNAPSHOT = `CASE WHEN pg_is_in_recovery() THEN '${STANDBY}' ELSE pg_current_snapshot()::text END`;

const XMIN = 'pg_snapshot_xmin(pg_current_snapshot())::text';

/**
 * The snapshot that a statement for a standby reads at. A standby certainly sees the transactions below the `xmin` of
 * PostgreSQL's snapshot, and this snapshot sees no other. A standby that was promoted may have transactions of its own, so
 * there it sees nothing.
 */
export const STANDBY_SNAPSHOT = `CASE WHEN pg_is_in_recovery() THEN concat(${XMIN}, ':', ${XMIN}, ':') ELSE '${STANDBY}' END`;

/**
 * One life of one database, as text: when its server started, and where the database lies in it. A copy of a database
 * lies elsewhere; a copy of a server, one that was put back, and a promoted standby have started at another time. So
 * snapshots may be compared only where this is the same.
 */
export const INCARNATION = `pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class')`;

/** Between the name of a life and the start of a standby. */
const ON = ' on ';

const NAME_ON_SERVER = `concat("name", '${ON}', pg_postmaster_start_time())`;

/**
 * The life of the primary whose changes a standby has replayed, by the name that the primary wrote, and the start of the
 * standby itself; empty without a name.
 */
const STANDBY_LIFE = `coalesce((SELECT ${NAME_ON_SERVER} FROM "hotpath"."life"), '')`;

/** The name of the life in the incarnation of a read on a standby. */
export const lifeOn = (incarnation: string): string => incarnation.split(ON, 1)[0]!;

/** The two values that say where and when a statement reads. */
export interface ReadAt {
  readonly snapshot: string;
  readonly incarnation: string;
}

const BY_ROLE: Readonly<Record<ServerRole, ReadAt>> = {
  primary: { snapshot: SNAPSHOT, incarnation: INCARNATION },
  standby: { snapshot: STANDBY_SNAPSHOT, incarnation: STANDBY_LIFE },
};

export const readAtOf = (server: ServerRole = 'primary'): ReadAt => BY_ROLE[server];

/**
 * The name of the life without the server's own past: empty on a server that was promoted out of it, and is a standby again.
 * Such a server has changes of its own. It reads a file of the server, so a probe asks for it, and no read of data.
 */
export const LIFE_OF_TIMELINE = `coalesce((SELECT ${NAME_ON_SERVER} FROM "hotpath"."life" WHERE "timeline" >= (SELECT "timeline_id" FROM pg_control_checkpoint())), '')`;

/** The columns of a probe of a standby: the place up to which it has replayed the write-ahead log, too. */
export const READ_AT_ON_STANDBY = `${STANDBY_SNAPSHOT} AS "snapshot", ${LIFE_OF_TIMELINE} AS "incarnation",
  coalesce(pg_last_wal_replay_lsn() - '0/0'::pg_lsn, 0)::text AS "replayed"`;

/** The columns, after the data. */
export const READ_AT = `${SNAPSHOT} AS "snapshot", ${INCARNATION} AS "incarnation"`;
