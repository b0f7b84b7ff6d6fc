/** The time limit of reads: one timer for all, and each refused when it is due. */
import { TimeLimit } from 'hotpath/fastify/reads/time-limit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<string>(() => {});

/** Notes how each work ends, and when. */
function noting(limit: TimeLimit) {
  const ends: [name: string, end: string, at: number][] = [];
  const startedAt = performance.now();
  const note = (name: string, end: string) => ends.push([name, end, Math.round(performance.now() - startedAt)]);
  const begin = (name: string, work: Promise<string>) => {
    limit.of(work).then(
      (result) => note(name, result),
      (error) => note(name, error.code ?? error.message),
    );
  };
  return { ends, begin };
}

it('refuses each work when it is due, in a process with one timer', async () => {
  const { ends, begin } = noting(new TimeLimit(100));
  begin('first', never());
  await vi.advanceTimersByTimeAsync(40);
  begin('second', never());
  begin('third', never());
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(300);
  expect(ends).toEqual([
    ['first', 'HANDLER_TIMEOUT', 100],
    ['second', 'HANDLER_TIMEOUT', 140],
    ['third', 'HANDLER_TIMEOUT', 140],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

it('gives the result and the error of work that ends in time, and limits what comes later', async () => {
  const { ends, begin } = noting(new TimeLimit(100));
  begin('done', Promise.resolve('done'));
  begin('failed', Promise.reject(new Error('no rows')));
  await vi.advanceTimersByTimeAsync(500);
  begin('late', never());
  await vi.advanceTimersByTimeAsync(500);
  expect(ends).toEqual([
    ['done', 'done', 0],
    ['failed', 'no rows', 0],
    ['late', 'HANDLER_TIMEOUT', 600],
  ]);
});

it('refuses late work in the order in which it began, after other work has ended', async () => {
  const { ends, begin } = noting(new TimeLimit(100));
  const [oldest, middle, newest] = [0, 1, 2].map(() => Promise.withResolvers<string>());
  begin('oldest', oldest!.promise);
  begin('second', never());
  begin('middle', middle!.promise);
  await vi.advanceTimersByTimeAsync(10);
  begin('fourth', never());
  begin('newest', newest!.promise);
  middle!.resolve('done');
  newest!.resolve('done');
  oldest!.resolve('done');
  await vi.advanceTimersByTimeAsync(10);
  begin('last', never());
  await vi.advanceTimersByTimeAsync(500);
  expect(ends.slice(0, 3).map(([name]) => name)).toEqual(['middle', 'newest', 'oldest']);
  expect(ends.slice(3)).toEqual([
    ['second', 'HANDLER_TIMEOUT', 100],
    ['fourth', 'HANDLER_TIMEOUT', 110],
    ['last', 'HANDLER_TIMEOUT', 120],
  ]);
});
