/** A flood of distinct requests: its effect on the entries in memory, and on the most read keys. */

import { entryOf } from 'hotpath/cache/entry';
import { isPublicKey } from 'hotpath/cache/key';
import { createL1, type L1 } from 'hotpath/cache/l1';
import { mostRead } from 'hotpath/cache/popular';
import { describe, expect, it } from 'vitest';

const MAX_BYTES = 16 * 1024 * 1024;
const PAGE_BYTES = 8000;

const entryOfBytes = (bytes: number) =>
  entryOf(
    {
      status: 200,
      body: 'x'.repeat(bytes),
      etag: '"1-2"',
      link: '',
      snapshot: '1:1:',
      incarnation: 'here',
      tags: ['product', 'user:1'],
    },
    { epoch: 'e', readAt: 0, ttlMs: 1, staleMs: 1, rescueMs: 1 },
  );

const page = entryOfBytes(PAGE_BYTES);

const pageOf = (role: 'public' | 'user') => (id: number) =>
  role === 'public' ? `/v1/products/${id}\npublic` : `/v1/users/${id}/dashboard\nuser\n${id}`;

/** Requests a key as the cache does. @returns whether memory had it. */
function ask(l1: L1, key: string): boolean {
  const held = l1.get(key);
  if (held) held.reads += 1;
  else l1.set(key, { ...page });
  return held !== undefined;
}

/** Numbers from 0 to 1, the same in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Flood {
  /** The number of flood requests for each honest one. */
  readonly ratio: number;
  /** The number of times that it sends each request, in a row. */
  readonly times: number;
}

const HONEST = 1000;

/** Honest users read 1,000 pages, 9 MB, evenly. @returns the part of their reads that memory answers under the flood. */
function hitRate(l1: L1, keyOf: (id: number) => string, { ratio, times }: Flood): number {
  const draw = numbers(1);
  let [asked, hits] = [0, 0];
  for (let round = 0; round < 20_000; round += 1) {
    const isHit = ask(l1, keyOf(Math.floor(draw() * HONEST)));
    if (round < 5000) continue;
    hits += isHit ? 1 : 0;
    for (let more = 0; more < ratio; more += 1) ask(l1, `/v1/products?after=${Math.floor(asked++ / times)}\npublic`);
  }
  return hits / 15_000;
}

const memory = () => createL1({ maxBytes: MAX_BYTES, isPublic: isPublicKey });

describe('memory, flooded with distinct requests of the public', () => {
  it.each([
    { ratio: 1, times: 1, least: 0.98 },
    { ratio: 10, times: 1, least: 0.98 },
    { ratio: 10, times: 2, least: 0.98 },
    { ratio: 10, times: 5, least: 0.9 },
  ])('answers the reads of the public: $ratio for each, sent $times times', ({ least, ...flood }) => {
    expect(hitRate(memory(), pageOf('public'), flood)).toBeGreaterThan(least);
  });

  it.each([1, 2, 100])(
    'keeps all entries that viewers read, even if the flood sends each request %d times',
    (times) => {
      const calm = hitRate(memory(), pageOf('user'), { ratio: 0, times });
      expect(hitRate(memory(), pageOf('user'), { ratio: 10, times })).toBe(calm);
    },
  );

  it('comes to answer requests that are new since the flood began', () => {
    const l1 = memory();
    const draw = numbers(2);
    let hits = 0;
    for (let round = 0; round < 20_000; round += 1) {
      for (let more = 0; more < 5; more += 1) ask(l1, `/v1/products?after=${5 * round + more}\npublic`);
      const isHit = ask(l1, pageOf('public')(Math.floor(draw() * HONEST)));
      if (round >= 15_000 && isHit) hits += 1;
    }
    expect(hits / 5000).toBeGreaterThan(0.95);
  });

  it('keeps entries that a change outdates and users request again', () => {
    const l1 = memory();
    const draw = numbers(3);
    let [hits, reads] = [0, 0];
    for (let round = 0; round < 20_000; round += 1) {
      const key = pageOf('public')(Math.floor(draw() * HONEST));
      const isOutdated = round % 50 === 0 && l1.get(key) !== undefined;
      if (isOutdated) l1.delete(key);
      const isHit = ask(l1, key);
      if (round >= 5000 && !isOutdated) {
        reads += 1;
        hits += isHit ? 1 : 0;
      }
      for (let more = 0; more < 10; more += 1) ask(l1, `/v1/products?after=${10 * round + more}\npublic`);
    }
    expect(hits / reads).toBeGreaterThan(0.98);
  });
});

