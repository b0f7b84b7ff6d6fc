/** The lease in a real Redis, by which one process reads the database for all. */
import { AWAY } from 'hotpath/cache/breaker';
import { remoteKeys } from 'hotpath/cache/key';
import { createLeases, HELD } from 'hotpath/cache/lease';
import { describe, expect, it } from 'vitest';
import { stuckRemote, useRemote } from './cache-redis.ts';

const remote = useRemote();

describe('a lease', () => {
  it('is held by one process, extended while it works, and released by its holder alone', async () => {
    const leases = createLeases(remote(), 2000);
    const { lease: name } = remoteKeys('n', 'k');
    const lease = await leases.take('k');
    if (lease === HELD || lease === AWAY) throw new Error('not taken');
    expect(await leases.take('k')).toBe(HELD);
    expect(await remote().redis.pttl(name)).toBeLessThanOrEqual(2000);
    await remote().redis.pexpire(name, 60_000);
    await expect.poll(() => remote().redis.pttl(name), { timeout: 10_000 }).toBeLessThanOrEqual(2000);
    expect(await leases.take('k')).toBe(HELD);
    await remote().redis.set(name, 'another');
    await lease.release();
    expect(await remote().redis.get(name)).toBe('another');
    await remote().redis.del(name);
    const next = await createLeases(remote(), 60).take('k');
    if (next === HELD || next === AWAY) throw new Error('not taken');
    await next.release();
    expect(await remote().redis.exists(name)).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await remote().redis.exists(name)).toBe(0);
    const broken = createLeases(stuckRemote(remote(), 10), 60);
    expect(await broken.take('k')).toBe(AWAY);
  });
});
