import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { bodyEncodingOf, expand } from 'hotpath/http/content-encoding';
import { expect, it } from 'vitest';

it.each([
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  [' X-Gzip ,', 'gzip'],
  ['Br', 'br'],
  ['deflate', 'deflate'],
  ['identity, gzip', 'gzip'],
  ['identity', undefined],
  ['', undefined],
  [undefined, undefined],
])('reads an encoding in any case: %s', (header, encoding) => {
  expect(bodyEncodingOf(header)).toBe(encoding);
});

it.each(['zstd', 'compress', 'gzip, gzip', 'gzip, br', 'br,gzip,gzip', 'aws-chunked', '*', 'gzip;q=1', '__proto__'])(
  'refuses any other, and more than one: %s',
  (header) => {
    expect(() => bodyEncodingOf(header)).toThrow(
      expect.objectContaining({ statusCode: 415, message: 'A body may have one encoding: gzip, br, deflate.' }),
    );
  },
);

const compressed = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync };
const encodings = ['gzip', 'br', 'deflate'] as const;
const json = Buffer.from(JSON.stringify(Array.from({ length: 500 }, (_, id) => ({ id, name: `row ${id * 7919}` }))));

it.each(encodings)('expands up to the limit, and not a byte more: %s', async (encoding) => {
  const bytes = compressed[encoding](json);
  expect(await expand(bytes, { encoding, limit: json.length })).toEqual(json);
  await expect(expand(bytes, { encoding, limit: json.length - 1 })).rejects.toMatchObject({
    statusCode: 413,
    message: `The body expands to more than ${json.length - 1} bytes.`,
  });
});

it.each(encodings)('expands by a factor of 100 at most, beyond 64 KiB: %s', async (encoding) => {
  const small = { encoding, limit: 2 ** 30 };
  expect(await expand(compressed[encoding](Buffer.alloc(64 * 1024, ' ')), small)).toHaveLength(64 * 1024);
  await expect(expand(compressed[encoding](Buffer.alloc(2 ** 24, ' ')), small)).rejects.toMatchObject({
    statusCode: 413,
    message: 'The body expands to more than 100 times its compressed size.',
  });
});

it.each(encodings)('refuses bytes of another encoding, and a part of a body: %s', async (encoding) => {
  const whole = compressed[encoding](json);
  for (const bytes of [json, whole.subarray(0, whole.length - 1), whole.subarray(1)]) {
    await expect(expand(bytes, { encoding, limit: 2 ** 20 })).rejects.toMatchObject({ statusCode: 400 });
  }
});
