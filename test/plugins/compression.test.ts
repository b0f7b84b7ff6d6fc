import { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { App } from '../../src/app.ts';
import { useApp } from '../support/app.ts';

const text = JSON.stringify({ data: Array.from({ length: 2000 }, (_, n) => `row ${n}`) });

/** The chunks that were read of the last stream, and whether it is closed. */
let read = 0;
let last: Readable | undefined;

const counted = (): Readable => {
  read = 0;
  const chunks = (function* () {
    for (; read < 100; read += 1) yield `${text}\n`;
  })();
  last = Readable.from(chunks, { highWaterMark: 1 });
  return last;
};

function routes(service: App): void {
  service.register(async (scope) => {
    const config = { budget: 0 };
    scope.get('/small', { config }, async () => ({ small: true }));
    scope.get('/text', { config }, async (_request, reply) => reply.type('application/json').send(text));
    scope.get('/bytes', { config }, async (_request, reply) => reply.type('application/json').send(Buffer.from(text)));
    scope.get('/weak', { config }, async (_request, reply) =>
      reply.headers({ 'content-type': 'application/json', etag: 'W/"7"' }).send(text),
    );
    scope.get('/image', { config }, async (_request, reply) => reply.type('image/png').send(Buffer.from(text)));
    scope.get('/stream', { config }, async (_request, reply) => reply.type('text/csv').send(counted()));
    scope.get('/web', { config }, async (_request, reply) => reply.type('text/csv').send(Readable.toWeb(counted())));
    scope.get('/sized', { config, compress: false }, async (_request, reply) =>
      reply.headers({ 'content-type': 'text/csv', 'content-length': 100 * (text.length + 1) }).send(counted()),
    );
    scope.get('/stored', { config }, async (_request, reply) =>
      reply.headers({ 'content-type': 'application/json', 'content-encoding': 'gzip' }).send(Buffer.from('as it is')),
    );
  });
}

const app = useApp({ seeded: true, extend: routes });

const get = (url: string, encodings: string, headers = {}) =>
  app().inject({ url, headers: { 'accept-encoding': encodings, ...headers } });

describe.each(['/text', '/bytes'])('%s', (url) => {
  it.each([
    ['gzip', 'gzip', gunzipSync],
    ['br', 'br', brotliDecompressSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip;q=1.0, br;q=0.5', 'gzip', gunzipSync],
    ['*', 'gzip', gunzipSync],
  ])('is compressed for %s', async (encodings, encoding, decompress) => {
    const reply = await get(url, encodings);
    expect(reply.headers['content-encoding']).toBe(encoding);
    expect(decompress(reply.rawPayload).toString()).toBe(text);
    expect(reply.rawPayload.length).toBeLessThan(text.length / 2);
    expect(reply.headers['server-timing']).toContain('0 statements');
    expect(reply.headers.vary).toBe('accept-encoding');
  });

  it.each(['', 'identity', 'zstd', 'gzip;q=0'])('is plain for "%s"', async (encodings) => {
    const reply = await get(url, encodings);
    expect(reply.headers['content-encoding']).toBeUndefined();
    expect(reply.body).toBe(text);
    expect(reply.headers.vary).toBe('accept-encoding');
  });

  it('is plain if x-no-compression requests it', async () => {
    const reply = await get(url, 'gzip', { 'x-no-compression': '1' });
    expect(reply.headers['content-encoding']).toBeUndefined();
    expect(reply.body).toBe(text);
  });
});

it('leaves small, already compressed and incompressible replies alone', async () => {
  expect((await get('/small', 'gzip')).json()).toEqual({ small: true });
  expect((await get('/stored', 'gzip, br')).body).toBe('as it is');
  expect((await get('/stored', 'gzip, br')).headers['content-encoding']).toBe('gzip');
  expect((await get('/image', 'gzip')).headers['content-encoding']).toBeUndefined();
});

it('compresses reads', async () => {
  const url = '/v1/products?limit=50';
  const [plain, small] = [await get(url, ''), await get(url, 'br')];
  expect(plain.rawPayload.length).toBeGreaterThan(1024);
  expect(brotliDecompressSync(small.rawPayload).toString()).toBe(plain.body);
});

it('gives a compressed reply an ETag of its own, which If-None-Match accepts', async () => {
  const url = '/v1/merchants?limit=50';
  const tags = await Promise.all(['identity', 'gzip', 'br'].map(async (name) => (await get(url, name)).headers.etag!));
  expect(new Set(tags).size).toBe(3);
  for (const etag of tags) {
    const again = await get(url, 'br', { 'if-none-match': etag });
    expect([again.statusCode, again.headers.etag, again.body]).toEqual([304, etag, '']);
  }
});

it('leaves a weak ETag alone, which covers every encoding', async () => {
  const { headers } = await get('/weak', 'br');
  expect([headers['content-encoding'], headers.etag]).toEqual(['br', 'W/"7"']);
});

it.each(['gzip', 'br', 'identity'])('lets HEAD report the length that GET sends: %s', async (encodings) => {
  for (const url of ['/v1/products?limit=3', '/small', '/text']) {
    const headers = { 'accept-encoding': encodings };
    const head = await app().inject({ method: 'HEAD', url, headers });
    const read = await get(url, encodings);
    expect(head.body).toBe('');
    expect(head.headers['content-encoding']).toBe(read.headers['content-encoding']);
    if (read.headers['content-length']) expect(head.headers['content-length']).toBe(read.headers['content-length']);
    else expect(head.headers['content-length']).toBeUndefined();
  }
});

describe.each(['/stream', '/web', '/sized'])('HEAD of a stream, %s', (url) => {
  it.each(['gzip', 'br', 'identity'])('has the headers of GET and reads nothing: %s', async (encodings) => {
    const headers = { 'accept-encoding': encodings };
    const sent = await app().inject({ url, headers });
    expect(read).toBe(100);
    const head = await app().inject({ method: 'HEAD', url, headers });
    // A stream of the web has its first chunk ready.
    expect([head.statusCode, head.body, read <= 1]).toEqual([200, '', true]);
    await vi.waitFor(() => expect(last!.destroyed).toBe(true));
    for (const name of ['content-type', 'content-encoding', 'content-length', 'vary']) {
      expect(head.headers[name]).toBe(sent.headers[name]);
    }
  });
});
