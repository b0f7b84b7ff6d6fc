/** The memory of changes keeps its limits: a forgotten change makes older entries stale, and no newer one. */

import { SNAPSHOT } from 'hotpath/compile/sql/read-at';
import { Knowledge } from 'hotpath/freshness/knowledge';
import type { LogHeader } from 'hotpath/freshness/log';
import { ChangeMemory, type MemoryLimits } from 'hotpath/freshness/memory';
import { isOfStandby, parseSnapshot, SnapshotError, snapshotText } from 'hotpath/freshness/snapshot';
import { describe, expect, it } from 'vitest';

/** The snapshot in which all transactions below are visible. */
const at = (xid: number) => ({ xmin: xid, xmax: xid, xip: [] });
const memory = (limits: Partial<MemoryLimits> = {}) =>
  new ChangeMemory(at(10), { tags: 100, transactions: 2, ...limits });
const change = (xid: number, ...tags: (string | null)[]) => ({ xid, source: 'product', tags });

describe('a memory', () => {
  it('judges a snapshot fresh that was taken after every change of its tags', () => {
    const known = memory();
    known.learn(change(12, ':7', null, '?merchantId=3'), at(13));
    expect(known.size).toBe(3);
    for (const tag of ['product', 'product:7', 'product?merchantId=3']) {
      expect([12, 13].map((xid) => known.isFresh(at(xid), ['review', tag]))).toEqual([false, true]);
    }
    for (const tag of ['product:8', 'product?merchantId=4', 'review', 'product:']) {
      expect(known.isFresh(at(12), [tag])).toBe(true);
    }
    expect(known.isFresh(at(12), [])).toBe(true);
    expect(known.isFresh(at(9), [])).toBe(false);
  });

  it('treats a change of any row as a change of each', () => {
    const known = memory();
    known.learn(change(12, ':*', '?a=*'), at(13));
    expect(known.isFresh(at(12), ['product:7'])).toBe(false);
    expect(known.isFresh(at(12), ['product?a=x=1:2'])).toBe(false);
    expect(known.isFresh(at(12), ['product?b=1'])).toBe(true);
    expect(known.isFresh(at(13), ['product:7', 'product?a=x'])).toBe(true);
  });

  it('remembers two transactions of a tag by their ids, and of earlier ones only that some existed', () => {
    const known = memory();
    const open = (xip: number[]) => ({ xmin: 10, xmax: 20, xip });
    known.learn(change(12), at(13));
    known.learn(change(14), at(15));
    const without12 = open([10, 12]);
    expect([known.isFresh(without12, ['product']), known.isFresh(open([10]), ['product'])]).toEqual([false, true]);
    const without11 = { xmin: 11, xmax: 20, xip: [11] };
    expect(known.isFresh(without11, ['product'])).toBe(true);
    known.learn(change(16), at(17));
    expect(known.isFresh(without11, ['product'])).toBe(false);
    expect(known.isFresh(at(16), ['product'])).toBe(false);
    expect(known.isFresh(at(17), ['product'])).toBe(true);
    known.learn(change(18), at(19));
    expect([known.isFresh(at(18), ['product']), known.isFresh(at(19), ['product'])]).toEqual([false, true]);
  });

  it('names the changes that make a snapshot stale, and none for a fresh one', () => {
    const known = memory();
    known.learn(change(12, ':7'), at(13));
    known.learn(change(14, ':*'), at(15));
    expect(known.culprits(at(12), ['product:7', 'review'])).toEqual([
      { tag: 'product:7', xid: 12 },
      { tag: 'product:*', xid: 14 },
    ]);
    expect(known.culprits(at(15), ['product:7'])).toEqual([]);
    expect(known.culprits(at(9), ['review'])).toEqual([{ tag: undefined, xid: undefined }]);
    known.learn(change(16, ':7'), at(17));
    known.learn(change(18, ':7'), at(19));
    expect(known.culprits(at(18), ['product:7'])).toEqual([{ tag: 'product:7', xid: undefined }]);
  });

  it('counts a transaction once, however often it changes a table', () => {
    const known = memory();
    const seen = at(13);
    for (let times = 0; times < 5; times += 1) known.learn(change(12), seen);
    known.learn(change(14), at(15));
    // With a floor, a snapshot that does not see 11 would be stale.
    expect(known.isFresh({ xmin: 11, xmax: 16, xip: [11] }, ['product'])).toBe(true);
  });

  it('forgets the tags that were unchanged for longest, and judges older snapshots stale', () => {
    const known = memory({ tags: 4 });
    const learn = (xid: number) => known.learn({ xid, source: `table${xid}`, tags: [] }, at(xid + 1));
    for (const xid of [20, 21, 22, 23]) learn(xid);
    expect(known.size).toBe(4);
    expect(known.isFresh(at(10), ['other'])).toBe(true);
    expect(known.isFresh(at(20), ['table20'])).toBe(false);
    learn(24);
    expect(known.size).toBe(3);
    expect([at(22), at(23)].map((snapshot) => known.isFresh(snapshot, ['other']))).toEqual([false, true]);
    expect(known.isFresh(at(24), ['table24'])).toBe(false);
    expect(known.isFresh(at(23), ['table23'])).toBe(false);
  });

  it('keeps a tag that changes again, with its changes', () => {
    const known = memory({ tags: 4 });
    const learn = (xid: number, source: string) => known.learn({ xid, source, tags: [] }, at(xid + 1));
    learn(20, 'a');
    learn(21, 'b');
    learn(22, 'c');
    learn(23, 'a');
    learn(24, 'd');
    const without20 = { xmin: 20, xmax: 30, xip: [20] };
    expect([known.isFresh(without20, ['a']), known.isFresh(at(24), ['a'])]).toEqual([false, true]);
  });

  it('raises its floor, and never lowers it', () => {
    const known = memory();
    known.forgetBefore(at(15));
    known.forgetBefore(at(12));
    expect([at(14), at(15)].map((snapshot) => known.isFresh(snapshot, []))).toEqual([false, true]);
  });
});

