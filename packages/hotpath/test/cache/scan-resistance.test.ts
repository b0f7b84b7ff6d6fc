/** Which value is evicted, to the byte: probation, protection, halved counts, and remembered keys. */

import { fnv1a } from 'hotpath/cache/fnv1a';
import { Ghost } from 'hotpath/cache/ghost';
import { type Held, Queue } from 'hotpath/cache/queue';
import { ScanResistantCache } from 'hotpath/cache/scan-resistant-cache';
import { Share } from 'hotpath/cache/share';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const NOW = 1_000_000;

beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const heldOf = (key: string, size = 10): Held<number> => ({
  ...{ key, isPublic: false, value: 0, size, uses: 0, age: 0 },
  ...{ queue: undefined, older: undefined, newer: undefined },
});

it('the hash of a text is FNV-1a, mixed once more', () => {
  expect(['', 'a', 'b', 'ab', 'é'].map(fnv1a)).toEqual(HASHES);
});
const HASHES = ['', 'a', 'b', 'ab', 'é'].map((text) => {
  let sum = 0x811c9dc5n;
  for (const character of text) sum = ((sum ^ BigInt(character.charCodeAt(0))) * 0x01000193n) & 0xffffffffn;
  return Number(((sum ^ (sum >> 15n)) * 0x2c1b3c6dn) & 0xffffffffn);
});

describe('a queue', () => {
  const keys = (queue: Queue<number>) => {
    const found: string[] = [];
    for (let held = queue.oldest; held; held = held.newer) found.push(held.key);
    return found;
  };
  const backwards = (queue: Queue<number>, newest: Held<number>) => {
    const found: string[] = [];
    for (let held: Held<number> | undefined = newest; held; held = held.older) found.push(held.key);
    return [found, queue.count];
  };

  it('has its values oldest first, whichever is removed', () => {
    const queue = new Queue<number>();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((key) => heldOf(key)) as [Held<number>, ...Held<number>[]];
    for (const held of [a, b!, c!, d!]) queue.add(held);
    expect([keys(queue), queue.size, queue.count, a.queue]).toEqual([['a', 'b', 'c', 'd'], 40, 4, queue]);
    expect(backwards(queue, d!)).toEqual([['d', 'c', 'b', 'a'], 4]);
    queue.remove(b!);
    expect([b!.queue, b!.older, b!.newer]).toEqual([undefined, undefined, undefined]);
    expect([keys(queue), backwards(queue, d!)]).toEqual([
      ['a', 'c', 'd'],
      [['d', 'c', 'a'], 3],
    ]);
    queue.remove(a);
    expect([keys(queue), c!.older]).toEqual([['c', 'd'], undefined]);
    queue.remove(d!);
    queue.add(b!);
    expect([keys(queue), backwards(queue, b!), queue.size]).toEqual([['c', 'b'], [['b', 'c'], 2], 20]);
    queue.resize(b!, 25);
    expect([b!.size, queue.size]).toEqual([25, 35]);
    queue.remove(b!);
    queue.remove(c!);
    expect([queue.oldest, queue.size, queue.count]).toEqual([undefined, 0, 0]);
    queue.add(a);
    expect([keys(queue), a.older, a.newer]).toEqual([['a'], undefined, undefined]);
  });
});

describe('a ghost', () => {
  it('remembers the count of a key until another replaces it', () => {
    const ghost = new Ghost(8);
    expect(ghost.count('a')).toBe(0);
    ghost.set('a', 15);
    expect([ghost.count('a'), ghost.count('b')]).toEqual([15, 0]);
    ghost.set('a', 3);
    expect(ghost.count('a')).toBe(3);
    const places = (key: string) => fnv1a(key) & 7;
    const names = Array.from({ length: 200 }, (_, index) => `k${index}`);
    const other = names.find((key) => places(key) === places('a'))!;
    const beside = names.find((key) => places(key) !== places('a'))!;
    ghost.set(beside, 2);
    expect([ghost.count('a'), ghost.count(beside)]).toEqual([3, 2]);
    ghost.set(other, 1);
    expect([ghost.count('a'), ghost.count(other)]).toEqual([0, 1]);
  });
});

