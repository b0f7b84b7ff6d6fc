import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createLine, type Line } from '../../../src/plugins/overload/line.ts';

/** Keeps the event loop from turning. */
const holdUp = (milliseconds: number) =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** A request as the service treats it. @returns whether it is taken. */
function ask(line: Line, work: () => void): boolean {
  if (!line.isOpen()) return line.join(work);
  work();
  return true;
}

it('begins at once what comes while a turn lasts, and the rest in later turns, in the order of coming', async () => {
  const line = createLine({ turnMs: 20, patienceMs: 0 });
  const begun: number[] = [];
  const request = (number: number) => () => {
    begun.push(number);
    holdUp(30);
  };
  for (const number of [1, 2, 3]) ask(line, request(number));
  expect(begun).toEqual([1]);
  await nextTurn();
  expect(begun).toEqual([1, 2]);
  ask(line, request(4));
  await expect.poll(() => begun).toEqual([1, 2, 3, 4]);
  await nextTurn();
  await nextTurn();
  ask(line, request(5));
  expect(begun).toEqual([1, 2, 3, 4, 5]);
});

it('looks at other things between two turns', async () => {
  const line = createLine({ turnMs: 1, patienceMs: 0 });
  const seen: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    ask(line, () => {
      seen.push(name);
      holdUp(2);
    });
  }
  setTimeout(() => seen.push('a timer'), 0);
  await expect.poll(() => seen).toHaveLength(4);
  expect(seen.indexOf('a timer')).toBeLessThan(3);
});

it('turns away who comes while the first in line has waited too long, and nobody where patience has no end', async () => {
  for (const { patienceMs, isTaken } of [
    { patienceMs: 10, isTaken: false },
    { patienceMs: 0, isTaken: true },
  ]) {
    const line = createLine({ turnMs: 1, patienceMs });
    let begun = 0;
    const work = () => {
      begun += 1;
    };
    ask(line, () => holdUp(2));
    expect(ask(line, work)).toBe(true);
    expect(ask(line, work)).toBe(true);
    holdUp(20);
    expect(ask(line, work)).toBe(isTaken);
    await expect.poll(() => begun).toBe(isTaken ? 3 : 2);
    expect(ask(line, work)).toBe(true);
  }
});

it('goes on behind work that throws', async () => {
  const line = createLine({ turnMs: 1, patienceMs: 0 });
  const thrown: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').once('uncaughtException', (error) => thrown.push(error));
  ask(line, () => holdUp(2));
  line.join(() => {
    throw new Error('broken');
  });
  let isBegun = false;
  line.join(() => {
    isBegun = true;
  });
  await expect.poll(() => isBegun).toBe(true);
  for (const listener of listeners) process.on('uncaughtException', listener);
  expect(thrown).toMatchObject([{ message: 'broken' }]);
});
