/** The most read keys, which processes count together in a real Redis. */
import { createPopular } from 'hotpath/cache/popular';
import { describe, expect, it } from 'vitest';
import { stuckRemote, useRemote } from './cache-redis.ts';

const remote = useRemote();

describe('the most read keys', () => {
  it('are added up over processes and two days, at most half of them of the public', async () => {
    const popular = createPopular(remote());
    await popular.report([
      { key: '/a\nuser', times: 3 },
      { key: '/b\nuser', times: 5 },
      { key: '/c\npublic', times: 100 },
      { key: '/d\npublic', times: 50 },
    ]);
    await popular.report([{ key: '/a\nuser', times: 4 }]);
    await popular.report([]);
    expect(await popular.top(2)).toEqual(['/c\npublic', '/a\nuser']);
    expect(await popular.top(10)).toEqual(['/c\npublic', '/d\npublic', '/a\nuser', '/b\nuser']);
    const names = await remote().redis.keys('*');
    const day = new Date().toISOString().slice(0, 10);
    expect(names.sort()).toEqual(['public', 'viewers'].map((of) => `hotpath:n:{popular}:${of}:${day}`));
    const [name] = names as [string];
    expect(await remote().redis.pttl(name)).toBeGreaterThan(172_000_000);
    expect(await remote().redis.pttl(name)).toBeLessThanOrEqual(172_800_000);
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    await remote().redis.zadd(`hotpath:n:{popular}:viewers:${yesterday}`, 90, '/b\nuser');
    expect(await popular.top(2)).toEqual(['/c\npublic', '/b\nuser']);
    const broken = createPopular(stuckRemote(remote(), 10));
    expect(await broken.top(2)).toEqual([]);
  });

  it('are limited in number, and lose the least read first', async () => {
    const popular = createPopular(remote());
    const reads = Array.from({ length: 10_002 }, (_, id) => ({ key: `/${id}\nuser`, times: id + 1 }));
    await popular.report(reads);
    const [name] = (await remote().redis.keys('*')) as [string];
    expect([
      await remote().redis.zcard(name),
      await remote().redis.zscore(name, '/1\nuser'),
      await remote().redis.zscore(name, '/2\nuser'),
    ]).toEqual([10_000, null, '3']);
  });
});
