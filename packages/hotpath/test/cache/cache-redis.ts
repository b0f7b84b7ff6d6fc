/** A real Redis for the tests of the cache, empty before each test, and one that never answers. */
import { Breaker } from 'hotpath/cache/breaker';
import type { Remote } from 'hotpath/cache/l2';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { useRedis } from '../../../../test/support/redis.ts';

/** The second tier in the namespace `n`, with a breaker that is closed. */
export function useRemote(): () => Remote & { readonly redis: Redis } {
  const url = useRedis();
  let redis: Redis | undefined;
  let remote: Remote & { readonly redis: Redis };
  beforeAll(async () => {
    redis = new Redis(url(), { lazyConnect: true });
    await redis.connect();
  });
  afterAll(() => redis?.disconnect());
  beforeEach(async () => {
    await redis!.flushdb();
    remote = { redis: redis!, breaker: new Breaker({ timeoutMs: 5000 }), namespace: 'n' };
  });
  return () => remote;
}

/** The same tier, with a Redis that never answers. */
export const stuckRemote = (remote: Remote, timeoutMs: number): Remote => ({
  ...remote,
  breaker: new Breaker({ timeoutMs }),
  redis: new Proxy({}, { get: () => () => new Promise(() => {}) }) as unknown as Remote['redis'],
});
