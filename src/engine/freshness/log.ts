/** The invalidation log as SQL: what is read of it, when a new one begins, and what is cleared away. */
import type pg from 'pg';
import type { Change } from './memory.ts';
import { parseSnapshot, type Snapshot, snapshotText } from './snapshot.ts';

/** What one reading of the log found. */
export interface Reading {
  /** The snapshot of the reading itself. */
  readonly snapshot: Snapshot;
  readonly epoch: Epoch | undefined;
  /** What is visible now and was not in the snapshot that was given; `undefined` if it was more than was wanted. */
  readonly changes: readonly Change[] | undefined;
}

/** The time in which the log is whole. It ends when PostgreSQL crashes, and when the triggers change. */
export interface Epoch {
  readonly id: string;
  /** When it began. Transactions that were open then may have changed what is not in the log. */
  readonly began: Snapshot;
  /** What is visible in it may have been cleared away. */
  readonly floor: Snapshot;
}

/**
 * A transaction that was not visible in a snapshot is one of those that the snapshot names as open, or came after all
 * that it knows. So a transaction that stays open for hours costs a look-up by its id, not a scan from there.
 */
export const READ = `
SELECT
  pg_current_snapshot()::text AS "snapshot",
  epoch."id",
  epoch."began"::text AS "began",
  epoch."floor"::text AS "floor",
  (
    SELECT json_agg(json_build_array(change."xid", change."source", change."tags"))
    FROM (
      SELECT * FROM (SELECT * FROM "invalidation_log" WHERE "xid" >= $1::xid8 ORDER BY "xid") AS later
      UNION ALL
      SELECT * FROM "invalidation_log" WHERE "xid" = ANY ($2::xid8[])
      LIMIT $3
    ) AS change
  ) AS "changes"
FROM (SELECT) AS once
LEFT JOIN "invalidation_epoch" AS epoch ON epoch."xmin" = epoch."xid"::xid`;

interface Row {
  readonly snapshot: string;
  readonly id: string | null;
  readonly began: string | null;
  readonly floor: string | null;
  readonly changes: readonly [xid: string, source: string, tags: (string | (string | null)[] | null)[]][] | null;
}

/**
 * The snapshot of now, in its epoch. It looks at an unlogged table, so that it fails on a standby, where the snapshot may
 * stand still for ever; and it gives nothing where a crash has emptied that table.
 */
export const CURRENT = `
SELECT pg_current_snapshot()::text AS "snapshot", "id" FROM "invalidation_epoch" WHERE "xmin" = "xid"::xid`;

/** Whether a reading would find nothing but what was visible at the position. */
export async function isStandingStill(client: pg.Client, position: Snapshot, epoch: string): Promise<boolean> {
  const { rows } = await client.query<{ snapshot: string; id: string }>(CURRENT);
  return rows[0]?.id === epoch && rows[0].snapshot === snapshotText(position);
}

/** @param since without it, no changes are read. */
export async function readLog(client: pg.Client, since: Snapshot | undefined, most: number): Promise<Reading> {
  const values = since ? [since.xmax, since.xip, most + 1] : [0, [], 0];
  const { rows } = await client.query<Row>(READ, values);
  const { snapshot, id, began, floor, changes } = rows[0]!;
  return {
    snapshot: parseSnapshot(snapshot),
    epoch: id === null ? undefined : { id, began: parseSnapshot(began!), floor: parseSnapshot(floor!) },
    changes: (changes?.length ?? 0) > most ? undefined : (changes ?? []).map(toChange),
  };
}

function toChange([xid, source, tags]: NonNullable<Row['changes']>[number]): Change {
  return { xid: Number(xid), source, tags: tags.flat() };
}

/** Begins a new epoch, unless another instance has. */
export async function beginEpoch(client: pg.Client): Promise<void> {
  await client.query('SELECT invalidation_begin()');
}

/** Clears away what nobody needs any more. @returns how many rows; as many as `most` if there may be more. */
export async function trimLog(client: pg.Client, windowMs: number, most: number): Promise<number> {
  const text = `SELECT invalidation_trim($1 * interval '1 millisecond', $2) AS "deleted"`;
  const { rows } = await client.query<{ deleted: number }>(text, [windowMs, most]);
  return rows[0]!.deleted;
}
