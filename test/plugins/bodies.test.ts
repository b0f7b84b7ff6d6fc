/**
 * Bodies of requests on real connections: the clients that may send one, its encodings, and the state of the connection
 * afterwards.
 */
import { gzipSync } from 'node:zlib';
import { PROBLEM_MEDIA_TYPE } from 'hotpath/http/problem';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { as, useApp } from '../support/app.ts';
import { openConnection, repliesIn } from '../support/socket.ts';

const KB = 1024;
const LIMIT = 128 * KB;

const handled: string[] = [];

function routes(service: App): void {
  const config = { budget: 0 };
  service.register(async (scope) => {
    scope.post('/mine', { config }, async ({ body }) => {
      handled.push(JSON.stringify(body).slice(0, 100));
      return { body };
    });
    scope.post('/open', { config: { ...config, public: true } }, async ({ body }) => ({ body }));
    scope.delete('/mine', { config }, async ({ body }) => ({ body: body ?? null }));
    scope.put('/shaped', { config, schema: { body: Type.Object({}) } }, async ({ body }) => ({ body }));
  });
}

const listening = (app: () => App): (() => Promise<string>) => {
  let address: Promise<string> | undefined;
  return () => {
    address ??= app().listen({ host: '127.0.0.1', port: 0 });
    return address;
  };
};

const app = useApp({ extend: routes, environment: { BODY_LIMIT_BYTES: String(LIMIT) } });
const address = listening(app);
const json = { 'content-type': 'application/json' };

const post = async (url: string, body: string | Buffer, headers: Record<string, string> = {}) => {
  const method = 'POST';
  const sent = { ...json, ...as(1), ...headers };
  const reply = await fetch(`${await address()}${url}`, {
    method,
    headers: sent,
    body: new Uint8Array(Buffer.from(body)),
  });
  return { status: reply.status, headers: reply.headers, json: (await reply.json()) as Record<string, unknown> };
};

