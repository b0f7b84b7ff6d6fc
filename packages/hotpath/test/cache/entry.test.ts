/** An entry comes back from Redis unchanged, or not at all. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeEntry, type Entry, encodeEntry, entryOf } from 'hotpath/cache/entry';
import { createL1 } from 'hotpath/cache/l1';
import { timesFor } from 'hotpath/cache/policy';
import { complete } from 'hotpath/cache/variants';
import { describe, expect, it } from 'vitest';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'binary' }).filter((each) => each.isWellFormed() && !each.includes('\0'));
const milliseconds = fc.nat({ max: 2 ** 32 - 1 });
const snapshot = fc
  .tuple(fc.nat(1000), fc.uniqueArray(fc.nat(1000), { maxLength: 5 }), fc.nat(1000))
  .map(([start, between, more]) => {
    const xmin = start + 1;
    const xip = between.map((each) => xmin + each).sort((one, other) => one - other);
    return { xmin, xmax: Math.max(xmin, ...xip) + 1 + more, xip };
  });

const entries: fc.Arbitrary<Entry> = fc
  .record({
    status: fc.constantFrom(200 as const, 404 as const),
    identity: bytes,
    gzip: fc.option(
      bytes.filter(({ length }) => length > 0),
      { nil: undefined },
    ),
    br: fc.option(
      bytes.filter(({ length }) => length > 0),
      { nil: undefined },
    ),
    etag: text,
    link: text,
    epoch: text,
    tags: fc.array(
      text.filter((each) => each !== ''),
      { maxLength: 6 },
    ),
    snapshot,
    readAt: fc.integer({ min: 0, max: 2 ** 45 }),
    ttlMs: milliseconds,
    staleMs: milliseconds,
    rescueMs: milliseconds,
  })
  .map(({ identity, gzip, br, ...rest }) => ({
    ...rest,
    checkedAt: -1,
    isAscii: undefined,
    headers: undefined,
    reads: 0,
    bodies: { identity, ...(gzip && { gzip }), ...(br && { br }) },
  }));

const LARGE = {
  status: 200,
  body: JSON.stringify({ data: 'x'.repeat(2000) }),
  etag: '"1-2"',
  link: '',
  snapshot: '1:1:',
  incarnation: 'here',
  tags: ['user:1'],
} as const;

describe('an entry in memory', () => {
  /** The memory that cannot be freed while the entry lives. */
  const keptBy = ({ bodies }: Entry) => {
    const blocks = new Set(Object.values(bodies).map(({ buffer }) => buffer));
    return [...blocks].reduce((sum, { byteLength }) => sum + byteLength, 0);
  };

  it('keeps its own bytes and no others, wherever they come from', async () => {
    const made = entryOf(LARGE, { epoch: 'e', readAt: 0, ttlMs: 1, staleMs: 1, rescueMs: 1 });
    await complete(made);
    const { identity, gzip, br } = made.bodies;
    expect(keptBy(made)).toBe(LARGE.body.length + gzip!.length + br!.length);
    expect([identity.toString(), gunzipSync(gzip!).toString(), brotliDecompressSync(br!).toString()]).toEqual(
      Array(3).fill(LARGE.body),
    );
    const value = encodeEntry(made);
    const chunk = Buffer.concat([Buffer.alloc(60_000), value]);
    expect(keptBy(decodeEntry(chunk.subarray(60_000))!)).toBe(value.length);
  });
});

describe('memory', () => {
  it('counts the growth of an entry since it was kept', async () => {
    const entry = entryOf(LARGE, { epoch: 'e', readAt: 0, ttlMs: 1, staleMs: 1, rescueMs: 1 });
    const l1 = createL1({ maxBytes: 1_000_000 });
    l1.set('key', entry);
    const before = l1.bytes;
    await complete(entry);
    l1.set('key', entry);
    expect(l1.bytes - before).toBe(entry.bodies.gzip!.length + entry.bodies.br!.length);
    expect([l1.entries, l1.evictions, l1.get('key')]).toEqual([1, 0, entry]);
  });
});

describe('an entry in Redis', () => {
  it('is the same after decoding', () => {
    fc.assert(fc.property(entries, (entry) => void expect(decodeEntry(encodeEntry(entry))).toEqual(entry)));
  });

  it('decodes to nothing if it is truncated or has extra bytes', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (entry, seed) => {
        const whole = encodeEntry(entry);
        expect(decodeEntry(whole.subarray(0, seed % whole.length))).toBeUndefined();
        expect(decodeEntry(Buffer.concat([whole, Buffer.from('x')]))).toBeUndefined();
      }),
    );
  });

  it('decodes to an entry or nothing, but throws no error, if one byte is changed', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(255), (entry, seed, byte) => {
        const garbled = encodeEntry(entry);
        garbled[seed % garbled.length] = byte;
        decodeEntry(garbled);
      }),
      { numRuns: 2000 },
    );
  });

  it('decodes to nothing if it never was an entry', () => {
    fc.assert(fc.property(bytes, (any) => any[0] === 1 || decodeEntry(any) === undefined));
  });
});

describe('the times of an entry', () => {
  it('end earlier by the jitter, and those of a negative entry by its own', () => {
    const policy = { ttl: 100, jitter: 0.2, staleWhileRevalidate: 10, staleIfError: 30, negative: 5 };
    expect(timesFor(policy, 200, 0)).toEqual({ ttlMs: 100_000, staleMs: 10_000, rescueMs: 30_000 });
    expect(timesFor(policy, 200, 1).ttlMs).toBe(80_000);
    expect(timesFor(policy, 404, 0)).toEqual({ ttlMs: 5000, staleMs: 0, rescueMs: 30_000 });
    expect(timesFor({ ttl: 100 }, 404, 0).ttlMs).toBe(0);
  });
});
