/**
 * The proof of an answer of a standby, against a primary and a standby in memory: transactions that take ids, and whose
 * ends the primary shows in one order and the standby replays in another.
 */
import fc from 'fast-check';
import { readAtOf, STANDBY } from 'hotpath/compile/sql/read-at';
import { Knowledge } from 'hotpath/freshness/knowledge';
import type { LogHeader } from 'hotpath/freshness/log';
import { isVisible, parseSnapshot, type Snapshot } from 'hotpath/freshness/snapshot';
import { type ShownState, type StandbyJudge, stampOf, standbyFault } from 'hotpath/freshness/standby-proof';
import { PositionHistory } from 'hotpath/replicas/position-history';
import { describe, expect, it } from 'vitest';
import { type Draw, once, pick } from '../compile/oracle/draw.ts';

const TAGS = ['product:1', 'product:2'];

/** A server as the transactions that it shows. */
class Server {
  readonly open = new Set<number>();
  readonly committed = new Map<number, string>();
  next = 10;

  begin(xid: number): void {
    this.open.add(xid);
    this.next = xid + 1;
  }

  end(xid: number, tag: string | undefined): void {
    this.open.delete(xid);
    if (tag !== undefined) this.committed.set(xid, tag);
  }

  get lowest(): number {
    return Math.min(this.next, ...this.open);
  }

  get snapshot(): Snapshot {
    return { xmin: this.lowest, xmax: this.next, xip: [...this.open].sort((a, b) => a - b) };
  }
}

/** The records of the write-ahead log, in its order. */
type WalRecord =
  | { readonly is: 'begin'; readonly xid: number }
  | { readonly is: 'end'; readonly xid: number; readonly tag: string | undefined };

class Pair {
  readonly primary = new Server();
  readonly standby = new Server();
  readonly #wal: WalRecord[] = [];
  /** Places in the write-ahead log: its end, and up to where the standby has replayed it. */
  written = 0;
  replayed = 0;
  /** Ended in the write-ahead log, and not yet shown on the primary. */
  readonly #hidden: (WalRecord & { is: 'end' })[] = [];

  step(draw: Draw): void {
    const running = [...this.primary.open].filter((xid) => !this.#hidden.some((each) => each.xid === xid));
    const what = pick(draw, ['begin', 'end', 'end', 'show', 'show', 'replay', 'replay'] as const);
    if (what === 'begin') this.#begin();
    else if (what === 'replay') this.#replay();
    else if (what === 'show') this.#show(draw);
    else if (running.length > 0) {
      const tag = once(draw, 4) ? undefined : pick(draw, TAGS);
      const record = { is: 'end', xid: pick(draw, running), tag } as const;
      this.#write(record);
      this.#hidden.push(record);
    }
  }

  #begin(): void {
    const xid = this.primary.next;
    this.primary.begin(xid);
    this.#write({ is: 'begin', xid });
  }

  #write(record: WalRecord): void {
    this.#wal.push(record);
    this.written += 1;
  }

  #replay(): void {
    const record = this.#wal.shift();
    if (record) this.replayed += 1;
    if (record?.is === 'begin') this.standby.begin(record.xid);
    else if (record) this.standby.end(record.xid, record.tag);
  }

  /** In any order. */
  #show(draw: Draw): void {
    if (this.#hidden.length === 0) return;
    const record = pick(draw, this.#hidden);
    this.#hidden.splice(this.#hidden.indexOf(record), 1);
    this.primary.end(record.xid, record.tag);
  }
}

const LIFE = 'the only life';
const SERVER = `${LIFE} on a server`;
const FROM: Snapshot = { xmin: 10, xmax: 10, xip: [] };

const headerAt = (snapshot: Snapshot, id = 'the epoch'): LogHeader => ({
  snapshot,
  incarnation: LIFE,
  epoch: { id, row: id, began: FROM, floor: FROM },
});

function learn(knowledge: Knowledge, { committed, snapshot }: Server): void {
  const header = headerAt(snapshot);
  while (knowledge.begin(header) !== 'useful');
  for (const [xid, tag] of committed) {
    if (isVisible(xid, knowledge.position)) continue;
    knowledge.learn({ xid, source: 'product', tags: [tag.slice('product'.length)] }, header);
  }
  knowledge.end(header, true);
}

const judgeOf = (knowledge: Knowledge): StandbyJudge => ({
  life: LIFE,
  epoch: knowledge.epoch,
  isFresh: (snapshot, tags) => knowledge.isFresh(snapshot, tags),
  hasCatalog: (snapshot) => knowledge.hasCatalog(snapshot),
});

const readingOf = ({ lowest }: Server, tags: readonly string[], shown?: ShownState) => {
  const own = { snapshot: `${lowest}:${lowest}:`, incarnation: SERVER };
  return { ...own, snapshot: stampOf(own, shown), tags };
};

