/** The cache on a Redis that sentinels look after: what is shared, and what a failover costs. */
import { describe, expect, it } from 'vitest';
import { ask, useInstances } from '../support/instances.ts';
import { useSentinel } from '../support/redis-topologies.ts';

const redis = useSentinel();
const service = useInstances({ count: 2, environment: () => redis().environment });
const app = (index: number) => service().apps[index]!;

let asked = 0;
/** How the second instance answers what the first was the first to be asked. */
async function shared(): Promise<string | undefined> {
  asked += 1;
  const url = `/v1/products?fields=id&limit=1&price[gte]=${asked}`;
  expect((await ask(app(0), url)).status).toBe(200);
  await app(0).cache.settled();
  const { status, cache } = await ask(app(1), url);
  expect(status).toBe(200);
  return cache;
}

describe('a master that a sentinel names', () => {
  it('is what instances share', async () => {
    await expect.poll(shared, { timeout: 10_000 }).toBe('l2 hit');
  });

  it('may die: no request fails, and its successor is shared from then on', async () => {
    const [master] = redis().servers;
    await master!.stop();
    expect(await shared()).toBe('database miss');
    await expect.poll(shared, { timeout: 30_000 }).toBe('l2 hit');
  }, 60_000);
});