describe('a share', () => {
  const gone: string[] = [];
  const shareOf = () => {
    gone.length = 0;
    return new Share<number>({ remembered: 1024, onEvict: ({ key }) => gone.push(key) });
  };
  const put = (share: Share<number>, key: string, reads = 0, size = 10) => {
    const held = heldOf(key, size);
    share.add(held);
    for (let read = 0; read < reads; read += 1) share.use(held);
    return held;
  };

  it('evicts nothing while there is room', () => {
    const share = shareOf();
    for (const key of ['a', 'b', 'c']) put(share, key);
    share.shrinkTo(30);
    expect([gone, share.size]).toEqual([[], 30]);
    share.shrinkTo(29);
    expect([gone, share.size]).toEqual([['a'], 20]);
  });

  it('evicts the oldest value without a read, and protects one with a read', () => {
    const share = shareOf();
    const read = put(share, 'read', 1);
    for (let id = 0; id < 20; id += 1) {
      put(share, `once${id}`);
      share.shrinkTo(100);
    }
    expect(gone).toEqual(Array.from({ length: 11 }, (_, id) => `once${id}`));
    expect(read.queue).toBeDefined();
  });

  it('remembers how often an evicted value was requested, up to fifteen', () => {
    const share = shareOf();
    share.take(put(share, 'a', 0));
    share.take(put(share, 'b', 2));
    share.take(put(share, 'c', 40));
    expect(['a', 'b', 'c', 'd'].map((key) => share.remembered(key))).toEqual([1, 3, 15, 0]);
    expect([gone, share.size]).toEqual([[], 0]);
  });

  it('evicts a protected value for one with more reads, and not for one with as many', () => {
    const fill = () => {
      const share = shareOf();
      for (let id = 0; id < 9; id += 1) put(share, `kept${id}`, 2);
      put(share, 'last');
      put(share, 'over');
      share.shrinkTo(100);
      expect([gone.splice(0), share.size]).toEqual([['last'], 100]);
      return share;
    };
    for (const [reads, expected] of [
      [2, 'more'],
      [3, 'kept0'],
    ] as const) {
      const share = fill();
      put(share, 'more', reads);
      share.shrinkTo(100);
      gone.length = 0;
      put(share, 'next');
      share.shrinkTo(100);
      expect([reads, gone]).toEqual([reads, [expected]]);
    }
  });

  it('protects no value that is larger than the protected part', () => {
    const share = shareOf();
    put(share, 'big', 5, 91);
    put(share, 'small', 0, 10);
    share.shrinkTo(100);
    expect(gone).toEqual(['big']);
    const other = shareOf();
    put(other, 'fits', 5, 90);
    put(other, 'small', 0, 11);
    other.shrinkTo(100);
    expect(gone).toEqual(['small']);
  });

  it('halves the counts after five minutes', () => {
    const share = shareOf();
    const held = put(share, 'a', 8);
    put(share, 'b', 0, 15);
    vi.setSystemTime(NOW + 300_000);
    share.shrinkTo(20);
    share.use(held);
    expect([gone, held.uses]).toEqual([['b'], 9]);
    put(share, 'c', 0, 15);
    vi.setSystemTime(NOW + 300_001);
    share.shrinkTo(20);
    share.take(held);
    expect([gone, share.remembered('a')]).toEqual([['b', 'c'], 5]);
  });

  it('counts a value up to fifteen reads', () => {
    const share = shareOf();
    expect([put(share, 'a', 15).uses, put(share, 'b', 40).uses]).toEqual([15, 15]);
  });

  it.each([1, 2])('halves the counts after eight reads of each of %d protected values', (many) => {
    const share = shareOf();
    const held = Array.from({ length: many }, (_, id) => put(share, `kept${id}`, 2, 40));
    put(share, 'gone', 0, 101 - 40 * many);
    share.shrinkTo(100);
    expect(gone).toEqual(['gone']);
    for (let read = 0; read < 8; read += 1) for (const each of held) share.use(each);
    expect(held.map(({ uses }) => uses)).toEqual(held.map(() => 10));
    share.use(held[0]!);
    share.use(held[0]!);
    expect(held[0]!.uses).toBe(6);
  });

  it.each([
    [7, 'scan2'],
    [8, 'kept'],
  ])(
    'counts %d reads of values that are not admitted, if they are as many as an age has: then %s is evicted',
    (reads, last) => {
      const share = shareOf();
      put(share, 'kept', 9, 90);
      put(share, 'first', 0, 11);
      share.shrinkTo(100);
      for (const key of ['scan0', 'scan1', 'scan2']) {
        put(share, key, reads, 11);
        share.shrinkTo(100);
      }
      expect(gone).toEqual(['first', 'scan0', 'scan1', last]);
    },
  );

  it('evicts the least read of eight protected values, and then looks at the others', () => {
    const share = shareOf();
    [5, 5, 3, 5, 5, 5, 5, 5, 1].forEach((reads, id) => void put(share, `kept${id}`, reads));
    put(share, 'last');
    put(share, 'over');
    share.shrinkTo(100);
    expect(gone.splice(0)).toEqual(['last']);
    const next = (key: string) => {
      put(share, key, 4);
      share.shrinkTo(100);
      return gone.splice(0);
    };
    expect([next('a'), next('b'), next('c')]).toEqual([['over'], ['kept2'], ['kept8']]);
  });

  it('evicts protected values if no other is left', () => {
    const share = shareOf();
    for (const [key, reads] of [
      ['often', 5],
      ['seldom', 2],
      ['sometimes', 3],
    ] as const)
      put(share, key, reads, 30);
    put(share, 'over', 0, 11);
    share.shrinkTo(100);
    expect(gone.splice(0)).toEqual(['over']);
    put(share, 'new', 0, 5);
    share.shrinkTo(60);
    expect([gone.splice(0), share.size]).toEqual([['seldom', 'sometimes'], 35]);
    share.shrinkTo(30);
    expect(gone.splice(0)).toEqual(['new']);
    share.shrinkTo(29);
    expect([gone, share.size]).toEqual([['often'], 0]);
  });
});

