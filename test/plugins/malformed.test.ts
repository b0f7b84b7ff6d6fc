import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { useApp } from '../support/app.ts';
import { openConnection, repliesIn } from '../support/socket.ts';

function routes(service: App): void {
  service.register(async (scope) => {
    scope.post('/echo', { config: { budget: 0 } }, async ({ body }) => ({ body }));
  });
}

const listening = (app: () => App): (() => Promise<string>) => {
  let address: Promise<string> | undefined;
  return () => {
    address ??= app().listen({ host: '127.0.0.1', port: 0 });
    return address;
  };
};

const app = useApp();

/** What comes back on a connection of its own, when the service has closed it. */
async function say(address: string, text: string) {
  const connection = await openConnection(address, text);
  return repliesIn(await connection.closed);
}

describe('what is no request', () => {
  const address = listening(useApp({ extend: routes }));

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['a TLS handshake', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n'],
    ['a request without a host', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['a header without a name', 'GET /healthz HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n'],
    ['a NUL in a header', 'GET /healthz HTTP/1.1\r\nHost: x\r\nA: \u0000\r\n\r\n'],
    ['a space in the path', 'GET /health z HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['two lengths', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    [
      'a length and chunks at once',
      'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a chunk of no size',
      'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
  ])('is answered with 400, and the connection is closed: %s', async (_name, text) => {
    const replies = await say(await address(), text);
    expect(replies).toHaveLength(1);
    expect(replies[0]!.status).toBe(400);
    expect(replies[0]!.headers['connection']).toBe('close');
  });

  it('gets a problem document', async () => {
    const [reply] = await say(await address(), 'hello\r\n\r\n');
    expect(reply!.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(JSON.parse(reply!.body)).toEqual({
      type: 'urn:hotpath:problem:invalid-request',
      title: 'Bad Request',
      status: 400,
      code: 'INVALID_REQUEST',
      detail: 'This is not an HTTP request that can be read.',
      instance: '',
      requestId: reply!.headers['x-request-id'],
    });
  });

  it.each([
    ['headers', `GET /healthz HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(17_000)}\r\n\r\n`],
    ['many headers', `GET /healthz HTTP/1.1\r\nHost: x\r\n${'A: aaaaaaaa\r\n'.repeat(3000)}\r\n`],
    ['a URL', `GET /v1/products?${'a'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ])('is a 431 where it is too large: %s', async (_name, text) => {
    const [reply] = await say(await address(), text);
    expect(reply!.status).toBe(431);
    expect(JSON.parse(reply!.body).code).toBe('HEADERS_TOO_LARGE');
  });

  it('smuggles no second request past a length that is too short', async () => {
    const text =
      'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n' +
      '1GET /v1/products HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const replies = await say(await address(), text);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(JSON.parse(replies[0]!.body)).toEqual({ body: 1 });
  });
});

describe('requests on one connection', () => {
  const address = listening(useApp({ extend: routes }));

  it('that are sent at once are answered in their order', async () => {
    const paths = ['/v1/categories?limit=1', '/healthz', '/v1/nothing', '/readyz', '/healthz?x=1'];
    const texts = paths.map((path, n) => {
      const last = n === paths.length - 1 ? 'Connection: close\r\n' : '';
      return `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Request-Id: r${n}\r\n${last}\r\n`;
    });
    const replies = await say(await address(), texts.join(''));
    expect(replies.map(({ status, headers }) => [status, headers['x-request-id']])).toEqual([
      [200, 'r0'],
      [200, 'r1'],
      [404, 'r2'],
      [200, 'r3'],
      [400, 'r4'],
    ]);
  });
});

it('what is in memory is answered before what follows it on its connection and is no request', async () => {
  const address = await listening(app)();
  const hit = 'GET /v1/categories?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n';
  await fetch(`${address}/v1/categories?limit=1`);
  const replies = await say(address, `${hit}${hit}hello\r\n\r\n`);
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 400]);
});

describe('a client that is slow', () => {
  const address = listening(useApp({ extend: routes, environment: { REQUEST_TIMEOUT_MS: '300' } }));
  const head =
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nX-Request-Id: slow\r\n';

  it.each([
    ['that sends a header now and then', 'GET /healthz HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n'],
    ['that sends a byte of the body now and then', `${head}\r\n`, ' '],
  ])('is cut off with 408: %s', async (_name, begin, drop) => {
    const connection = await openConnection(await address(), begin);
    const dripping = setInterval(() => connection.socket.write(drop), 50);
    const started = performance.now();
    const [reply] = repliesIn(await connection.closed);
    clearInterval(dripping);
    expect(performance.now() - started).toBeLessThan(3000);
    expect(reply!.status).toBe(408);
    expect(JSON.parse(reply!.body).code).toBe('REQUEST_TIMEOUT');
  });

  it('does not hold up others', async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, async () => openConnection(await address(), head)));
    expect((await fetch(`${await address()}/healthz`)).status).toBe(200);
    await Promise.all(slow.map(({ closed }) => closed));
  });

  it('may leave in the middle of its body', async () => {
    const connection = await openConnection(await address(), `${head}\r\n{`);
    connection.socket.destroy();
    await connection.closed;
    expect((await fetch(`${await address()}/healthz`)).status).toBe(200);
  });
});
