/** The cache on a Redis with sentinels: the shared entries, and the cost of a failover. */
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, useInstances } from '../support/instances.ts';
import { useSentinel } from '../support/redis-topologies.ts';

const redis = useSentinel();
const service = useInstances({ count: 3, environment: () => redis().environment });
const app = (index: number) => service().apps[index]!;

let asked = 0;
/** The second instance's answer to a request that the first one has answered first. */
async function shared(): Promise<string | undefined> {
  asked += 1;
  const url = `/v1/products?fields=id&limit=1&price[gte]=${asked}`;
  expect((await ask(app(0), url)).status).toBe(200);
  await app(0).hotpath.cache.settled();
  const { status, cache } = await ask(app(1), url);
  expect(status).toBe(200);
  return cache;
}

const nameFrom = async (index: number, url: string): Promise<string> =>
  JSON.parse((await ask(app(index), url)).body).data.name;

/** A write that every instance has seen. */
async function change(id: number, name: string): Promise<void> {
  await service().psql.query('update products set name = $2 where id = $1', [id, name]);
  for (const {
    hotpath: { follower },
  } of service().apps) {
    await expect.poll(() => follower.catchUp(), { timeout: 10_000 }).toBe(true);
  }
}

function clientOf(url: string): Redis {
  const client = new Redis(url);
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

/** The stored entries, by their keys. */
async function valuesIn(client: Redis): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const key of await client.keys('hotpath:*}')) values[key] = (await client.getBuffer(key))!.toString('latin1');
  return values;
}

describe('a master that a sentinel names', () => {
  it('is shared by the instances', async () => {
    await expect.poll(shared, { timeout: 10_000 }).toBe('l2 hit');
  });

  it('may die: no request fails, its successor is shared from then on, and entries without its last changes are not served', async () => {
    const [master, successor] = redis().servers;
    const [inMaster, inSuccessor] = [clientOf(master!.url), clientOf(successor!.url)];
    const [early, late] = ['/v1/products/1?fields=name', '/v1/products/2?fields=name'] as const;
    for (const id of [1, 2]) await change(id, 'before');
    await inMaster.flushall();
    for (const url of [early, late]) for (const index of [0, 1]) expect(await nameFrom(index, url)).toBe('before');
    await app(0).hotpath.cache.settled();
    await expect.poll(async () => Object.keys(await valuesIn(inSuccessor)), { timeout: 10_000 }).toHaveLength(2);
    const old = await valuesIn(inSuccessor);

    // The successor does not get the master's last writes.
    successor!.pause();
    await inMaster.call('CLIENT', 'KILL', 'TYPE', 'replica');
    await change(1, 'after');
    expect(await nameFrom(0, early)).toBe('after');
    await app(0).hotpath.cache.settled();
    expect(await valuesIn(inMaster)).not.toEqual(old);
    await master!.stop();
    successor!.resume();
    await change(2, 'after');

    expect(await shared()).toBe('database miss');
    for (const url of [early, late]) for (const index of [0, 1]) expect(await nameFrom(index, url)).toBe('after');
    await expect.poll(shared, { timeout: 30_000 }).toBe('l2 hit');
    expect(await valuesIn(inSuccessor)).toMatchObject(old);
    // Its memory has neither entry, so it reads from the successor.
    for (const url of [early, late]) expect(await nameFrom(2, url)).toBe('after');
  }, 60_000);
});