describe('a scan resistant cache', () => {
  const cacheOf = (maxBytes: number, isPublic?: (key: string) => boolean) =>
    new ScanResistantCache<number>({ maxBytes, sizeOf: (value) => value, isPublic });

  it('has as much room as its bound leaves beside the remembered keys', () => {
    const cache = cacheOf(1024);
    cache.set('a', 1016);
    expect([cache.get('a'), cache.size, cache.count, cache.evictions]).toEqual([1016, 1016, 1, 0]);
    cache.set('a', 1017);
    expect([cache.get('a'), cache.size, cache.count, cache.evictions]).toEqual([undefined, 0, 0, 1]);
    const shared = cacheOf(1024, () => true);
    shared.set('a', 1008);
    expect(shared.get('a')).toBe(1008);
    shared.set('a', 1009);
    expect(shared.get('a')).toBe(undefined);
    const tiny = cacheOf(0);
    tiny.set('a', 0);
    expect([tiny.get('a'), tiny.size]).toEqual([0, 0]);
  });

  it("gives viewers' values three quarters, and the public's the rest", () => {
    const cache = cacheOf(1024, (key) => key.startsWith('public'));
    cache.set('viewer', 756);
    expect(cache.peek('viewer')).toBe(756);
    cache.set('viewer', 757);
    expect(cache.peek('viewer')).toBe(undefined);
    cache.set('viewer', 700);
    cache.set('public', 308);
    expect([cache.peek('viewer'), cache.peek('public'), cache.size]).toEqual([700, 308, 1008]);
    cache.set('viewer2', 1);
    expect([cache.peek('viewer'), cache.peek('public'), cache.peek('viewer2')]).toEqual([700, undefined, 1]);
  });

  it('removes a value, and knows its key', () => {
    const cache = cacheOf(4096, (key) => key.startsWith('public'));
    for (const key of ['public', 'viewer']) {
      expect(cache.knows(key)).toBe(false);
      cache.set(key, 1);
      expect(cache.knows(key)).toBe(true);
      cache.delete(key);
      cache.delete(key);
      expect([cache.knows(key), cache.get(key), cache.count, cache.size]).toEqual([true, undefined, 0, 0]);
    }
  });

  it('counts reads of its entries, but not peeks', () => {
    const cache = cacheOf(1024);
    cache.set('a', 300);
    cache.set('b', 300);
    expect([...cache.entries()]).toEqual([
      ['a', 300],
      ['b', 300],
    ]);
    cache.peek('a');
    cache.get('b');
    cache.set('c', 400);
    cache.set('d', 100);
    expect([...cache.entries()].map(([key]) => key)).toEqual(['b', 'c', 'd']);
    cache.set('e', 300);
    expect([...cache.entries()].map(([key]) => key)).toEqual(['b', 'd', 'e']);
  });

  it('counts a new value as read as often as its caller says, or as the ghost remembers', () => {
    const kept = (uses: number, before: number) => {
      const cache = cacheOf(1024);
      if (before > 0) {
        cache.set('a', 300);
        for (let read = 1; read < before; read += 1) cache.get('a');
        cache.delete('a');
      }
      cache.set('a', 300, uses);
      cache.set('b', 400);
      cache.set('c', 400);
      return cache.peek('a') !== undefined;
    };
    expect([kept(0, 0), kept(1, 0), kept(0, 1), kept(2, 1)]).toEqual([false, true, true, true]);
  });
});
