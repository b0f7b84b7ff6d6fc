/**
 * A snapshot: the transactions that a statement saw, as `pg_current_snapshot()` of PostgreSQL returns it.
 *
 * It names top-level transactions alone. That suffices, because the log names them alone, too: `pg_current_xact_id()`
 * gives a subtransaction its parent's id, and what a subtransaction logged is undone with it if it rolls back. So a row
 * of the log exists if and only if its top-level transaction has committed, and a snapshot that sees it sees all of it.
 *
 * Ids are 64 bits wide in PostgreSQL and never wrap. They fit a double until 2^53: three million years at 100 a second.
 */
import { STANDBY } from '../compile/sql/read-at.ts';

export interface Snapshot {
  /** Every transaction below has ended. */
  readonly xmin: number;
  /** No transaction from here on had ended. */
  readonly xmax: number;
  /** The transactions between the two that had not ended, in ascending order, each once. */
  readonly xip: readonly number[];
}

/** A text that is not a snapshot. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';

  constructor(text: string) {
    super(`"${text.slice(0, 64)}" is no snapshot.`);
  }
}

const SNAPSHOT = /^(\d{1,16}):(\d{1,16}):((?:\d{1,16}(?:,\d{1,16})*)?)$/;

/** @param text `10:20:10,14`, as PostgreSQL writes it. @throws {SnapshotError} */
export function parseSnapshot(text: string): Snapshot {
  const snapshot = readSnapshot(text);
  if (!snapshot) throw new SnapshotError(text);
  return snapshot;
}

/** `undefined` for a text that is not a snapshot. */
export function readSnapshot(text: string): Snapshot | undefined {
  const [, from, to, between] = SNAPSHOT.exec(text) ?? [];
  const [xmin, xmax] = [Number(from), Number(to)];
  const xip = between ? between.split(',').map(Number) : [];
  const bounds = [xmin, ...xip, xmax];
  const isInOrder = xip.every((xid, index) => index === 0 || xid > xip[index - 1]!);
  const isWhole = xmin > 0 && xmax <= Number.MAX_SAFE_INTEGER && isInOrder && bounds.every((xid) => xid >= xmin);
  return isWhole && (xip.at(-1) ?? 0) < xmax ? { xmin, xmax, xip } : undefined;
}

export const snapshotText = ({ xmin, xmax, xip }: Snapshot): string => `${xmin}:${xmax}:${xip.join(',')}`;

/** Whether what a committed transaction wrote is seen. */
export function isVisible(xid: number, { xmin, xmax, xip }: Snapshot): boolean {
  return xid < xmin || (xid < xmax && !xip.includes(xid));
}

/** Whether everything visible in `earlier` is visible in `later`. */
export function includes(later: Snapshot, earlier: Snapshot): boolean {
  if (later.xmin >= earlier.xmax) return true;
  const isUnseenBefore = (xid: number) => xid >= earlier.xmax || earlier.xip.includes(xid);
  if (!later.xip.every(isUnseenBefore)) return false;
  const behind = earlier.xmax - later.xmax;
  return behind <= 0 || earlier.xip.filter((xid) => xid >= later.xmax).length === behind;
}

/** The snapshot that sees everything visible in `seen`, and every transaction below `xmin`. */
export function withAllBelow(seen: Snapshot, xmin: number): Snapshot {
  if (xmin >= seen.xmax) return { xmin, xmax: xmin, xip: [] };
  const xip = seen.xip.filter((xid) => xid >= xmin);
  return { xmin: Math.max(xmin, seen.xmin), xmax: seen.xmax, xip };
}

/** The highest number of transactions that a snapshot which was made here may name as open. */
const MOST_OPEN = 200;

/** The snapshot that sees everything visible in `seen`, and one transaction more; undefined if it would be too long. */
export function withTransaction(seen: Snapshot, xid: number): Snapshot | undefined {
  if (isVisible(xid, seen)) return seen;
  if (xid < seen.xmax) return { ...seen, xip: seen.xip.filter((each) => each !== xid) };
  if (xid - seen.xmax + seen.xip.length > MOST_OPEN) return undefined;
  const between = Array.from({ length: xid - seen.xmax }, (_, index) => seen.xmax + index);
  return { xmin: seen.xmin, xmax: xid + 1, xip: [...seen.xip, ...between] };
}

/** Whether a text is the snapshot of a read on a server of another role than the statement was for. */
export const isOfStandby = (text: string): boolean => text === STANDBY;