const head = (line: string, headers: Record<string, string | number> = {}) => {
  const lines = Object.entries({ host: 'x', ...json, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`;
};

describe('the body of a refused request', () => {
  it.each([
    [401, 'POST /mine', {}],
    [401, 'POST /mine', { authorization: 'Bearer x.y.z' }],
    [401, 'POST /open', { authorization: 'Bearer x.y.z' }],
    [404, 'POST /nowhere', as(1)],
    [405, 'PATCH /mine', as(1)],
    [400, 'POST /mine?x=1', as(1)],
    [415, 'POST /mine', { ...as(1), 'content-encoding': 'zstd' }],
    [415, 'POST /mine', { ...as(1), 'content-type': 'text/plain' }],
    [413, 'POST /mine', as(1)],
  ])('does not delay the reply: %i to %s', async (status, line, headers) => {
    const connection = await openConnection(await address(), head(line, { 'content-length': LIMIT + 1, ...headers }));
    const [reply] = repliesIn(await connection.closed);
    expect([reply!.status, reply!.headers['connection']]).toEqual([status, 'close']);
    expect(reply!.headers['content-type']).toBe(PROBLEM_MEDIA_TYPE);
  });

  it('is not requested if the client waits for 100 Continue', async () => {
    const text = head('POST /mine', { 'content-length': 2, expect: '100-continue' });
    const connection = await openConnection(await address(), text);
    const replies = repliesIn(await connection.closed);
    expect(replies.map(({ status, headers }) => [status, headers['connection']])).toEqual([[401, 'close']]);
  });

  it('leaves its connection in use if it is short', async () => {
    const refused = `${head('POST /mine', { 'content-length': 9 })}{"a":"b"}`;
    const last = head('POST /open', { 'content-length': 2, connection: 'close' });
    const connection = await openConnection(await address(), `${refused}${refused}${last}{}`);
    expect(repliesIn(await connection.closed).map(({ status }) => status)).toEqual([401, 401, 200]);
  });

  it('lets a client that sends it in full read the reply', async () => {
    const bytes = 8 * LIMIT;
    for (const headers of [{}, as(1)]) {
      const connection = await openConnection(
        await address(),
        head('POST /mine', { 'content-length': bytes, ...headers }),
      );
      const failed = new Promise((resolve) => connection.socket.once('error', resolve));
      for (let sent = 0; sent < bytes; sent += 16 * KB) connection.socket.write(' '.repeat(16 * KB));
      const closed = connection.closed.then((received) => repliesIn(received)[0]!.status);
      expect(await Promise.race([failed, closed])).toBe('authorization' in headers ? 413 : 401);
    }
  });

  it('ends the requests of its connection: the bytes after it are not a request', async () => {
    const before = handled.length;
    const chunk = `${(2 * LIMIT).toString(16)}\r\n${' '.repeat(2 * LIMIT)}\r\n0\r\n\r\n`;
    const next = `${head('POST /mine', { 'content-length': 2, ...as(1) })}{}`;
    const text = `${head('POST /mine', { 'transfer-encoding': 'chunked', ...as(1) })}${chunk}${next}`;
    const connection = await openConnection(await address(), text);
    expect(repliesIn(await connection.closed).map(({ status }) => status)).toEqual([413]);
    expect(handled).toHaveLength(before);
  });
});

describe('with a rate limit', () => {
  const limited = listening(useApp({ extend: routes, environment: { RATE_LIMIT_PUBLIC: '2' } }));

  it('a body is counted before it is read', async () => {
    const send = () => fetch(`${base}/open`, { method: 'POST', headers: json, body: '{' });
    const base = await limited();
    const statuses = [await send(), await send(), await send()].map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 429]);
  });
});

describe('a compressed body', () => {
  it.each(['gzip', 'GZIP', 'x-gzip', 'X-Gzip'])('is read: %s', async (encoding) => {
    const reply = await post('/mine', gzipSync('{"a":1}'), { 'content-encoding': encoding });
    expect([reply.status, reply.json]).toEqual([200, { body: { a: 1 } }]);
  });

  it.each(['zstd', 'gzip, gzip', 'gzip, br', 'compress'])(
    'in another encoding is a 415 that names the supported ones: %s',
    async (encoding) => {
      const reply = await post('/mine', gzipSync(gzipSync('{}')), { 'content-encoding': encoding });
      expect([reply.status, reply.headers.get('accept-encoding')]).toEqual([415, 'gzip, br, deflate']);
    },
  );

  it('is bounded in its sent size, its expanded size, and its ratio', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    const noise = Buffer.from(Array.from({ length: 2 * LIMIT }, (_, n) => (n * n * 31 + n * 7) % 251));
    for (const body of [
      gzipSync(noise, { level: 0 }),
      gzipSync(Buffer.alloc(LIMIT + 1, ' ')),
      gzipSync(Buffer.alloc(2 ** 24)),
    ]) {
      const reply = await post('/mine', body, gzip);
      expect([reply.status, reply.json['code']]).toEqual([413, 'BODY_TOO_LARGE']);
    }
  });

  it('is a 400 if it is incomplete or has another encoding', async () => {
    const whole = gzipSync('{"a":1}');
    for (const [body, encoding] of [
      [whole.subarray(0, -4), 'gzip'],
      [whole, 'br'],
      [Buffer.from('{}'), 'deflate'],
    ] as const) {
      expect((await post('/mine', body, { 'content-encoding': encoding })).status).toBe(400);
    }
  });
});

describe('a body of JSON', () => {
  it.each([
    ['a name twice', '{"a":1,"a":2}'],
    ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`],
    ['1001 names', JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`k${n}`, n])))],
    ['an integer that would change', '{"a":12345678901234567890}'],
    ['a number without an end', '{"a":1e400}'],
    ['what is not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['__proto__', '{"__proto__":{"a":1}}'],
    ['__proto__, escaped', '{"\\u005f_proto__":{"a":1}}'],
  ])('is a 400 with %s', async (_name, body) => {
    const reply = await post('/mine', body);
    expect([reply.status, reply.json['code']]).toEqual([400, 'INVALID_REQUEST']);
  });

  it('may begin with a byte order mark, and hold any character and number', async () => {
    const value = { a: 'ä€😀\u2028', b: [1e300, 0.1, -0.5, 9007199254740991, 1e21] };
    const reply = await post('/mine', `\ufeff${JSON.stringify(value)}`);
    expect(reply.json).toEqual({ body: value });
  });
});

describe('no body', () => {
  it.each([
    ['DELETE', '/mine', { ...json }],
    ['DELETE', '/mine', { ...json, 'content-length': '0' }],
    ['DELETE', '/mine', {}],
  ])('is accepted if none is needed, with any type: %s %s %j', async (method, url, headers) => {
    const reply = await app().inject({ method: method as 'DELETE', url, headers: { ...headers, ...as(1) } });
    expect([reply.statusCode, reply.json()]).toEqual([200, { body: null }]);
  });

  it('is a 400 if one is needed', async () => {
    const reply = await app().inject({ method: 'PUT', url: '/shaped', headers: { ...json, ...as(1) } });
    expect([reply.statusCode, reply.json().errors]).toEqual([400, [{ pointer: '', detail: 'is empty' }]]);
  });
});

it('a client that waits for 100 Continue gets it once the request is admitted', async () => {
  const text = head('POST /mine', { 'content-length': 7, expect: '100-continue', connection: 'close', ...as(1) });
  const connection = await openConnection(await address(), text);
  await expect.poll(connection.received).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  connection.socket.write('{"a":1}');
  const [, reply] = repliesIn(await connection.closed);
  expect([reply!.status, reply!.body]).toEqual([200, '{"body":{"a":1}}']);
});
