import { type CachePolicy, cacheControl, checkPolicy, timesFor } from 'hotpath/cache/policy';
import { describe, expect, it } from 'vitest';

const open: CachePolicy = { ttl: 60, scope: 'public' };
const shared: CachePolicy = { ...open, sharedMaxAge: 60 };
const confirmed = { isConfirmed: true, isRescued: false, ageMs: 0 };

describe('Cache-Control', () => {
  it.each([
    ['of a viewer', { ttl: 60 }, confirmed, 'private, no-cache'],
    ['of a public route', open, confirmed, 'public, no-cache'],
    ['that is confirmed', shared, confirmed, 'public, max-age=0, must-revalidate, s-maxage=60'],
    ['that is confirmed', shared, { ...confirmed, ageMs: 59_999 }, 'public, max-age=0, must-revalidate, s-maxage=60'],
    ['that is as old as it may get', shared, { ...confirmed, ageMs: 60_000 }, 'public, no-cache'],
    ['that is not confirmed', shared, { ...confirmed, isConfirmed: false }, 'public, no-cache'],
    ['that is rescued', shared, { ...confirmed, isRescued: true }, 'no-store'],
    ['of a viewer that is rescued', { ttl: 60 }, { ...confirmed, isRescued: true }, 'no-store'],
  ])('of an answer %s', (_which, policy, standing, header) => {
    expect(cacheControl(policy, standing)).toBe(header);
  });
});

describe('a policy', () => {
  it('rescues nothing unless it says so', () => {
    expect(timesFor({ ttl: 60 }, 200, 0).rescueMs).toBe(0);
    expect(timesFor({ ttl: 60, staleIfError: 5 }, 200, 0).rescueMs).toBe(5000);
    expect(timesFor({ ttl: 60, staleIfError: 0.0015 }, 200, 0).rescueMs).toBe(2);
  });

  it('has no time that an entry in Redis cannot hold', () => {
    const year = 31_536_000;
    const times = timesFor({ ttl: year, staleWhileRevalidate: year, staleIfError: Number.POSITIVE_INFINITY }, 200, 0);
    expect(times).toEqual({ ttlMs: 2 ** 32 - 1, staleMs: 2 ** 32 - 1, rescueMs: 2 ** 32 - 1 });
  });

  it('with a sharedMaxAge is of a public route, and its answers are not older than that', () => {
    expect(() => checkPolicy(shared)).not.toThrow();
    expect(() => checkPolicy({ ttl: 60 })).not.toThrow();
    expect(() => checkPolicy({ ttl: -1 })).toThrow('ttl is -1, but must be seconds from 0 on.');
    expect(() => checkPolicy({ ttl: 60, staleIfError: Number.NaN })).toThrow('staleIfError is NaN');
    expect(() => checkPolicy({ ttl: 60, jitter: 2 })).toThrow('jitter is 2, but must be a share from 0 to 1.');
    expect(() => checkPolicy({ ttl: 60, sharedMaxAge: 60 })).toThrow(/needs scope: 'public'/);
    expect(() => checkPolicy({ ...open, sharedMaxAge: 30 })).toThrow(/make sharedMaxAge at least the ttl/);
  });
});
