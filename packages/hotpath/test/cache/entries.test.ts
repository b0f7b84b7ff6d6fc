/** Entries to the byte: their size in memory, their form in Redis, and which of two entries is kept. */

import { decodeEntry, type Entry, encodeEntry, entryOf, type ReadResult, sizeOf } from 'hotpath/cache/entry';
import { askedBy, createQuestions, entryKey, isPublicKey, remoteKeys } from 'hotpath/cache/key';
import { createL1 } from 'hotpath/cache/l1';
import { type CachePolicy, cacheControl, checkPolicy, timesFor } from 'hotpath/cache/policy';
import { isWithin } from 'hotpath/cache/rollout';
import { sentBody } from 'hotpath/cache/variants';
import { judge } from 'hotpath/cache/verdict';
import { describe, expect, it } from 'vitest';

const moment = { epoch: 'e', readAt: 1000, ttlMs: 100, staleMs: 20, rescueMs: 30 };
const reading: ReadResult = {
  ...{ status: 200, body: '{"é":1}', etag: '"1-x"', link: '<n>', snapshot: '5:7:6', incarnation: 'here' },
  tags: ['user:1', 'post'],
};
const made = (more: Partial<ReadResult> = {}, when: object = {}) =>
  entryOf({ ...reading, ...more }, { ...moment, ...when });

describe('an entry', () => {
  it('is the result and time of a read', () => {
    const { bodies, ...rest } = made();
    expect(bodies.identity.toString()).toBe('{"é":1}');
    expect(rest).toStrictEqual({
      ...moment,
      ...{ status: 200, etag: '"1-x"', link: '<n>', tags: ['user:1', 'post'] },
      ...{ snapshot: { xmin: 5, xmax: 7, xip: [6] }, checkedAt: -1, reads: 0, isAscii: undefined, headers: undefined },
    });
  });

  it('takes its bytes, and a constant for each tag and for itself', () => {
    const entry = made();
    expect(sizeOf(entry)).toBe(8 + 1000 + 2 * 10 + 2 * 40);
    entry.bodies.gzip = Buffer.alloc(5);
    expect(sizeOf(entry)).toBe(8 + 5 + 1000 + 2 * 10 + 2 * 40);
  });
});

describe('its form in Redis', () => {
  const bytes = encodeEntry(made());

  it('is that of every process of this format', () => {
    const part = (text: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      return [length, Buffer.from(text)];
    };
    const header = Buffer.from('0100c8408f4000000000000000006400000014' + '0000001e', 'hex');
    const parts = ['e', '5:7:6', '"1-x"', '<n>', 'user:1\0post', '{"é":1}', '', ''].flatMap(part);
    expect(bytes).toEqual(Buffer.concat([header, ...parts]));
  });

  it('without a snapshot, of another format, or shorter than its header decodes to nothing', () => {
    expect(decodeEntry(Buffer.from(bytes.toString('latin1').replace('5:7:6', '5:7:8'), 'latin1'))).toBe(undefined);
    expect(decodeEntry(Buffer.concat([Buffer.from([2]), bytes.subarray(1)]))).toBe(undefined);
    expect(decodeEntry(bytes.subarray(0, 22))).toBe(undefined);
    expect(decodeEntry(Buffer.alloc(0))).toBe(undefined);
    expect(decodeEntry(bytes.subarray(0, 23))).toBe(undefined);
  });

  it('without tags has none', () => {
    expect(decodeEntry(encodeEntry(made({ tags: [] })))!.tags).toEqual([]);
    expect(decodeEntry(bytes)!.bodies).not.toHaveProperty('gzip');
  });
});

describe('memory', () => {
  const l1 = () => createL1({ maxBytes: 100_000, isPublic: isPublicKey });
  const at = (xid: number, more: object = {}): Entry => made({ snapshot: `${xid}:${xid}:` }, more);

  it('keeps the later read, and of different epochs the last one set', () => {
    const memory = l1();
    const [earlier, later, other] = [at(5), at(6), at(4, { epoch: 'f' })];
    memory.set('k', later);
    memory.set('k', earlier);
    expect(memory.get('k')).toBe(later);
    memory.set('k', other);
    expect(memory.get('k')).toBe(other);
    const same = at(4, { epoch: 'f' });
    memory.set('k', same);
    expect(memory.get('k')).toBe(same);
  });

  it('keeps the count of reads of the replaced entry, once', () => {
    const memory = l1();
    const [first, second] = [at(5), at(6)];
    first.reads = 4;
    memory.set('k', first);
    memory.set('k', first);
    expect(first.reads).toBe(4);
    second.reads = 1;
    memory.set('k', second);
    expect(second.reads).toBe(5);
    expect(memory.takeReads(1)).toEqual([{ key: 'k', times: 5 }]);
    expect(second.reads).toBe(0);
  });

  it('reports keys with at least three reads, and at most as many as requested', () => {
    const memory = l1();
    for (const [key, reads] of [
      ['two', 2],
      ['three', 3],
      ['four', 4],
    ] as const) {
      memory.set(`/${key}\nuser`, Object.assign(at(5), { reads }));
    }
    expect(memory.takeReads(1)).toEqual([{ key: '/four\nuser', times: 4 }]);
    expect(memory.takeReads(5)).toEqual([{ key: '/three\nuser', times: 3 }]);
  });

  it('counts the size of the key, and knows a key that is gone', () => {
    const memory = l1();
    const entry = at(5);
    memory.set('key', entry);
    expect([memory.bytes, memory.entries, memory.evictions]).toEqual([sizeOf(entry) + 6, 1, 0]);
    expect([memory.knows('key'), memory.knows('other')]).toEqual([true, false]);
    memory.delete('key');
    expect([memory.get('key'), memory.knows('key')]).toEqual([undefined, true]);
  });
});

