/** The invalidation log as SQL: how it is read, how an epoch begins and ends, and how it is cleared. */
import { hash } from 'node:crypto';
import pg from 'pg';
import { INCARNATION } from '../compile/sql/read-at.ts';
import type { LoggedChange } from './memory.ts';
import { parseSnapshot, type Snapshot } from './snapshot.ts';

/** How a reading of the log begins. */
export interface LogHeader {
  /** The snapshot of the reading itself. */
  readonly snapshot: Snapshot;
  readonly incarnation: string;
  readonly epoch: Epoch | undefined;
  /** The place in the write-ahead log before which everything visible in the snapshot lies; undefined unless `withLsn`. */
  readonly lsn?: bigint | undefined;
}

/** The time in which snapshots can be compared and the log is whole. */
export interface Epoch {
  /** Of the epoch's row, the incarnation and the catalog: when one of them changes, another epoch begins. */
  readonly id: string;
  /** The id of the epoch's row alone. */
  readonly row: string;
  /** When the row was made. Transactions that were open then may have changed rows without a trace in the log. */
  readonly began: Snapshot;
  /** Rows of the log that are visible in it may have been deleted. */
  readonly floor: Snapshot;
}

/** Names an epoch by its row, the incarnation of the database, and the fingerprint of the catalog. */
export const epochId = (row: string, incarnation: string, catalog: string | undefined): string =>
  hash('sha256', `${row} ${incarnation} ${catalog}`, 'base64url').slice(0, 22);

/**
 * A header, then the changes that are visible now and were not at the position. A transaction that was not visible in a
 * snapshot is one of those that the snapshot names as open, or came after all that it knows. So a transaction that stays
 * open for hours costs a look-up by its id, not a scan from there.
 */
const readText = (lsn: string): string => `
SELECT pg_current_snapshot()::text, epoch."id"::text, epoch."began"::text, epoch."floor"::text, ${INCARNATION}, ${lsn}
FROM (SELECT) AS once
LEFT JOIN "hotpath"."epoch" AS epoch ON epoch."xmin" = epoch."xid"::xid
UNION ALL
SELECT change."xid"::text, change."source", array_to_json(change."tags")::text, NULL, NULL, NULL
FROM (
  SELECT * FROM (SELECT * FROM "hotpath"."log" WHERE "xid" >= $1::xid8 ORDER BY "xid") AS later
  UNION ALL
  SELECT * FROM "hotpath"."log" WHERE "xid" = ANY ($2::xid8[])
  LIMIT $3
) AS change`;

const READ = readText('NULL');

/**
 * The end of the write-ahead log. PostgreSQL gives the place of the next record. If the last record fills a page, as one does
 * that ends a file of the log, that place lies behind the header of the next page, and a standby replays the log up to
 * the beginning of that page.
 */
const END_OF_WAL = `(
  SELECT CASE
    WHEN place % pg_size_bytes(current_setting('wal_segment_size')) = 40 THEN place - 40
    WHEN place % current_setting('wal_block_size')::bigint = 24 THEN place - 24
    ELSE place
  END::text
  FROM (SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint AS place) AS next_record
)`;

/** The place is read after the statement's snapshot was taken. */
const READ_WITH_LSN = readText(END_OF_WAL);

type HeaderRow = [
  snapshot: string,
  id: string | null,
  began: string | null,
  floor: string | null,
  incarnation: string,
  lsn: string | null,
];
export type ChangeRow = [xid: string, source: string, tags: string, none: null, neither: null, nor: null];

/**
 * The snapshot of now, with its epoch and incarnation. It reads an unlogged table, so that it fails on a standby, where
 * the snapshot may stand still for ever; and it gives no row where a crash has emptied that table.
 */
export const CURRENT = `
SELECT pg_current_snapshot()::text AS "snapshot", "id"::text AS "row", ${INCARNATION} AS "incarnation"
FROM "hotpath"."epoch" WHERE "xmin" = "xid"::xid`;

export interface Current {
  readonly snapshot: string;
  readonly row: string;
  readonly incarnation: string;
}

export async function readCurrent(client: LogClient): Promise<Current | undefined> {
  const { rows } = await client.query<Current>({ text: CURRENT, ...named(client, 'hotpath current') });
  return rows[0];
}

/** A connection to the database of the log. */
export interface LogClient extends pg.Client {
  /** Whether it leads to PostgreSQL itself, and not to a pooler, which might give a prepared statement to another session. */
  readonly isDirect?: boolean;
}

/** The readings of a connection are the same all the time, and to plan one takes PostgreSQL longer than to run it. */
const named = ({ isDirect = false }: LogClient, name: string): { readonly name?: string } => (isDirect ? { name } : {});

/** The consumer of a reading, row by row. */
export interface LogReader {
  begin(header: Omit<LogHeader, 'epoch'> & { readonly epoch: Omit<Epoch, 'id'> | undefined }): void;
  /** @returns how much there was to learn: one for each row and each tag. */
  learn(row: ChangeRow): number;
}

