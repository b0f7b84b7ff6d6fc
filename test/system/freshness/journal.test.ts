/** The journal, by which the freshness check judges reads. */
import { expect, it } from 'vitest';
import { BackwardReads } from './backward.ts';
import { Journal, marksOfCopyIn, shownIn, textOf } from './journal.ts';
import { Writing } from './writing.ts';

const cell = { kind: 'user', id: 7 };
const BOUND_MS = 100;

/** A journal with two writes that are committed, and a read that shows one of them. */
function judged({ shown, isLogged = true, place = 0, afterMs = 0, excused = 'never' }: Judged): string[] {
  const journal = new Journal(BOUND_MS);
  const excuse = () => journal.excuseUntil(performance.now() + 10 * BOUND_MS);
  journal.commit(journal.begin([{ cell, where: 1 }]));
  if (excused === 'before the write') excuse();
  const write = journal.begin([{ cell, where: 1 }], isLogged);
  journal.commit(write);
  const sentAt = write.committedAt + afterMs;
  if (excused === 'after the write') excuse();
  const read = { sentAt, place, instance: 0, shown: shownIn(textOf(cell, shown)), shows: () => true };
  return journal.judge(read).map(({ is }) => is);
}

interface Judged {
  readonly shown: number;
  readonly isLogged?: boolean;
  /** The knowledge of the read by its token. */
  readonly place?: number;
  readonly afterMs?: number;
  readonly excused?: 'never' | 'before the write' | 'after the write';
}

it.each<[judged: Judged, is: string[]]>([
  [{ shown: 1, afterMs: BOUND_MS + 1, place: 2 }, []],
  [{ shown: 0, afterMs: BOUND_MS - 1, place: 1 }, []],
  [{ shown: 0, afterMs: BOUND_MS + 1 }, ['late']],
  [{ shown: 0, afterMs: BOUND_MS + 1, excused: 'before the write' }, []],
  [{ shown: 0, afterMs: BOUND_MS + 1, excused: 'after the write' }, ['late']],
  [{ shown: 0, place: 2 }, ['stale']],
  [{ shown: 0, place: 2, isLogged: false }, []],
  [{ shown: 0, place: 2, isLogged: false, afterMs: BOUND_MS + 1 }, ['late']],
  [{ shown: 2 }, ['rolled back']],
])('the journal judges %j as %j', (read, is) => {
  expect(judged(read)).toEqual(is);
});

it('the journal measures for how long a row was not where it had gone', () => {
  const journal = new Journal(BOUND_MS);
  journal.commit(journal.begin([{ cell, where: 1 }]));
  const write = journal.begin([{ cell, where: 2 }]);
  journal.commit(write);
  const judge = (afterMs: number, isShown: boolean) => {
    const shown = shownIn(isShown ? textOf(cell, 1) : '');
    const shows = (_: unknown, where: number | undefined) => where === 2;
    return journal.judge({ sentAt: write.committedAt + afterMs, place: 0, instance: 0, shown, shows });
  };
  expect([judge(20, true), write.unseenMs]).toEqual([[], 0]);
  expect([judge(20, false), Math.round(write.unseenMs)]).toEqual([[], 20]);
  expect(judge(BOUND_MS + 1, false).map(({ is }) => is)).toEqual(['missing']);
});

it('a read shows a write that a failover has lost no longer than the bound, and no later one is measured by it', () => {
  const journal = new Journal(BOUND_MS);
  const write = (where: number) => {
    const made = journal.begin([{ cell, where }]);
    journal.commit(made);
    return made;
  };
  const kept = write(1);
  const lost = write(2);
  expect(journal.loseAfter(kept.place)).toBe(1);
  expect([lost.state, journal.where(cell), [...journal.present()]]).toEqual(['lost', 1, [['user.7', 0]]]);
  const judge = (number: number, afterMs: number) => {
    const shown = shownIn(textOf(cell, number));
    const sentAt = journal.lostUntil + afterMs;
    return journal.judge({ sentAt, place: lost.place, instance: 0, shown, shows: () => true }).map(({ is }) => is);
  };
  expect([judge(1, -1), judge(0, -1)]).toEqual([[], []]);
  expect([judge(1, 1), judge(0, 1)]).toEqual([['lost'], []]);
  write(1);
  expect([judge(2, BOUND_MS), judge(1, BOUND_MS), judge(0, BOUND_MS)]).toEqual([[], ['lost'], ['late']]);
});

it('a read goes back only behind one that had been answered when it was sent', () => {
  const reads = new BackwardReads();
  const read = (number: number, sentAt: number, answeredAt: number, of = '0 /page') => {
    const noted = reads.note({
      of,
      sentAt,
      answeredAt,
      cache: `at ${answeredAt}`,
      shown: new Map([['user.7', number]]),
    });
    return noted.map(({ shown, before, cacheBefore, afterMs }) => [shown, before, cacheBefore, afterMs]);
  };
  expect(read(5, 0, 10)).toEqual([]);
  expect(read(4, 9, 20)).toEqual([]);
  expect(read(4, 12, 30)).toEqual([[4, 5, 'at 10', 2]]);
  expect(read(4, 12, 30, '1 /page')).toEqual([]);
  expect(read(7, 31, 40)).toEqual([]);
  expect(read(6, 32, 50)).toEqual([]);
  expect(read(6, 45, 60)).toEqual([[6, 7, 'at 40', 5]]);
  reads.forgetBefore(65);
  expect([read(8, 64, 66), read(3, 67, 70)]).toEqual([[], []]);
  expect(read(2, 71, 80)).toEqual([[2, 3, 'at 70', 1]]);
});

it('a text of a copy differs from one of the original', () => {
  expect(marksOfCopyIn('"~user.7~1~" "#user.8#12#" "#9"')).toEqual(['user.8']);
  expect([...shownIn('"~user.7~1~" "#user.8#12#"')]).toEqual([['user.7', 1]]);
});

it('a hold waits for writers, keeps others out, and may keep one going', async () => {
  const [writing, first, kept] = [new Writing(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const said: string[] = [];
  const say = async (what: string) => void said.push(what);
  const writers = [writing.run(() => first.promise.then(() => say('a writer')))];
  const hold = writing.hold(async (keep) => {
    writers.push(keep(() => kept.promise.then(() => say('what was kept'))));
    await say('the hold');
  });
  writers.push(writing.run(() => say('a later writer')));
  const next = writing.hold(() => say('the next hold'));
  first.resolve();
  await hold;
  await writers[1];
  kept.resolve();
  await Promise.all([...writers, next]);
  expect(said).toEqual(['a writer', 'the hold', 'a later writer', 'what was kept', 'the next hold']);
});
