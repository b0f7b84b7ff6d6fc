/** Members that come and go with each request leave nothing behind, however many requests a process has served. */
import { setImmediate } from 'node:timers/promises';
import v8 from 'node:v8';
import { Flights } from 'hotpath/cache/flight';
import { PassingMap } from 'hotpath/collections/passing-map';
import { TimeLimit } from 'hotpath/fastify/reads/time-limit';
import { describe, expect, it } from 'vitest';

const AT_ONCE = 20;
const KEPT_WORDS = 1000;
const WARM_UP = 1000;
/** In lanes, and then in batches; together they take 320 MB. */
const REQUESTS = 20_000;
/** The bytes are read before each such request. */
const LOOKS = 500;

const oldBytes = () =>
  v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')!.space_used_size;

type Serve = (request: number) => Promise<unknown>;

/** Bytes of the old generation that requests leave behind, at most, before it is collected. */
async function leftBehind(serve: Serve): Promise<number> {
  await inLanes(serve, WARM_UP);
  const before = oldBytes();
  let most = 0;
  const look = async (request: number) => {
    if (request % LOOKS === 0) most = Math.max(most, oldBytes() - before);
    return serve(request);
  };
  await inLanes(look, REQUESTS);
  await inBatches(look, REQUESTS);
  return most;
}

/** Each lane begins its next request when its last one has its answer. */
async function inLanes(serve: Serve, many: number): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < many) await serve(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function inBatches(serve: Serve, many: number): Promise<void> {
  for (let first = 0; first < many; first += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => serve(first + index)));
  }
}

/** Takes one to five turns of the event loop. */
async function work(request: number): Promise<number[]> {
  for (let turn = 0; turn < request % 5; turn += 1) await setImmediate();
  return setImmediate(new Array<number>(KEPT_WORDS).fill(request));
}

it('of a time limit', async () => {
  const limit = new TimeLimit(60_000);
  expect(await leftBehind((request) => limit.of(work(request)))).toBeLessThan(8_000_000);
});

it('of flights', async () => {
  const flights = new Flights({ isFresh: () => true, position: '10:10:', epoch: '1', changes: 1 });
  const fly = (request: number) => flights.start(String(request), ['products'], () => work(request));
  expect(await leftBehind(fly)).toBeLessThan(8_000_000);
  expect(flights.inTheAir).toBe(0);
});

describe('PassingMap', () => {
  it('has the last member of each key until it leaves', () => {
    const map = new PassingMap<string, number>();
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    map.delete('c');
    expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([3, 2, undefined, 2]);
    map.delete('a');
    expect([map.get('a'), map.size]).toEqual([undefined, 1]);
  });
});
