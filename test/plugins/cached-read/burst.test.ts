import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { BURST, ReplyBurst } from 'hotpath/fastify/reads/burst';
import { expect, test, vi } from 'vitest';

/** Records events in their order. */
function noting() {
  const noted: string[] = [];
  const burst = new ReplyBurst();
  const write = (name: string) => burst.add(() => void noted.push(`${name} is written`));
  return { noted, write, burst };
}

test('replies of one turn are written in their order, after the cache has looked up the requests of that turn', async () => {
  const { noted, write } = noting();
  for (const name of ['first', 'second', 'third']) {
    noted.push(`${name} is looked at`);
    write(name);
  }
  await turn();
  expect(noted).toEqual([
    ...['first is looked at', 'second is looked at', 'third is looked at'],
    ...['first is written', 'second is written', 'third is written'],
  ]);
});

test('each turn has a burst of its own', async () => {
  const { noted, write } = noting();
  for (const name of ['first', 'second']) {
    write(name);
    await turn();
    expect(noted.at(-1)).toBe(`${name} is written`);
  }
});

test('a full burst does not wait for the end of the turn', async () => {
  const { noted, write } = noting();
  for (let count = 1; count < BURST; count += 1) write('one of many');
  expect(noted).toHaveLength(0);
  write('the last');
  expect(noted).toHaveLength(BURST);
  write('the next');
  expect(noted).toHaveLength(BURST);
  await turn();
  expect(noted).toHaveLength(BURST + 1);
});

test('each reply is written in the context of its request', async () => {
  const requests = new AsyncLocalStorage<number>();
  const written: unknown[] = [];
  const burst = new ReplyBurst();
  for (const id of [1, 2, 3]) requests.run(id, () => burst.add(() => written.push(requests.getStore())));
  await turn();
  expect(written).toEqual([1, 2, 3]);
});

test('a reply that cannot be written delays no other reply, and its error is not lost', async () => {
  const { noted, write, burst } = noting();
  const errors: unknown[] = [];
  vi.spyOn(process, 'nextTick').mockImplementation((run) => {
    try {
      run();
    } catch (error) {
      errors.push(error);
    }
  });
  write('first');
  burst.add(() => {
    throw new Error('no such reply');
  });
  write('third');
  await turn();
  vi.restoreAllMocks();
  expect(noted).toEqual(['first is written', 'third is written']);
  expect(errors).toEqual([new Error('no such reply')]);
});