describe('what a follower knows', () => {
  const epoch = { id: 'a', row: 'a', began: at(10), floor: at(10) };
  const header = (xid: number, more: object = {}): LogHeader => ({
    snapshot: at(xid),
    incarnation: 'x',
    epoch: { ...epoch, ...more },
  });
  const limits = { tags: 100, transactions: 10 };
  const begun = () => {
    const known = new Knowledge(limits);
    known.begin(header(11));
    return known;
  };

  it('is nothing before an epoch', () => {
    const known = new Knowledge(limits);
    expect([known.epoch, known.since, known.changes, snapshotText(known.position)]).toEqual(['', undefined, 0, '1:1:']);
    expect(known.isFresh(at(100), [])).toBe(false);
    const { epoch: _, ...without } = header(11);
    expect(known.begin({ ...without, epoch: undefined })).toBe('useless');
    expect(known.epoch).toBe('');
  });

  it('begins at the floor of an epoch, and counts each new epoch as a change', () => {
    const known = begun();
    expect([known.epoch, known.since, known.changes]).toEqual(['a', at(10), 1]);
    expect([known.begin(header(11)), known.begin(header(10)), known.begin(header(9))]).toEqual([
      'useful',
      'useful',
      'wentBack',
    ]);
    known.learn(change(10), header(11));
    known.end(header(11), true);
    expect([known.position, known.changes]).toEqual([at(11), 2]);
    expect(known.begin(header(12, { id: 'b', floor: at(12) }))).toBe('useless');
    expect([known.epoch, known.since, known.changes]).toEqual(['b', at(12), 3]);
    expect(known.isFresh(at(11), [])).toBe(false);
  });

  it('covers only later reads after a partial reading of the log, and after `forget`', () => {
    const known = begun();
    known.end(header(15), false);
    expect([at(14), at(15)].map((snapshot) => known.isFresh(snapshot, []))).toEqual([false, true]);
    known.end(header(17), true);
    expect(known.isFresh(at(15), [])).toBe(true);
    known.forget();
    expect([at(16), at(17)].map((snapshot) => known.isFresh(snapshot, []))).toEqual([false, true]);
    expect(known.changes).toBe(3);
  });

  it("covers only reads after the floor if the log was cleared beyond the follower's position", () => {
    const known = begun();
    known.end(header(15), true);
    known.end(header(20, { floor: at(15) }), true);
    expect(known.isFresh(at(11), [])).toBe(true);
    known.end(header(30, { floor: at(25) }), true);
    expect([at(24), at(25)].map((snapshot) => known.isFresh(snapshot, []))).toEqual([false, true]);
  });

  it('covers only reads after the end of every transaction that was open when the epoch began', () => {
    const began = { xmin: 9, xmax: 10, xip: [9] };
    const known = new Knowledge(limits);
    const open = (xid: number): LogHeader => ({
      ...header(xid, { began, floor: { xmin: 9, xmax: 10, xip: [9] } }),
      snapshot: { xmin: 9, xmax: xid, xip: [9] },
    });
    known.begin(open(11));
    known.end(open(11), true);
    expect(known.isFresh(open(11).snapshot, [])).toBe(true);
    known.end(header(12, { began, floor: began }), true);
    expect([known.isFresh(open(12).snapshot, []), known.isFresh(at(12), [])]).toEqual([false, true]);
    known.end(header(13, { began, floor: began }), true);
    expect(known.isFresh(at(12), [])).toBe(true);
  });
});

it('the error for an invalid snapshot shows part of its text', () => {
  const error = new SnapshotError('x'.repeat(100));
  expect([error.name, error.message]).toEqual(['SnapshotError', `"${'x'.repeat(64)}" is no snapshot.`]);
  expect(() => parseSnapshot('9:8:')).toThrow(SnapshotError);
  const [, standby] = /'(\d+:\d+:)'/.exec(SNAPSHOT)!;
  expect([isOfStandby(standby!), isOfStandby('5:7:6')]).toEqual([true, false]);
  const most = String(Number.MAX_SAFE_INTEGER);
  expect(parseSnapshot(`1:${most}:`).xmax).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => parseSnapshot(`1:${Number.MAX_SAFE_INTEGER + 1}:`)).toThrow(SnapshotError);
});