describe('a key', () => {
  const viewer = { role: 'user', subject: '7' };

  it('has the request, the role, and the subject if that decides', () => {
    expect(entryKey({ text: '/a?b=1', scope: 'role', tables: [] }, viewer)).toBe('/a?b=1\nuser');
    expect(entryKey({ text: '/a?b=1', scope: 'subject', tables: [] }, viewer)).toBe('/a?b=1\nuser\n7');
    expect(askedBy('')).toEqual({ url: '', viewer: { role: '', subject: undefined } });
    expect(['/a\npublic', '/a\nuser', '/a\nuser\npublic', 'public'].map(isPublicKey)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(remoteKeys('n', 'k').entry).toBe('hotpath:n:{glTDKakoUPbVOd03b0gW7idkUX2l4CNVFK9DMWRIDXo}');
  });

  it('has the parameters in order, unless the URL has a fragment', () => {
    const questions = createQuestions();
    const text = (url: string) => questions.add(url, viewer, { scope: 'role', tables: ['a'] }).text;
    expect(['/a', '/a?', '/a?b=2&a=1&c', '/a?b&a#x', '/a?b=?&a'].map(text)).toEqual([
      ...['/a', '/a?', '/a?a=1&b=2&c', '/a?b&a#x', '/a?a&b=?'],
    ]);
    expect(questions.known('/a?b=2&a=1&c', viewer)).toEqual({ text: '/a?a=1&b=2&c', scope: 'role', tables: ['a'] });
    expect(questions.known('/other', viewer)).toBe(undefined);
  });
});

it.each([
  ['{"a":1}', 'text'],
  ['{"é":1}', 'bytes'],
  ['x'.repeat(4096), 'text'],
  ['x'.repeat(4097), 'bytes'],
])('a body leaves as it leaves soonest: %.8s… as %s', (body, form) => {
  const entry = made({ body });
  for (const sent of [sentBody(entry), sentBody(entry)]) {
    expect(typeof sent === 'string' ? 'text' : 'bytes').toBe(form);
    expect(sent.toString()).toBe(body);
  }
});

describe('a policy', () => {
  it('has its defaults', () => {
    expect(timesFor({ ttl: 100 }, 200, 1)).toEqual({ ttlMs: 90_000, staleMs: 0, rescueMs: 0 });
    expect(timesFor({ ttl: 1, jitter: 0.5 }, 200, 0.0011)).toMatchObject({ ttlMs: 999 });
    expect(cacheControl({ ttl: 1, scope: 'public' }, { isConfirmed: true, isRescued: false, ageMs: 0 })).toBe(
      'public, no-cache',
    );
  });

  it('is refused with the reason if it is impossible', () => {
    const check = (policy: CachePolicy) => () => checkPolicy(policy);
    expect(check({ ttl: 60, scope: 'viewer', sharedMaxAge: 60 } as CachePolicy)).toThrow(
      "A cache policy with sharedMaxAge needs scope: 'public', because shared caches send its answers to every client.",
    );
    expect(check({ ttl: 60, scope: 'public', sharedMaxAge: 59 })).toThrow(/^sharedMaxAge is 59 s and ttl 60 s\. /);
    expect(check({ ttl: 60, scope: 'public', sharedMaxAge: 60 })).not.toThrow();
  });
});

it('a share of 0 has no viewer, and one of 100 has all', () => {
  const names = Array.from({ length: 500 }, (_, id) => `viewer${id}`);
  const within = (percent: number) => names.filter((name) => isWithin(percent, name)).length;
  expect([within(-1), within(0), within(100), within(101)]).toEqual([0, 0, 500, 500]);
  expect(within(50)).toBeGreaterThan(200);
  expect(within(50)).toBeLessThan(300);
});

it('the follower judges an outdated entry at every use, and a fresh one only after a change', () => {
  const entry = made();
  let asked = 0;
  const follower = (isFresh: boolean, changes: number) => ({
    ...{ epoch: 'e', changes },
    isFresh: () => {
      asked += 1;
      return isFresh;
    },
  });
  expect(judge(follower(false, 3), entry, 1000)).toBe('outdated');
  expect([judge(follower(true, 3), entry, 1000), judge(follower(false, 3), entry, 1000), asked]).toEqual([
    'fresh',
    'fresh',
    2,
  ]);
  expect(entry.checkedAt).toBe(3);
  expect(judge(follower(true, 3), made({}, { readAt: Date.now() }))).toBe('fresh');
});