/** Draws a history, and judges after each step an answer of the standby. */
function judgeEachStep(draw: Draw, hasProbes: boolean) {
  const knowledge = new Knowledge({ tags: 1000, transactions: 3 });
  const pair = new Pair();
  const counts = { proved: 0, lacking: 0 };
  const history = new PositionHistory();
  let changes = 0;
  let shown: ShownState | undefined;
  learn(knowledge, pair.primary);
  for (let step = 0; step < 80; step += 1) {
    pair.step(draw);
    if (once(draw, 3)) {
      learn(knowledge, pair.primary);
      changes += 1;
      const walPosition = { snapshot: knowledge.position, lsn: BigInt(pair.written) };
      history.note({ life: LIFE, walPosition, changes }, step);
    }
    if (hasProbes && once(draw, 4)) {
      const snapshot = history.shownBy(BigInt(pair.replayed));
      shown = snapshot && { snapshot, incarnation: SERVER };
    }
    const tag = pick(draw, TAGS);
    const reading = readingOf(pair.standby, [tag], shown);
    const fault = standbyFault(judgeOf(knowledge), reading, knowledge.epoch);
    const known = [...pair.primary.committed].filter(([xid]) => isVisible(xid, knowledge.position));
    const lacks = known.some(([xid, changed]) => changed === tag && !pair.standby.committed.has(xid));
    if (lacks) expect(fault).toBe('behind');
    const stamp = parseSnapshot(reading.snapshot);
    const stamped = [...pair.primary.committed.keys()].filter((xid) => isVisible(xid, stamp));
    expect(stamped.filter((xid) => !pair.standby.committed.has(xid))).toEqual([]);
    counts.proved += Number(fault === undefined);
    counts.lacking += Number(lacks);
  }
  return counts;
}

describe('the proof of an answer of a standby', () => {
  it('passes no answer that lacks a known change, in whatever order commits become visible', () => {
    let [proved, lacking] = [0, 0];
    const property = fc.property(fc.gen(), (draw) => {
      const counts = judgeEachStep(draw, false);
      proved += counts.proved;
      lacking += counts.lacking;
    });
    fc.assert(property, { numRuns: 500 });
    expect(proved).toBeGreaterThan(1000);
    expect(lacking).toBeGreaterThan(1000);
  });

  it('passes more answers after a probe of the replayed log, and none that lacks a known change', () => {
    let [proved, without] = [0, 0];
    const property = fc.property(fc.gen(), (draw) => {
      proved += judgeEachStep(draw, true).proved;
    });
    fc.assert(property, { numRuns: 500, seed: 1 });
    const bare = fc.property(fc.gen(), (draw) => {
      without += judgeEachStep(draw, false).proved;
    });
    fc.assert(bare, { numRuns: 500, seed: 1 });
    expect(proved).toBeGreaterThan(without);
  });

  it('believes a probe of the same server only', () => {
    const shown = { snapshot: { xmin: 5, xmax: 20, xip: [5, 9] }, incarnation: SERVER };
    const own = { snapshot: '7:7:', incarnation: SERVER };
    expect(stampOf(own, shown)).toBe('7:20:9');
    expect(stampOf({ ...own, snapshot: '30:30:' }, shown)).toBe('30:30:');
    expect(stampOf({ ...own, incarnation: `${LIFE} on another server` }, shown)).toBe('7:7:');
    expect(stampOf({ ...own, snapshot: STANDBY }, shown)).toBe(STANDBY);
  });

  it('passes an answer of a standby that lacks only changes of other tags', () => {
    const knowledge = new Knowledge({ tags: 1000, transactions: 1000 });
    const { primary, standby } = new Pair();
    learn(knowledge, primary);
    primary.begin(10);
    primary.end(10, 'product:1');
    learn(knowledge, primary);
    const faults = TAGS.map((tag) => standbyFault(judgeOf(knowledge), readingOf(standby, [tag]), knowledge.epoch));
    expect(faults).toEqual(['behind', undefined]);
  });

  it('needs the life, the epoch from before the read, and the catalog of that epoch', () => {
    const knowledge = new Knowledge({ tags: 1000, transactions: 1000 });
    const { standby } = new Pair();
    while (knowledge.begin(headerAt({ xmin: 12, xmax: 12, xip: [] })) !== 'useful');
    const judge = judgeOf(knowledge);
    const reading = { ...readingOf(standby, []), snapshot: '12:12:' };
    expect(standbyFault(judge, reading, judge.epoch)).toBeUndefined();
    expect(standbyFault(judge, { ...reading, snapshot: '11:11:' }, judge.epoch)).toBe('behind');
    expect(standbyFault(judge, { ...reading, snapshot: STANDBY }, judge.epoch)).toBe('elsewhere');
    expect(standbyFault(judge, { ...reading, incarnation: 'another' }, judge.epoch)).toBe('elsewhere');
    expect(standbyFault(judge, reading, 'the epoch before')).toBe('elsewhere');
    expect(standbyFault({ ...judge, life: '' }, { ...reading, incarnation: '' }, judge.epoch)).toBe('elsewhere');
  });

  it('takes nothing from a server that was promoted, and nothing above xmin from a standby', () => {
    const { snapshot } = readAtOf('standby');
    const [, promoted] = /ELSE '(\d+:\d+:)'/.exec(snapshot)!;
    expect(parseSnapshot(promoted!)).toEqual({ xmin: 1, xmax: 1, xip: [] });
    expect(snapshot).not.toContain('xmax');
  });
});
