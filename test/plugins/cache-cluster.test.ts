/** The cache on a Redis Cluster of three masters: keys in every slot, leases and scripts, and the loss of a master. */
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { as } from '../support/app.ts';
import { ask, useInstances } from '../support/instances.ts';
import { useCluster } from '../support/redis-topologies.ts';

const redis = useCluster();
const service = useInstances({ count: 2, environment: () => redis().environment });
const app = (index: number) => service().apps[index]!;
const urls = (from: number, many: number) =>
  Array.from({ length: many }, (_, index) => `/v1/products?fields=id&limit=1&price[gte]=${from + index}`);

async function keysOf(url: string): Promise<string[]> {
  const client = new Redis(url);
  const keys = await client.keys('*');
  client.disconnect();
  return keys;
}

describe('a cluster', () => {
  it('is shared by instances, on every master, each entry and its lease in one slot', async () => {
    const questions = urls(1000, 40);
    for (const url of questions) await ask(app(0), url);
    await app(0).hotpath.cache.settled();
    const replies = await Promise.all(questions.map((url) => ask(app(1), url)));
    expect(replies.map(({ cache }) => cache)).toEqual(questions.map(() => 'l2 hit'));
    for (const { url } of redis().servers) expect((await keysOf(url)).length).toBeGreaterThan(0);
  });

  it('gives one lease to concurrent requests on any instance', async () => {
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) => ask(app(index % 2), '/v1/devices?limit=7', as(1))),
    );
    expect(replies.reduce((sum, { statements }) => sum + statements, 0)).toBe(1);
  });

  it('may lose a master: no request fails, and the others are shared as before', async () => {
    const [, lost] = redis().servers;
    await lost!.stop();
    const questions = urls(2000, 20);
    const first = await Promise.all(questions.map((url) => ask(app(0), url)));
    await app(0).hotpath.cache.settled();
    const second = await Promise.all(questions.map((url) => ask(app(1), url)));
    expect([...first, ...second].map(({ status }) => status)).toEqual(Array(40).fill(200));
    expect(second.filter(({ cache }) => cache === 'l2 hit').length).toBeGreaterThan(0);
  });
});
