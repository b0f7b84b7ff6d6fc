import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type QueuedWork, RequestQueue } from '../../../src/plugins/overload/request-queue.ts';

/** Blocks the event loop. */
const holdUp = (milliseconds: number) =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** A request as the service treats it. */
function ask(queue: RequestQueue, work: QueuedWork): void {
  if (queue.isOpen()) work(false);
  else queue.join(work);
}

it('starts at once the requests that arrive during a turn, and the rest in later turns, in the order of arrival', async () => {
  const queue = new RequestQueue({ turnMs: 20, patienceMs: 0 });
  const begun: number[] = [];
  const request = (number: number) => () => {
    begun.push(number);
    holdUp(30);
  };
  for (const number of [1, 2, 3]) ask(queue, request(number));
  expect(begun).toEqual([1]);
  await nextTurn();
  expect(begun).toEqual([1, 2]);
  ask(queue, request(4));
  await expect.poll(() => begun).toEqual([1, 2, 3, 4]);
  await nextTurn();
  await nextTurn();
  ask(queue, request(5));
  expect(begun).toEqual([1, 2, 3, 4, 5]);
});

it('lets the event loop do other work between two turns', async () => {
  const queue = new RequestQueue({ turnMs: 1, patienceMs: 0 });
  const seen: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    ask(queue, () => {
      seen.push(name);
      holdUp(2);
    });
  }
  setTimeout(() => seen.push('a timer'), 0);
  await expect.poll(() => seen).toHaveLength(4);
  expect(seen.indexOf('a timer')).toBeLessThan(3);
});

it('refuses requests whose turn comes later than patienceMs, and none without a limit', async () => {
  for (const { patienceMs, expected } of [
    { patienceMs: 100, expected: [true] },
    { patienceMs: 0, expected: [false] },
  ]) {
    const queue = new RequestQueue({ turnMs: 1, patienceMs });
    const told: boolean[] = [];
    ask(queue, () => holdUp(2));
    ask(queue, (isRefused) => told.push(isRefused));
    expect(queue.length).toBe(1);
    holdUp(120);
    expect(told).toEqual([]);
    await expect.poll(() => told).toEqual(expected);
    expect(queue.length).toBe(0);
  }
});

it('starts no request later than patienceMs, for any number of requests in one turn', async () => {
  const queue = new RequestQueue({ turnMs: 5, patienceMs: 100 });
  const waits: number[] = [];
  let refused = 0;
  for (let asked = 0; asked < 400; asked += 1) {
    const since = performance.now();
    ask(queue, (isRefused) => {
      if (isRefused) refused += 1;
      else waits.push(performance.now() - since);
      if (!isRefused) holdUp(2);
    });
  }
  await expect.poll(() => waits.length + refused).toBe(400);
  expect(refused).toBeGreaterThan(300);
  expect(waits.length).toBeGreaterThan(0);
  // Within the turn in which patienceMs ended.
  expect(Math.max(...waits)).toBeLessThan(110);
});

it('refuses at once a request that would wait longer, by the time of recent work, until no request waits', async () => {
  for (const { patienceMs, isBounded } of [
    { patienceMs: 1000, isBounded: true },
    { patienceMs: 0, isBounded: false },
  ]) {
    const queue = new RequestQueue({ turnMs: 1, patienceMs });
    const slow = () => holdUp(20);
    const wait = (refused: boolean[]) => queue.join((isRefused) => refused.push(isRefused));
    for (let asked = 0; asked < 3; asked += 1) ask(queue, slow);
    await expect.poll(() => queue.length, { interval: 0 }).toBe(1);
    const refused: boolean[] = [];
    for (let asked = 0; asked < 200; asked += 1) wait(refused);
    expect(refused.length > 100).toBe(isBounded);
    expect(queue.length + refused.length).toBe(201);
    await expect.poll(() => queue.length).toBe(0);
    await nextTurn();
    await nextTurn();
    ask(queue, slow);
    const later: boolean[] = [];
    for (let asked = 0; asked < 200; asked += 1) wait(later);
    expect(later).toEqual([]);
    await expect.poll(() => queue.length).toBe(0);
  }
});

it('goes on after work that throws', async () => {
  const queue = new RequestQueue({ turnMs: 1, patienceMs: 0 });
  const thrown: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').once('uncaughtException', (error) => thrown.push(error));
  ask(queue, () => holdUp(2));
  queue.join(() => {
    throw new Error('broken');
  });
  let isBegun = false;
  queue.join(() => {
    isBegun = true;
  });
  await expect.poll(() => isBegun).toBe(true);
  for (const listener of listeners) process.on('uncaughtException', listener);
  expect(thrown).toMatchObject([{ message: 'broken' }]);
});
