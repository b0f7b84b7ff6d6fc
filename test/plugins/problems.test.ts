import { gzipSync } from 'node:zlib';
import { PROBLEM_MEDIA_TYPE } from 'hotpath/http/problem';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { useApp } from '../support/app.ts';

const schema = Type.Object(
  {
    name: Type.String(),
    inner: Type.Optional(Type.Object({ 'a/b': Type.Integer() }, { additionalProperties: false })),
  },
  { additionalProperties: false },
);

function routes(service: App): void {
  service.register(async (scope) => {
    scope.post('/things', { schema: { body: schema }, config: { budget: 0, public: true } }, async ({ body }) => body);
    scope.post('/anything', { config: { budget: 0, public: true } }, async ({ body }) => ({ body: body ?? null }));
    scope.get('/broken', { config: { budget: 1 } }, async () => app().pool.query('select * from no_such_table'));
    scope.get('/broken/prisma', { config: { budget: 1 } }, async () => app().prisma.$queryRaw`select no_such_column`);
    scope.get('/thrown', { config: { budget: 0 } }, async () => {
      throw new Error(`cannot read ${import.meta.filename}`);
    });
    scope.get('/thrown/text', { config: { budget: 0 } }, () => Promise.reject('password=hunter2'));
  });
}

const app = useApp({ extend: routes, environment: { BODY_LIMIT_BYTES: '2000' } });

const post = async (url: string, payload: string | Buffer, headers: Record<string, string> = {}) => {
  const reply = await app().inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: reply.statusCode, headers: reply.headers, json: reply.json() };
};

async function refused(reply: ReturnType<typeof post>, status: number) {
  const { json, headers, status: got } = await reply;
  expect([got, headers['content-type'], headers['cache-control']]).toEqual([status, PROBLEM_MEDIA_TYPE, 'no-store']);
  expect(json).toMatchObject({ status, requestId: headers['x-request-id'] });
  return json;
}

describe('a body', () => {
  it.each(['{', '{"name": }', 'name=1', '"', '{"name":"a"} x', '\u0000', '{"name":1e', "{'name':1}"])(
    'that is not JSON is a 400 that points at it: %j',
    async (payload) => {
      const problem = await refused(post('/things', payload), 400);
      expect(problem).toMatchObject({ code: 'INVALID_REQUEST', detail: 'The body is not JSON.' });
      expect(problem.errors).toEqual([{ pointer: '', detail: expect.stringContaining('is not JSON') }]);
    },
  );

  it.each(['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"admin":true}}}', '{"a":[{"__proto__":1}]}'])(
    'pollutes no prototype: %s',
    async (payload) => {
      await refused(post('/anything', payload), 400);
      expect(({} as { admin?: unknown }).admin).toBeUndefined();
    },
  );

  it('that is empty is a 400 that points at it', async () => {
    expect((await refused(post('/things', ''), 400)).errors).toEqual([{ pointer: '', detail: 'is empty' }]);
    const reply = await app().inject({ method: 'POST', url: '/things' });
    expect(reply.statusCode).toBe(400);
    expect(reply.json().errors[0].pointer).toBe('');
  });

  it('points at each invalid place, by the existing names', async () => {
    const { errors } = await refused(post('/things', '{"inner":{"a/b":"x","c~d":1},"more":1}'), 400);
    const pointers = errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(new Set(pointers)).toEqual(new Set(['/name', '/inner/a~1b', '/inner/c~0d', '/more']));
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'of another type is a 415: %s',
    async (type) => {
      const problem = await refused(post('/things', '{"name":"a"}', { 'content-type': type }), 415);
      expect(problem.code).toBe('UNSUPPORTED_MEDIA_TYPE');
    },
  );

  it('with an invalid content type is refused', async () => {
    await refused(post('/things', '{"name":"a"}', { 'content-type': 'nonsense' }), 415);
  });

  it('over the limit is a 413, with or without a Content-Length', async () => {
    const long = JSON.stringify({ name: 'x'.repeat(2000) });
    expect((await refused(post('/things', long), 413)).code).toBe('BODY_TOO_LARGE');
    const { port } = new URL(await app().listen({ port: 0 }));
    const chunked = await fetch(`http://127.0.0.1:${port}/things`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([long]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(413);
  });

  it('may be compressed, and its expanded size counts', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    expect((await post('/things', gzipSync('{"name":"a"}'), gzip)).json).toEqual({ name: 'a' });
    await refused(post('/things', gzipSync(JSON.stringify({ name: ' '.repeat(10_000_000) })), gzip), 413);
    await refused(post('/things', 'no gzip at all', gzip), 400);
    await refused(post('/things', '{"name":"a"}', { 'content-encoding': 'compress' }), 415);
  });

  it('that nests as deep as the limit allows does no harm', async () => {
    for (const [open, close] of ['[]', ['{"a":', '}']] as const) {
      const depth = Math.floor(1990 / (open!.length + close!.length));
      const reply = await post('/things', open!.repeat(depth) + (open === '[' ? '' : '1') + close!.repeat(depth));
      expect(reply.status).toBe(400);
    }
  });
});

describe('an internal error', () => {
  it.each(['/broken', '/broken/prisma', '/thrown', '/thrown/text'])('reveals no details: %s', async (url) => {
    const reply = await app().inject(url);
    expect(reply.statusCode).toBe(500);
    expect(reply.json()).toEqual({
      type: 'urn:hotpath:problem:internal',
      title: 'Internal Server Error',
      status: 500,
      code: 'INTERNAL',
      detail: 'Something went wrong on our side.',
      instance: url,
      requestId: reply.headers['x-request-id'],
    });
  });
});
