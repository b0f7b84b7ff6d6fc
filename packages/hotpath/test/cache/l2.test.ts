/** The second tier in a real Redis: how long it keeps an entry. */
import { remoteKeys } from 'hotpath/cache/key';
import { createL2 } from 'hotpath/cache/l2';
import { describe, expect, it } from 'vitest';
import { useRemote } from './cache-redis.ts';
import { SimulatedDatabase, useCaches } from './simulated-database.ts';

const remote = useRemote();
const open = useCaches();

describe('the second tier', () => {
  it('prolongs an entry that may be served for longer, and no other', async () => {
    const database = new SimulatedDatabase();
    const cache = open(database);
    const { entry } = await cache.read(database.query({ policy: { ttl: 60, jitter: 0, staleIfError: 30 } }));
    const l2 = createL2(remote());
    const { entry: name } = remoteKeys('n', 'k');
    await l2.set({ key: 'k' }, entry, 1000);
    expect(await remote().redis.pttl(name)).toBeLessThanOrEqual(1000);
    await l2.prolong('k', entry);
    expect(await remote().redis.pttl(name)).toBeGreaterThan(89_000);
    await l2.set({ key: 'k' }, entry, 1000);
    await l2.prolong('k', { ...entry, readAt: Date.now() - 91_000 });
    expect(await remote().redis.pttl(name)).toBeLessThanOrEqual(1000);
    expect(await l2.get({ key: 'other' })).toBe(undefined);
    expect((await l2.get({ key: 'k' })) as object).toMatchObject({ etag: '"a"', tags: ['t'] });
    await remote().redis.set(name, 'no entry');
    expect(await l2.get({ key: 'k' })).toBe(undefined);
  });
});
