import { PROBLEM_MEDIA_TYPE } from 'hotpath/http/problem';
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../support/app.ts';

const app = useApp({
  seeded: true,
  extend: (service) =>
    service.register(async (scope) => {
      scope.post('/echo', { config: { budget: 0, public: true } }, async ({ body }) => ({ body }));
    }),
});

const ask = async (method: string, url: string, headers = {}) => {
  const reply = await app().inject({ method: method as 'GET', url, headers });
  return { status: reply.statusCode, headers: reply.headers, body: reply.body };
};

const problemOf = ({ headers, body }: Awaited<ReturnType<typeof ask>>) => {
  expect(headers['content-type']).toBe(PROBLEM_MEDIA_TYPE);
  return JSON.parse(body);
};

describe('a method', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('that the path does not have is a 405 with Allow: %s', async (method) => {
    const reply = await ask(method, '/v1/users/1/dashboard?fields=id');
    expect(reply.status).toBe(405);
    expect(reply.headers.allow).toBe('GET, HEAD, OPTIONS');
    expect(problemOf(reply)).toMatchObject({ code: 'METHOD_NOT_ALLOWED', instance: '/v1/users/1/dashboard' });
  });

  it('is refused before the body is read', async () => {
    const reply = await app().inject({
      method: 'POST',
      url: '/healthz',
      headers: { 'content-type': 'text/x' },
      body: '{',
    });
    expect(reply.statusCode).toBe(405);
  });

  it('GET is refused if the path has only POST', async () => {
    expect((await ask('GET', '/echo')).headers.allow).toBe('POST, OPTIONS');
  });

  it('OPTIONS answers with the methods', async () => {
    const reply = await ask('OPTIONS', '/v1/products');
    expect(reply).toMatchObject({ status: 204, body: '' });
    expect(reply.headers.allow).toMatch(/^GET, HEAD, .*OPTIONS$|^GET, HEAD, OPTIONS$/);
    expect((await ask('OPTIONS', '/v1/nothing')).status).toBe(404);
  });

  it('HEAD answers like GET, without the body', async () => {
    const get = await ask('GET', '/v1/products?limit=2');
    const head = await ask('HEAD', '/v1/products?limit=2');
    expect(head).toMatchObject({ status: 200, body: '' });
    for (const name of ['content-type', 'content-length', 'link', 'vary']) {
      expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
    }
    expect((await ask('HEAD', '/v1/users/1')).status).toBe((await ask('GET', '/v1/users/1')).status);
  });

  it('unknown to HTTP is refused as malformed by the parser, a known one is a 405', async () => {
    expect((await ask('PROPFIND', '/v1/products')).status).toBe(405);
  });
});

describe('a path', () => {
  it('unknown to the router is a 404 for every method, without its query', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
      const reply = await ask(method, '/v1/nothing?secret=1');
      expect(reply.status).toBe(404);
      if (method !== 'HEAD') expect(problemOf(reply).instance).toBe('/v1/nothing');
    }
  });

  it('may end with a slash', async () => {
    const [plain, slash] = [await ask('GET', '/v1/products?limit=1'), await ask('GET', '/v1/products/?limit=1')];
    expect(slash.status).toBe(200);
    expect(slash.body).toBe(plain.body);
    expect((await ask('POST', '/healthz/')).status).toBe(405);
  });

  it.each(['/v1/products/%', '/v1/products/%zz', '/v1/products/%c3%28', '/%'])(
    'with invalid percent-encoding is a 400: %s',
    async (url) => {
      const reply = await ask('GET', url);
      expect(reply.status).toBe(400);
      expect(problemOf(reply).code).toBe('INVALID_REQUEST');
      expect(reply.headers['x-request-id']).toBe(JSON.parse(reply.body).requestId);
    },
  );

  it('with a part that is longer than any existing one is a 414', async () => {
    const reply = await ask('GET', `/v1/products/${'9'.repeat(1025)}`);
    expect(reply.status).toBe(414);
    expect(problemOf(reply).code).toBe('URL_TOO_LONG');
  });

  it.each(['/v1/users/../../etc/passwd', '/v1/users/..%2f..%2fetc%2fpasswd', '//evil.example/v1/users', '/v1//users'])(
    'leads only to a route: %s',
    async (url) => {
      expect([400, 401, 404]).toContain((await ask('GET', url)).status);
    },
  );
});

describe('a query', () => {
  it('of a route without parameters is a 400 that names the parameter', async () => {
    const reply = await ask('GET', '/healthz?verbose=1&verbose=2&depth=3');
    expect(reply.status).toBe(400);
    expect(problemOf(reply).errors).toEqual([
      { parameter: 'verbose', detail: 'is unknown' },
      { parameter: 'depth', detail: 'is unknown' },
    ]);
    expect((await ask('GET', '/healthz?')).status).toBe(200);
  });

  it('with an unknown parameter of a read is a 400 that names it', async () => {
    const reply = await ask('GET', '/v1/products?colour=red');
    expect(reply.status).toBe(400);
    expect(problemOf(reply).errors[0].parameter).toBe('colour');
  });

  it.each(['__proto__[admin]=1', 'constructor[prototype][admin]=1', '__proto__=1', 'toString=1', 'hasOwnProperty=1'])(
    'pollutes no prototype: %s',
    async (query) => {
      expect((await ask('GET', `/v1/products?${query}`)).status).toBe(400);
      expect((await ask('GET', `/healthz?${query}`)).status).toBe(400);
      expect(({} as { admin?: unknown }).admin).toBeUndefined();
    },
  );

  it('with the same parameter twice is refused', async () => {
    expect((await ask('GET', '/v1/products?limit=1&limit=100')).status).toBe(400);
    expect((await ask('GET', '/v1/products?fields=id&fields=name')).status).toBe(400);
  });

  it('of thousands of parameters is refused in the time of one', async () => {
    const query = Array.from({ length: 3000 }, (_, n) => `p${n}=`).join('&');
    const started = performance.now();
    const reply = await ask('GET', `/v1/products?${query}`);
    expect(reply.status).toBe(400);
    expect(performance.now() - started).toBeLessThan(500);
    expect(reply.body.length).toBeLessThan(1_000_000);
  });
});

it('puts no header into the reply', async () => {
  for (const url of ['/v1/products?limit=1%0d%0aset-cookie:a=b', '/v1/no%0d%0aset-cookie:a=b', '/healthz?%0d%0ax:y']) {
    const reply = await ask('GET', url, as(1));
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(reply.status).toBeGreaterThanOrEqual(400);
  }
  const listed = await ask('GET', '/v1/products?limit=1&name[contains]=%0d%0aset-cookie:a=b');
  expect(listed.headers['set-cookie']).toBeUndefined();
});
