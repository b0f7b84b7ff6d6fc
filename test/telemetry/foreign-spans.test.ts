/** Spans that others make in a request: one trace with the library's, under the same sampling, each in its place. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Context, context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { step } from 'hotpath/telemetry';
import { newTraceId } from 'hotpath/telemetry/span';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { App } from '../../src/app.ts';
import { useApp } from '../support/app.ts';
import { useTraces } from '../support/traces.ts';

const traces = useTraces({ TRACES_ASKED_PER_SECOND: '100000', OTEL_TRACES_SAMPLER_ARG: '0' });
const app = useApp({ seeded: true, environment: { BUDGET_MODE: 'count' }, extend, tracing: () => traces().tracing });

/** Another service, which keeps what it was called with. */
const calls: IncomingHttpHeaders[] = [];
const other = createServer((request, response) => {
  calls.push(request.headers);
  response.end('done');
});
other.listen(0, '127.0.0.1');
await once(other, 'listening');
afterAll(() => other.close());
const otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}/call`;
const callOther = async () => (await fetch(otherUrl)).text();

const PATIENT = { timeout: 10_000 };

const tracer = () => trace.getTracer('a team');

/** Work in a span by OpenTelemetry's own API. */
const teamStep = <T>(name: string, work: () => Promise<T>): Promise<T> =>
  tracer().startActiveSpan(name, async (span) => {
    try {
      return await work();
    } finally {
      span.end();
    }
  });

function extend(service: App): void {
  const route = (url: string, handler: () => Promise<unknown>) =>
    service.get(url, { config: { budget: 10 }, schema: { hide: true } }, async () => {
      await handler();
      return {};
    });
  const readUser = () => service.prisma.user.findFirst({ where: { id: 1 } });
  route('/foreign', async () => {
    await teamStep('team', async () => {
      await readUser();
      await step({ name: 'inner', attributes: { part: 1 } }, async () => {
        await callOther();
        await teamStep('innermost', readUser);
      });
    });
    await readUser();
  });
  route('/told', async () => {
    const span = trace.getActiveSpan()!;
    span.setAttribute('team.tier', 'gold').setAttributes({ 'team.list': ['a', 'b'] });
    span.addEvent('team.event', { why: 'so' }).addLink({ context: span.spanContext() });
    span.recordException(new RangeError('too much'));
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'a hint' });
  });
  route('/called', callOther);
  route('/baggage', async () => {
    const baggage = (propagation.getActiveBaggage() ?? propagation.createBaggage()).setEntry('team', { value: 'blue' });
    await context.with(propagation.setBaggage(context.active(), baggage), callOther);
  });
}

const SPAN = 'b7ad6b7169203331';
const from = (id: string, flag: '00' | '01') => ({ traceparent: `00-${id}-${SPAN}-${flag}` });

async function ask(url: string, flag: '00' | '01', more: Record<string, string> = {}): Promise<string> {
  const id = newTraceId();
  const reply = await app().inject({ url, headers: { ...from(id, flag), ...more } });
  expect([reply.statusCode, reply.headers['x-trace-id']]).toEqual([200, id]);
  // The server span ends with its connection, before the next is answered.
  await app().inject('/healthz');
  return id;
}

/** The tree once its server span has ended, which is a moment after the reply; without waits for a connection. */
async function treeOf(id: string): Promise<string[]> {
  await vi.waitUntil(async () => (await traces().of(id)).some(({ kind }) => kind === 2 || kind === 3), PATIENT);
  return (await traces().tree(id)).split('\n').filter((line) => line.trim() !== 'pool.wait');
}

const FOREIGN = [
  'GET /foreign',
  '  team',
  '    SELECT users',
  '    inner',
  '      GET',
  '      innermost',
  '        SELECT users',
  '  SELECT users',
];

describe('a request that is sampled', () => {
  it("is one trace of the library's spans, the team's, and those of an instrumentation", async () => {
    const id = await ask('/foreign', '01');
    expect(await treeOf(id)).toEqual(FOREIGN);
    const spans = await traces().of(id);
    expect(spans.find(({ kind }) => kind === 2)).toMatchObject({ parentSpanId: SPAN });
    expect(new Set(spans.map(({ resource }) => JSON.stringify(resource))).size).toBe(1);
    const { traceparent } = calls.at(-1)!;
    expect(traceparent).toBe(`00-${id}-${spans.find(({ name }) => name === 'GET')!.spanId}-01`);
  });

  it('gets attributes by `trace.getActiveSpan()`', async () => {
    const id = await ask('/told', '01');
    const [server] = await traces().of(id);
    expect(server).toMatchObject({ name: 'GET /told', status: 2 });
    expect(server!.attributes).toMatchObject({ 'team.tier': 'gold', 'team.list': ['a', 'b'], 'hotpath.statements': 0 });
    const [event, exception] = server!.events;
    expect(event).toEqual({ name: 'team.event', attributes: { why: 'so' } });
    const attributes = { 'exception.type': 'RangeError', 'exception.message': 'too much' };
    expect(exception).toMatchObject({ name: 'exception', attributes });
    expect(server!.links).toEqual([{ traceId: id, spanId: server!.spanId }]);
  });
});

describe('a request that is not sampled', () => {
  it('has no span of any library, and says so to the services it calls', async () => {
    const id = await ask('/foreign', '00');
    expect(await traces().of(id)).toEqual([]);
    expect(calls.at(-1)!.traceparent).toMatch(new RegExp(`^00-${id}-[\\da-f]{16}-00$`));
  });

  it('is counted all the same, with any library in between', async () => {
    const reply = await app().inject({ url: '/foreign', headers: from(newTraceId(), '00') });
    expect(reply.headers['server-timing']).toContain('3 statements');
  });
});

describe('what a caller passes along', () => {
  const passed = { tracestate: 'vendor=1,other=2', baggage: 'tenant=7;secret=no,plan=pro' };

  it.each(['00', '01'] as const)('is passed on, sampled or not (%s)', async (flag) => {
    await ask('/called', flag, passed);
    expect(calls.at(-1)).toMatchObject({ tracestate: 'vendor=1,other=2', baggage: 'tenant=7;secret=no,plan=pro' });
  });

  it("is passed on with the team's own", async () => {
    await ask('/baggage', '01', passed);
    expect(calls.at(-1)!.baggage).toBe('tenant=7;secret=no,plan=pro,team=blue');
  });
});

/** A context in which another service has begun a trace. */
function remote(flag: '00' | '01'): { readonly id: string; readonly begun: Context } {
  const id = newTraceId();
  const parent = { traceId: id, spanId: SPAN, traceFlags: Number(flag), isRemote: true };
  return { id, begun: trace.setSpanContext(ROOT_CONTEXT, parent) };
}

/** Does work in a span that begins outside of any request. */
async function outside(flag: '00' | '01', work: () => Promise<unknown>): Promise<string> {
  const { id, begun } = remote(flag);
  await tracer().startActiveSpan('outer', {}, begun, async (span) => {
    await work();
    span.end();
  });
  await app().inject('/healthz');
  return id;
}

describe('an instrumentation around a request', () => {
  it('has the request as a step of its own span', async () => {
    const id = await outside('01', () => app().inject('/foreign'));
    expect((await treeOf(id)).slice(0, 3)).toEqual(['outer', '  GET /foreign', '    team']);
    const [server] = (await traces().of(id)).filter(({ kind }) => kind === 2);
    expect(server!.attributes).toMatchObject({ 'hotpath.statements': 3 });
  });

  it('that is not sampled keeps the request from being', async () => {
    const replies: string[] = [];
    const id = await outside('00', async () => {
      const { headers } = await app().inject({ url: '/foreign', headers: from(newTraceId(), '01') });
      replies.push(String(headers['x-trace-id']));
    });
    expect(replies).toEqual([id]);
    expect(await traces().of(id)).toEqual([]);
  });
});

describe('work outside of requests', () => {
  it('has statements as steps of the span that it is in', async () => {
    const id = await outside('01', () => app().pool.query('select 1 from users limit 1'));
    expect(await treeOf(id)).toEqual(['outer', '  SELECT users']);
  });
});

describe('many requests at once', () => {
  it('are as many whole traces', async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, () => ask('/foreign', '01')));
    for (const id of ids) expect(await treeOf(id)).toEqual(FOREIGN);
  });
});
