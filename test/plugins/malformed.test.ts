import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { useApp } from '../support/app.ts';
import { openConnection, repliesIn } from '../support/socket.ts';

function routes(service: App): void {
  service.register(async (scope) => {
    scope.post('/echo', { config: { budget: 0, public: true } }, async ({ body }) => ({ body }));
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
const plain = listening(app);

/** The reply on a connection of its own, after the service has closed it. */
async function say(address: string, text: string) {
  const connection = await openConnection(address, text);
  return repliesIn(await connection.closed);
}

describe('a malformed request', () => {
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
      detail: 'This is not a valid HTTP request.',
      instance: '',
      requestId: reply!.headers['x-request-id'],
    });
  });

  it.each([
    ['headers', `GET /healthz HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(17_000)}\r\n\r\n`],
    ['many headers', `GET /healthz HTTP/1.1\r\nHost: x\r\n${'A: aaaaaaaa\r\n'.repeat(3000)}\r\n`],
    ['a URL', `GET /v1/products?${'a'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ])('is a 431 if it is too large: %s', async (_name, text) => {
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

describe('a request that Node.js would refuse by itself', () => {
  const logged: Record<string, unknown>[] = [];
  const service = useApp({
    extend: (app) => {
      routes(app);
      const { info } = app.log;
      app.log.info = ((fields: object, text: string) => {
        logged.push({ ...fields, text });
        return info.call(app.log, fields, text);
      }) as never;
    },
    environment: { CORS_ORIGINS: 'https://app.example' },
  });
  const address = listening(service);
  const origin = 'Origin: https://app.example\r\nConnection: close\r\n';

  it.each([
    ['no Host', 400, `GET /healthz HTTP/1.1\r\n${origin}\r\n`],
    ['two Hosts', 400, `GET /healthz HTTP/1.1\r\nHost: x\r\nHost: x\r\n${origin}\r\n`],
    ['a Host that is none', 400, `GET /healthz HTTP/1.1\r\nHost: x/y@z\r\n${origin}\r\n`],
    ['an expectation', 417, `GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n${origin}\r\n`],
    ['CONNECT', 404, `CONNECT x:443 HTTP/1.1\r\nHost: x\r\n${origin}\r\n`],
    ['a path that cannot be read', 400, `GET /v1/%g1?a=b HTTP/1.1\r\nHost: x\r\n${origin}\r\n`],
    ['a part that is too long', 414, `GET /v1/products/${'9'.repeat(1025)} HTTP/1.1\r\nHost: x\r\n${origin}\r\n`],
    ['noise', 400, `hello\r\n${origin}\r\n`],
    ['headers that are too large', 431, `GET / HTTP/1.1\r\n${origin}A: ${'a'.repeat(17_000)}\r\n\r\n`],
    [
      'a chunk of no size',
      400,
      `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${origin}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ],
  ])('is a problem document that browsers may read: %s, %i', async (_name, status, text) => {
    const replies = await say(await address(), text);
    expect(replies.map((reply) => reply.status)).toEqual([status]);
    const [{ headers, body }] = replies as [(typeof replies)[number]];
    const problem = JSON.parse(body);
    expect(problem).toMatchObject({ status, requestId: headers['x-request-id'] });
    expect(problem.instance).not.toContain('unroutable');
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'access-control-allow-origin': 'https://app.example',
      'access-control-expose-headers': expect.stringContaining('X-Request-Id'),
      vary: expect.stringMatching(/origin/i),
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'strict-transport-security': expect.stringContaining('max-age'),
    });
  });

  it('names the path as it was sent', async () => {
    const [reply] = await say(await address(), `GET /v1/%g1?a=b HTTP/1.1\r\nHost: x\r\n${origin}\r\n`);
    expect(JSON.parse(reply!.body).instance).toBe('/v1/%g1');
  });

  it('is in the metrics and in the log', async () => {
    const counts = async () => {
      const { payload } = await service().inject('/metrics');
      const countOf = (pattern: RegExp) => Number(pattern.exec(payload)?.[1] ?? 0);
      return [
        countOf(/^hotpath_unreadable_requests_total\{status_code="400"\} (\d+)$/m),
        countOf(
          /^http_request_duration_seconds_count\{method="GET",route="\(no route\)",status_code="400",.*\} (\d+)$/m,
        ),
        countOf(/^http_request_duration_seconds_count\{method="GET",route="\/healthz",status_code="417",.*\} (\d+)$/m),
      ];
    };
    const before = await counts();
    const [noise] = await say(await address(), 'hello\r\n\r\n');
    await say(await address(), `GET /v1/%g1 HTTP/1.1\r\nHost: x\r\n${origin}\r\n`);
    await say(await address(), `GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n${origin}\r\n`);
    expect(await counts()).toEqual(before.map((count) => count + 1));
    expect(logged).toContainEqual({
      reqId: noise!.headers['x-request-id'],
      status: 400,
      code: 'INVALID_REQUEST',
      client: '127.0.0.1',
      text: 'Node.js could not parse a request.',
    });
  });

  it('lets HTTP/1.0 leave out the Host, and accepts hosts of every form', async () => {
    const [old] = await say(await address(), 'GET /healthz HTTP/1.0\r\n\r\n');
    expect(old!.status).toBe(200);
    for (const host of ['', 'example.org', 'example.org:8080', '[::1]:3000', '127.0.0.1']) {
      const [reply] = await say(await address(), `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n${origin}\r\n`);
      expect([host, reply!.status]).toEqual([host, 200]);
    }
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

it('a request that waits for its reply is answered before a malformed one after it', async () => {
  const replies = await say(await plain(), 'GET /v1/categories?limit=3 HTTP/1.1\r\nHost: x\r\n\r\nhello\r\n\r\n');
  expect(replies.map(({ status }) => status)).toEqual([200, 400]);
});

it('a hit from memory is answered before a malformed request after it on its connection', async () => {
  const address = await plain();
  const hit = 'GET /v1/categories?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n';
  await fetch(`${address}/v1/categories?limit=1`);
  const replies = await say(address, `${hit}${hit}hello\r\n\r\n`);
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 400]);
});

describe('a slow client', () => {
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

  it('does not delay others', async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, async () => openConnection(await address(), head)));
    expect((await fetch(`${await address()}/healthz`)).status).toBe(200);
    await Promise.all(slow.map(({ closed }) => closed));
  });

  it('may disconnect in the middle of its body', async () => {
    const connection = await openConnection(await address(), `${head}\r\n{`);
    connection.socket.destroy();
    await connection.closed;
    expect((await fetch(`${await address()}/healthz`)).status).toBe(200);
  });
});