export interface LogRange {
  readonly since: Snapshot | undefined;
  readonly most: number;
  readonly withLsn?: boolean;
}

/** Tags, and rows, that are learned before the event loop has its turn. A chunk of the socket is learned whole. */
const SLICE = 500;

/**
 * Reads the log row by row, and lets the event loop turn between slices of them.
 * @param since without it, no changes are read.
 * @param most changes that are read.
 * @param withLsn whether the header has the place in the write-ahead log.
 * @returns whether these were all.
 */
export function readLog(
  client: LogClient,
  { since, most, withLsn = false }: LogRange,
  reader: LogReader,
): Promise<boolean> {
  const values = since ? [since.xmax, since.xip, most + 1] : [0, [], 0];
  const { stream } = client.connection;
  let rows = -1;
  let inSlice = 0;
  return new Promise((resolve, reject) => {
    const query = new pg.Query<unknown[]>({
      text: withLsn ? READ_WITH_LSN : READ,
      ...named(client, withLsn ? 'hotpath log with place' : 'hotpath log'),
      values,
      rowMode: 'array',
    } as pg.QueryConfig);
    query.on('row', (row: unknown) => {
      rows += 1;
      try {
        if (rows === 0) reader.begin(toHeader(row as HeaderRow));
        else if (rows <= most) inSlice += reader.learn(row as ChangeRow);
      } catch (error) {
        reject(error as Error);
      }
      if (inSlice < SLICE) return;
      inSlice = 0;
      stream.pause();
      setImmediate(() => stream.resume());
    });
    const finish = (error: Error | null) => (error ? reject(error) : resolve(rows <= most));
    (client.query as (query: object, finish: (error: Error | null) => void) => void).call(client, query, finish);
  });
}

function toHeader([snapshot, row, began, floor, incarnation, lsn]: HeaderRow): Parameters<LogReader['begin']>[0] {
  const epoch = row === null ? undefined : { row, began: parseSnapshot(began!), floor: parseSnapshot(floor!) };
  return { snapshot: parseSnapshot(snapshot), incarnation, epoch, lsn: lsn === null ? undefined : BigInt(lsn) };
}

/** A row of the log as a change. */
export function toChange([xid, source, tags]: readonly [
  xid: string,
  source: string,
  tags: string,
  ...none: null[],
]): LoggedChange {
  return { xid: Number(xid), source, tags: (JSON.parse(tags) as (string | (string | null)[] | null)[]).flat() };
}

/** The setting of a session that names its last transaction which has written. */
const OWN_XID = 'hotpath.xid';

/**
 * Names the transaction of a write in its session, for `OWN_CHANGES`: a read inside the transaction. Its one column is null if the transaction has written
 * nothing.
 */
export const NAME_OWN_XID = `SELECT nullif(set_config('${OWN_XID}', pg_current_xact_id_if_assigned()::text, false), '') AS "xid"`;

/** All changes of the transaction that the session has named: a read after its commit. */
export const OWN_CHANGES = `
SELECT nullif(current_setting('${OWN_XID}', true), '') AS "xid", ${INCARNATION} AS "incarnation",
  (SELECT json_agg(json_build_array("xid"::text, "source", array_to_json("tags")::text))
    FROM "hotpath"."log" WHERE "xid" = nullif(current_setting('${OWN_XID}', true), '')::xid8)::text AS "changes"`;

/** The row of `OWN_CHANGES`. */
export interface OwnChangesRow {
  readonly xid: string | null;
  readonly incarnation: string;
  /** A JSON array of rows of the log; null without any. */
  readonly changes: string | null;
}

/** The changes of one committed transaction, all of them. */
export interface OwnChanges {
  readonly xid: number;
  readonly incarnation: string;
  readonly changes: readonly LoggedChange[];
}

/** @param xid that the write has named. @returns undefined if the row is of another transaction, or of another session of a pooler. */
export function toOwnChanges(row: OwnChangesRow, xid: string | null): OwnChanges | undefined {
  if (xid === null || row.xid !== xid) return undefined;
  const rows = JSON.parse(row.changes ?? '[]') as [xid: string, source: string, tags: string][];
  return { xid: Number(xid), incarnation: row.incarnation, changes: rows.map(toChange) };
}

/** Begins a new epoch, unless another instance has. */
export async function beginEpoch(client: pg.Client): Promise<void> {
  await client.query('SELECT "hotpath"."begin_epoch"()');
}

/** Ends an epoch, so that another one begins. */
export async function endEpoch(client: pg.Client, row: string): Promise<void> {
  await client.query('SELECT "hotpath"."end_epoch"($1)', [row]);
}

/** Deletes rows that no follower needs any more. @returns how many; as many as `most` if there may be more. */
export async function trimLog(client: pg.Client, windowMs: number, most: number): Promise<number> {
  const text = `SELECT "hotpath"."trim_log"($1 * interval '1 millisecond', $2) AS "deleted"`;
  const { rows } = await client.query<{ deleted: number }>(text, [windowMs, most]);
  return rows[0]!.deleted;
}