describe('memory', () => {
  it('answers another set of requests once users have moved to it', () => {
    const l1 = memory();
    const draw = numbers(4);
    const big = 1700;
    for (let round = 0; round < 40_000; round += 1) ask(l1, pageOf('public')(Math.floor(draw() * big)));
    let hits = 0;
    for (let round = 0; round < 30_000; round += 1) {
      const isHit = ask(l1, pageOf('public')(big + Math.floor(draw() * 1000)));
      if (round >= 20_000 && isHit) hits += 1;
    }
    expect(hits / 10_000).toBeGreaterThan(0.95);
  });

  it('stays within its bound, whatever comes, and reports its evictions', () => {
    const l1 = memory();
    const draw = numbers(5);
    const entries = [10, 1000, 20_000, 400_000, 4_000_000].map(entryOfBytes);
    for (let round = 0; round < 30_000; round += 1) {
      const key = pageOf(draw() < 0.5 ? 'public' : 'user')(Math.floor(draw() * 3000));
      if (draw() < 0.1) l1.delete(key);
      else if (!l1.get(key)) l1.set(key, { ...entries[Math.floor(draw() ** 4 * 5)]! });
      expect(l1.bytes).toBeLessThanOrEqual(MAX_BYTES);
    }
    expect(l1.evictions).toBeGreaterThan(0);
    for (let id = 0; id < 3000; id += 1) {
      l1.delete(pageOf('public')(id));
      l1.delete(pageOf('user')(id));
    }
    expect([l1.entries, l1.bytes]).toEqual([0, 0]);
  });

  it('has room for viewers up to three quarters, and for the public as far as they leave it', () => {
    const [viewers, everybody] = [memory(), memory()];
    for (let id = 0; id < 4000; id += 1) {
      ask(viewers, pageOf('user')(id));
      ask(everybody, pageOf('public')(id));
    }
    expect(viewers.bytes / MAX_BYTES).toBeGreaterThan(0.7);
    expect(viewers.bytes / MAX_BYTES).toBeLessThan(0.75);
    expect(everybody.bytes / MAX_BYTES).toBeGreaterThan(0.95);
    for (let id = 0; id < 4000; id += 1) ask(everybody, pageOf('user')(id));
    expect(everybody.bytes).toBeLessThanOrEqual(MAX_BYTES);
    const held = Array.from({ length: 4000 }, (_, id) => Number(everybody.get(pageOf('public')(id)) !== undefined));
    const bytes = held.reduce((sum, one) => sum + one, 0) * (PAGE_BYTES + 1000);
    expect(bytes / MAX_BYTES).toBeGreaterThan(0.2);
  });

  it.each([1, 1000, 100_000])('of %d bytes keeps nothing that does not fit', (maxBytes) => {
    const l1 = createL1({ maxBytes, isPublic: isPublicKey });
    l1.set('/v1/a\npublic', entryOfBytes(200_000));
    l1.set('/v1/b\nuser', entryOfBytes(200_000));
    expect([l1.entries, l1.bytes]).toEqual([0, 0]);
  });
});

describe('the most read', () => {
  it('are the keys with more reads than a scan makes, and keep their counts until then', () => {
    const l1 = memory();
    const [often, seldom] = [pageOf('user')(1), pageOf('user')(2)];
    for (const _ of [1, 2, 3, 4]) ask(l1, often);
    for (const _ of [1, 2, 3]) ask(l1, seldom);
    expect(l1.takeReads(10)).toEqual([{ key: often, times: 3 }]);
    expect(l1.takeReads(10)).toEqual([]);
    ask(l1, seldom);
    expect(l1.takeReads(10)).toEqual([{ key: seldom, times: 3 }]);
  });

  it('are at most half of the public, while viewers have as many', () => {
    const reads = [1, 2, 3, 4, 5, 6].flatMap((id) => [
      { key: pageOf('public')(id), times: 1000 + id },
      { key: pageOf('user')(id), times: id },
    ]);
    const keys = (many: number) => mostRead(reads, many).map(({ key }) => key);
    expect(keys(4)).toEqual([pageOf('public')(6), pageOf('public')(5), pageOf('user')(6), pageOf('user')(5)]);
    expect(keys(12)).toHaveLength(12);
    const alone = mostRead(
      reads.filter(({ key }) => isPublicKey(key)),
      5,
    );
    expect(alone.map(({ times }) => times)).toEqual([1006, 1005, 1004, 1003, 1002]);
  });
});
