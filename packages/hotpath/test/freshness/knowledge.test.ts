/**
 * The knowledge of a follower, against a model of a database in memory: transactions that begin, write, commit and roll back in any
 * order, followers that read now and then, and floors that rise.
 */
import fc from 'fast-check';
import { SNAPSHOT } from 'hotpath/compile/sql/read-at';
import { Knowledge } from 'hotpath/freshness/knowledge';
import type { Epoch, LogHeader } from 'hotpath/freshness/log';
import type { LoggedChange, MemoryLimits } from 'hotpath/freshness/memory';
import { includes, isVisible, parseSnapshot, type Snapshot } from 'hotpath/freshness/snapshot';
import { describe, expect, it } from 'vitest';
import { type Draw, once, pick } from '../compile/oracle/draw.ts';

const SOURCES = ['product', 'review'];
const TAGS = [':1', ':2', '?merchantId=1', ':*', '?merchantId=*'];
const ASKED = SOURCES.flatMap((source) => [
  source,
  ...TAGS.filter((tag) => !tag.endsWith('*')).map((tag) => source + tag),
]);
const ROOMY = { tags: 1000, transactions: 1000 };

/** Transactions by their ids, and the log. Writes of a lost transaction are not logged: it was open when the epoch began. */
class World {
  readonly #lost: ReadonlySet<number>;
  readonly #open = new Map<number, LoggedChange[]>();
  #next = 10;
  #log: LoggedChange[] = [];
  #epoch: Epoch;
  /** Every change that has been committed, logged or not. */
  readonly history: LoggedChange[] = [];
  /** Some of the snapshots that were taken. */
  readonly snapshots: Snapshot[];

  constructor(lost: number) {
    for (let opened = 0; opened < lost; opened += 1) this.#begin();
    this.#lost = new Set(this.#open.keys());
    this.snapshots = [this.snapshot()];
    this.#epoch = { id: 'the only one', row: 'the only one', began: this.snapshot(), floor: this.snapshot() };
  }

