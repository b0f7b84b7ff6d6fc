import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Span } from 'hotpath/telemetry/span';
import { beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { useApp } from '../support/app.ts';

const status = async (app: ReturnType<typeof useApp>, url: string) => (await app().inject(url)).statusCode;

describe('a process whose event loop is late', () => {
  const app = useApp({ environment: { OVERLOAD_EVENT_LOOP_DELAY_MS: '50' } });

  it('refuses requests with 503, answers its probes, and accepts requests again after it has caught up', async () => {
    await expect.poll(() => status(app, '/v1/categories'), { timeout: 5000 }).toBe(200);
    await expect
      .poll(
        () => {
          holdUp(200);
          return status(app, '/v1/categories');
        },
        { timeout: 10_000, interval: 1 },
      )
      .toBe(503);
    const refused = await app().inject('/v1/categories');
    expect(refused.statusCode).toBe(503);
    expect(refused.headers).toMatchObject({ 'retry-after': '1', 'x-content-type-options': 'nosniff' });
    expect(refused.json()).toMatchObject({ code: 'OVERLOADED', status: 503 });
    expect(await status(app, '/healthz')).toBe(200);
    expect(await status(app, '/readyz')).toBe(200);
    await expect.poll(() => status(app, '/v1/categories'), { timeout: 10_000 }).toBe(200);
  });
});

describe('a process whose heap is full', () => {
  const app = useApp({ environment: { OVERLOAD_HEAP_BYTES: '1000' } });

  it('refuses requests with 503', async () => {
    await expect.poll(() => status(app, '/v1/categories'), { timeout: 5000 }).toBe(503);
    expect(await status(app, '/healthz')).toBe(200);
  });
});

let begun = 0;

/** Each of its requests takes a turn of its own. */
function addSlowRoute(service: App): void {
  const onRequest = (_request: FastifyRequest, _reply: FastifyReply, done: () => void) => {
    begun += 1;
    holdUp(10);
    done();
  };
  service.get('/slow', { config: { budget: 0 }, schema: { hide: true }, onRequest }, async () => ({}));
}

describe('requests that wait for admission', () => {
  const ended: Span[] = [];
  const tracing = { sampler: () => true, record: (span: Span) => void ended.push(span) };
  const app = useApp({ extend: addSlowRoute, tracing: () => tracing });
  beforeEach(() => {
    begun = 0;
    ended.length = 0;
  });

  it('are counted', async () => {
    const replies = Array.from({ length: 20 }, () => status(app, '/slow'));
    await expect.poll(() => app().requestQueue.length, { interval: 0 }).toBeGreaterThan(10);
    expect((await app().inject('/metrics')).body).toMatch(/^hotpath_requests_waiting [1-9]\d*$/m);
    expect(await Promise.all(replies)).toEqual(Array(20).fill(200));
    expect(app().requestQueue.length).toBe(0);
  });

  it('do not start after their clients have disconnected, and end nevertheless', async () => {
    await app().listen({ port: 0, host: '127.0.0.1' });
    const { server } = app();
    const { port } = server.address() as AddressInfo;
    const clients = await Promise.all(Array.from({ length: 30 }, () => clientOf(port)));
    await expect.poll(() => promisify(server.getConnections.bind(server))()).toBe(30);
    for (const client of clients) client.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => begun + app().requestQueue.length, { interval: 0 }).toBe(30);
    const before = begun;
    for (const client of clients) client.resetAndDestroy();
    await expect.poll(() => app().requestQueue.length, { interval: 0 }).toBe(0);
    expect(before).toBeLessThan(20);
    expect(begun).toBeLessThan(before + 5);
    await expect.poll(() => ended.length).toBe(30);
    const aborted = ended.filter(({ common }) => common?.values['hotpath.aborted']);
    expect(aborted.length).toBeGreaterThanOrEqual(30 - begun);
  });
});

describe('a queue that is too long', () => {
  const app = useApp({ environment: { OVERLOAD_EVENT_LOOP_DELAY_MS: '100' }, extend: addSlowRoute });

  it('is answered with 503 after `patienceMs`', async () => {
    await expect.poll(() => status(app, '/slow'), { timeout: 5000 }).toBe(200);
    const replies = await Promise.all(Array.from({ length: 30 }, () => app().inject('/slow')));
    const refused = replies.filter(({ statusCode }) => statusCode === 503);
    expect(refused.length).toBeGreaterThan(15);
    expect(replies.length - refused.length).toBeGreaterThan(2);
    expect(refused[0]!.headers['retry-after']).toBe('1');
    expect(refused[0]!.json()).toMatchObject({ code: 'OVERLOADED' });
  });
});

async function clientOf(port: number): Promise<Socket> {
  const client = connect(port, '127.0.0.1').on('error', () => {});
  await once(client, 'connect');
  return client;
}

/** Blocks the event loop. */
function holdUp(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
