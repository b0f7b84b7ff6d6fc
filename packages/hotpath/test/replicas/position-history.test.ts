/** Positions of the follower by places in the write-ahead log: the state that a standby shows, and how far it is behind. */
import type { Snapshot } from 'hotpath/freshness/snapshot';
import { PositionHistory } from 'hotpath/replicas/position-history';
import { expect, it } from 'vitest';

const snapshotAt = (xid: number): Snapshot => ({ xmin: xid, xmax: xid, xip: [] });

const known = (life: string, lsn: bigint, changes = Number(lsn)) => ({
  life,
  walPosition: { snapshot: snapshotAt(Number(lsn)), lsn },
  changes,
});

function historyOf(...positions: readonly (readonly [lsn: bigint, at: number])[]) {
  const history = new PositionHistory();
  for (const [lsn, at] of positions) history.note(known('a life', lsn), at);
  return history;
}

it('names the latest position of which a standby has replayed everything', () => {
  const history = historyOf([10n, 100], [12n, 200], [15n, 300]);
  expect([9n, 10n, 11n, 14n, 15n, 99n].map((replayed) => history.shownBy(replayed)?.xmin)).toEqual([
    undefined,
    10,
    10,
    12,
    15,
    15,
  ]);
});

it('tells since when a standby may lack a change', () => {
  const history = historyOf([10n, 100], [12n, 200], [15n, 300]);
  expect([9n, 10n, 12n, 14n, 15n].map((replayed) => history.missedSince(replayed))).toEqual([
    100,
    200,
    300,
    300,
    undefined,
  ]);
});

it('keeps the first time of a position', () => {
  const history = new PositionHistory();
  const same = known('a life', 10n);
  history.note(same, 100);
  history.note(same, 150);
  expect(history.missedSince(9n)).toBe(100);
});

it('counts no delay for transactions without a change, whose records the primary may not send', () => {
  const history = historyOf([10n, 100]);
  history.note(known('a life', 12n, 10), 200);
  expect(history.missedSince(11n)).toBeUndefined();
  history.note(known('a life', 15n, 11), 300);
  expect(history.missedSince(11n)).toBe(300);
});

it('forgets the positions of another life, whose places in the log mean something else', () => {
  const history = historyOf([10n, 100]);
  history.note(known('another life', 1000n), 200);
  expect([history.shownBy(999n), history.missedSince(9n)]).toEqual([undefined, 200]);
  history.note({ ...known('', 2000n), walPosition: undefined }, 300);
  expect(history.shownBy(5000n)).toBeUndefined();
});

it('keeps a bounded number of positions, the latest', () => {
  const history = historyOf(...Array.from({ length: 5000 }, (_, each) => [BigInt(each), each] as const));
  expect(history.missedSince(0n)).toBeGreaterThan(3000);
  expect(history.shownBy(4999n)?.xmin).toBe(4999);
});