  snapshot(): Snapshot {
    const xip = [...this.#open.keys()];
    return { xmin: xip[0] ?? this.#next, xmax: this.#next, xip };
  }

  /** @returns the changes of a transaction that has committed in this step. */
  step(draw: Draw): readonly LoggedChange[] {
    const xids = [...this.#open.keys()];
    const what = xids.length === 0 ? 'begin' : pick(draw, ['begin', 'write', 'write', 'end', 'look'] as const);
    if (what === 'begin') this.#begin();
    else if (what === 'look') this.snapshots.push(this.snapshot());
    else if (what === 'write') this.#write(draw, pick(draw, xids));
    else return this.#end(draw, pick(draw, xids));
    return [];
  }

  #write(draw: Draw, xid: number): void {
    this.#open.get(xid)!.push({ xid, source: pick(draw, SOURCES), tags: [pick(draw, TAGS), null] });
  }

  #end(draw: Draw, xid: number): readonly LoggedChange[] {
    const changes = this.#open.get(xid)!;
    this.#open.delete(xid);
    if (once(draw, 4)) return [];
    this.history.push(...changes);
    if (!this.#lost.has(xid)) this.#log.push(...changes);
    return changes;
  }

  #begin(): void {
    this.#open.set(this.#next, []);
    this.#next += 1;
  }

  /** Raises the floor to an earlier snapshot, and deletes every row that is visible in it. */
  trim(draw: Draw): void {
    const floor = pick(draw, this.snapshots);
    if (!includes(floor, this.#epoch.floor)) return;
    this.#epoch = { ...this.#epoch, floor };
    this.#log = this.#log.filter(({ xid }) => !isVisible(xid, floor));
  }

  header(): LogHeader {
    return { snapshot: this.snapshot(), incarnation: 'the only one', epoch: this.#epoch };
  }

  changesSince(since: Snapshot): LoggedChange[] {
    return this.#log.filter(({ xid }) => !isVisible(xid, since));
  }
}

function catchUp(knowledge: Knowledge, world: World): void {
  const header = world.header();
  while (knowledge.begin(header) !== 'useful');
  for (const change of world.changesSince(knowledge.since!)) knowledge.learn(change, header);
  knowledge.end(header, true);
}

/** A reading of the log at the present moment, which is learned later. */
function beginReading(knowledge: Knowledge, world: World) {
  const header = world.header();
  expect(knowledge.begin(header)).toBe('useful');
  const read = world.changesSince(knowledge.since!);
  const learn = () => {
    for (const change of read) knowledge.learn(change, header);
    knowledge.end(header, true);
  };
  return { read, learn };
}

/** The definition of freshness: over all changes that were ever committed, without floors. */
const isTrulyFresh = (history: readonly LoggedChange[], snapshot: Snapshot, tag: string): boolean =>
  history.filter((change) => touches(change, tag)).every(({ xid }) => isVisible(xid, snapshot));

function touches({ source, tags }: LoggedChange, tag: string): boolean {
  if (source === tag) return true;
  return tags.some(
    (each) =>
      each !== null && (source + each === tag || (each.endsWith('*') && tag.startsWith(source + each.slice(0, -1)))),
  );
}

interface Course {
  readonly limits: MemoryLimits;
  /** Transactions that were open when the epoch began. */
  readonly lost: number;
  readonly trims: boolean;
}

describe('what a follower knows of the log', () => {
  it.each<[string, Course]>([
    ['with room for all', { limits: ROOMY, lost: 0, trims: false }],
    ['with little room', { limits: { tags: 3, transactions: 1 }, lost: 0, trims: false }],
    ['when the log is cleared', { limits: ROOMY, lost: 0, trims: true }],
    ['after a crash', { limits: ROOMY, lost: 2, trims: false }],
  ])('never judges a stale answer fresh, %s', (_, { limits, lost, trims }) => {
    const isExact = limits === ROOMY && lost === 0 && !trims;
    let [judgedFresh, trulyFresh] = [0, 0];
    const property = fc.property(fc.gen(), (draw) => {
      const world = new World(lost);
      const knowledge = new Knowledge(limits);
      catchUp(knowledge, world);
      for (let step = 0; step < 60; step += 1) {
        world.step(draw);
        if (trims && once(draw, 12)) world.trim(draw);
        if (!once(draw, 3)) continue;
        catchUp(knowledge, world);
        const [snapshot, tag] = [pick(draw, world.snapshots), pick(draw, ASKED)];
        const [judged, truth] = [knowledge.isFresh(snapshot, [tag]), isTrulyFresh(world.history, snapshot, tag)];
        if (isExact || judged) expect(judged).toBe(truth);
        judgedFresh += Number(judged);
        trulyFresh += Number(truth);
        expect(knowledge.isFresh(world.snapshot(), ASKED)).toBe(true);
      }
    });
    fc.assert(property, { numRuns: 1000 });
    expect(judgedFresh).toBeGreaterThan(0.1 * trulyFresh);
  });

  it.each<[string, MemoryLimits]>([
    ['with room for all', ROOMY],
    ['with little room', { tags: 3, transactions: 1 }],
  ])('has the changes that sessions report before the log is read up to them, %s', (_, limits) => {
    let reported = 0;
    const property = fc.property(fc.gen(), (draw) => {
      const world = new World(0);
      const knowledge = new Knowledge(limits);
      catchUp(knowledge, world);
      const known: LoggedChange[] = [];
      const report = (): void => {
        const changes = world.step(draw);
        if (changes.length === 0 || once(draw, 2)) return;
        expect(knowledge.learnAhead(changes[0]!.xid, changes)).toBe(true);
        known.push(...changes);
        reported += 1;
      };
      for (let step = 0; step < 60; step += 1) {
        report();
        if (once(draw, 6)) {
          // A reading whose changes arrive after others were reported.
          const { read, learn } = beginReading(knowledge, world);
          report();
          report();
          learn();
          known.push(...read);
        }
        const [snapshot, tag] = [pick(draw, world.snapshots), pick(draw, ASKED)];
        const judged = knowledge.isFresh(snapshot, [tag]);
        if (judged || limits === ROOMY) expect(judged).toBe(isTrulyFresh(known, snapshot, tag));
        if (!judged) expect(knowledge.culprits(snapshot, [tag])).not.toEqual([]);
        expect(knowledge.isFresh(world.snapshot(), ASKED)).toBe(true);
      }
    });
    fc.assert(property, { numRuns: 500 });
    expect(reported).toBeGreaterThan(1000);
  });

  it('takes no report that it has no room for', () => {
    const knowledge = new Knowledge(ROOMY);
    catchUp(knowledge, new World(0));
    const report = (xid: number) => knowledge.learnAhead(xid, [{ xid, source: 'product', tags: [] }]);
    const xids = Array.from({ length: 201 }, (_, index) => 10 + index);
    expect(xids.map(report).indexOf(false)).toBe(200);
    expect([report(9), knowledge.isFresh({ xmin: 10, xmax: 10, xip: [] }, ['product'])]).toEqual([true, false]);
  });

  it('ends if the snapshots of an epoch go back', () => {
    const knowledge = new Knowledge(ROOMY);
    const header = new World(0).header();
    const later = { ...header, snapshot: { xmin: 20, xmax: 20, xip: [] } };
    expect(knowledge.begin(later)).toBe('useless');
    expect(knowledge.begin(later)).toBe('useful');
    knowledge.end(later, true);
    expect(knowledge.begin(header)).toBe('wentBack');
  });

  it('judges a read on a standby stale, because its snapshot does not show which transactions were open', () => {
    const knowledge = new Knowledge(ROOMY);
    const world = new World(0);
    catchUp(knowledge, world);
    const [, standby] = /'(\d+:\d+:)'/.exec(SNAPSHOT)!;
    expect([parseSnapshot(standby!), world.snapshot()].map((read) => knowledge.isFresh(read, []))).toEqual([
      false,
      true,
    ]);
  });
});
