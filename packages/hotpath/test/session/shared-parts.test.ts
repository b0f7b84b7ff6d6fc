/** How many sessions the reads of one turn share: the shorter a statement is, the more of its reads. */
import { setImmediate as turn } from 'node:timers/promises';
import { StatementTimes } from 'hotpath/compile/statement-times';
import { SharedSessions } from 'hotpath/session/shared-sessions';
import { describe, expect, it } from 'vitest';

const short = { name: 'short', text: 'SELECT 1', values: [] };

describe('the part of a session that a read needs', () => {
  it.each([
    [0.01, 1 / 8],
    [0.15, 0.15],
    [0.2, 0.2],
    [1, 1 / 4],
    [4.9, 1 / 4],
    [5, undefined],
  ])('is for a typical time of %d ms: %d', (time, part) => {
    const times = new StatementTimes();
    times.add(short, time);
    expect(times.partOf(short)).toBe(part);
  });

  it('is unknown for a statement that was not timed, or that has no name', () => {
    const times = new StatementTimes();
    times.add({ text: 'SELECT 2', values: [] }, 0.1);
    expect([times.partOf(short), times.partOf({ text: 'SELECT 2', values: [] })]).toEqual([undefined, undefined]);
  });
});

it.each([
  [1 / 4, 8, 2],
  [1 / 8, 8, 1],
  [1 / 8, 9, 2],
  [0.15, 20, 3],
  [0.2, 5, 1],
  [1, 3, 3],
])('reads with a part of %d are, for %d of them, on %d sessions', async (part, reads, sessions) => {
  let asked = 0;
  const shared = new SharedSessions(() => {
    asked += 1;
  });
  for (let read = 0; read < reads; read += 1) shared.take(() => {}, part);
  await turn();
  expect([asked, shared.comingCount, shared.waitingCount]).toEqual([sessions, sessions, reads]);
});

it.each([
  [1 / 4, 64],
  [1 / 8, 8],
  [1 / 8, 400],
  [0.15, 20],
  [0.2, 7],
])('reads with a part of %d all fail with the waits of their turn: %d of them', async (part, reads) => {
  const waits: ((error: Error) => void)[] = [];
  const shared = new SharedSessions((taken) => void waits.push(taken));
  let failed = 0;
  const fail = () => {
    failed += 1;
  };
  for (let read = 0; read < reads; read += 1) shared.take(fail, part);
  await turn();
  for (const wait of waits.splice(0)) wait(new Error('no session'));
  expect([failed, shared.waitingCount, shared.comingCount]).toEqual([reads, 0, 0]);
});

it.each([1, 8, 50])('a pool that fails at once fails all reads, %d of them, and later ones', async (reads) => {
  const shared = new SharedSessions((taken) => taken(new Error('The pool has ended.')));
  let failed = 0;
  for (let round = 1; round <= 2; round += 1) {
    for (let read = 0; read < reads; read += 1)
      shared.take(() => {
        failed += 1;
      }, 1 / 4);
    await turn();
    expect([failed, shared.waitingCount, shared.comingCount]).toEqual([round * reads, 0, 0]);
  }
});

it('a read that came later does not fail with an earlier wait', async () => {
  const waits: ((error: Error) => void)[] = [];
  const shared = new SharedSessions((taken) => void waits.push(taken));
  const failed: string[] = [];
  shared.take(() => failed.push('first'), 1 / 8);
  await turn();
  shared.take(() => failed.push('second'), 1 / 8);
  await turn();
  waits[0]!(new Error('no session'));
  expect(failed).toEqual(['first']);
  await turn();
  waits[1]!(new Error('no session'));
  expect(failed).toEqual(['first', 'second']);
});
