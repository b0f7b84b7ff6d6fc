import { describe, expect, it } from 'vitest';
import { as, useApp } from '../support/app.ts';
import { useTraces } from '../support/traces.ts';

const traces = useTraces({ OTEL_TRACES_SAMPLER_ARG: '0', TRACES_ASKED_PER_SECOND: '1000' });
const app = useApp({ seeded: true, tracing: () => traces().tracing });

const ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

/** The server span of a reply, or undefined. If it exists, it ends with the connection, before the next request. */
async function spanOf(headers: Record<string, string>, url = '/v1/products?limit=1') {
  const reply = await app().inject({ url, headers });
  const id = String(reply.headers['x-trace-id']);
  await app().inject('/healthz');
  return { reply, id, span: (await traces().of(id)).find(({ kind }) => kind === 2) };
}

describe('a request that is not sampled', () => {
  it('has a trace id of its own', async () => {
    const [one, other] = [await spanOf({}), await spanOf({})];
    expect(one.id).toMatch(/^[\da-f]{32}$/);
    expect(other.id).toMatch(/^[\da-f]{32}$/);
    expect(other.id).not.toBe(one.id);
    expect([one.span, other.span]).toEqual([undefined, undefined]);
  });

  it.each(['/v1/no-such-thing', '/v1/users/%zz', '/v1/users/0'])('has one also if it is refused: %s', async (url) => {
    const { reply, id } = await spanOf({ traceparent: `00-${ID}-${SPAN}-00` }, url);
    expect(reply.statusCode).toBeGreaterThanOrEqual(400);
    expect(id).toBe(ID);
  });

  it('keeps the trace id of its caller', async () => {
    const { id, span } = await spanOf({ traceparent: `00-${ID}-${SPAN}-00` });
    expect([id, span]).toEqual([ID, undefined]);
  });
});

describe('a request whose caller is sampled', () => {
  it("is a step of the caller's", async () => {
    const { id, span } = await spanOf({ traceparent: `00-${ID}-${SPAN}-01` });
    expect(id).toBe(ID);
    expect(span).toMatchObject({ name: 'GET /v1/products', traceId: ID, parentSpanId: SPAN, status: 0 });
  });

  it('has the request and the answer, and neither query nor address', async () => {
    const traceparent = `00-${'1'.repeat(32)}-${SPAN}-01`;
    const { span } = await spanOf({ traceparent, 'x-request-id': 'mine' }, '/v1/products?limit=2&price[gte]=3');
    expect(span!.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/v1/products',
      'url.path': '/v1/products',
      'url.scheme': 'http',
      'server.address': 'localhost',
      'http.response.status_code': 200,
      'hotpath.request_id': 'mine',
      'hotpath.statements': 1,
      'hotpath.budget': 2,
      'hotpath.n_plus_one': false,
      'hotpath.cache.tier': 'none',
      'hotpath.cache.outcome': 'miss',
      'cache.hit': false,
    });
    expect(span!.resource).toMatchObject({ 'service.name': 'hotpath' });
  });

  it('is not an error if it is refused, and has a name of low cardinality without a route', async () => {
    const { span } = await spanOf({ traceparent: `00-${'2'.repeat(32)}-${SPAN}-01` }, '/v1/no/such/thing');
    expect(span).toMatchObject({ name: 'GET', status: 0, attributes: { 'http.response.status_code': 404 } });
  });
});

describe('x-trace', () => {
  it('traces a request of an administrator from its beginning', async () => {
    const { span, id } = await spanOf({ ...as(1, 'admin'), 'x-trace': '1' });
    expect(span).toMatchObject({ name: 'GET /v1/products', parentSpanId: '' });
    const look = (await traces().of(id)).find(({ name }) => name === 'cache.get')!;
    expect(look.parentSpanId).toBe(span!.spanId);
    expect(look.start).toBeGreaterThanOrEqual(span!.start);
  });

  it('has no effect for any other viewer', async () => {
    expect((await spanOf({ ...as(1), 'x-trace': '1' })).span).toBeUndefined();
    expect((await spanOf({ 'x-trace': '1' })).span).toBeUndefined();
    expect((await spanOf({ authorization: 'Bearer a.b.c', 'x-trace': '1' })).span).toBeUndefined();
  });
});
