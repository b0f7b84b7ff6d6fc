/** The process and its collector: the spans that it sends at its end, its log, and its end without a collector. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testEnvironment } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { type Collector, openCollector } from '../support/otlp.ts';
import { type ServiceProcess, startService } from '../support/process.ts';

let collector: Collector;
beforeAll(async () => {
  collector = await openCollector();
});
afterAll(() => collector.close());

const start = async (more: Record<string, string>): Promise<ServiceProcess> =>
  startService({ ...testEnvironment(await testDatabaseUrl()), LOG_LEVEL: 'info', DATABASE_POOL_MIN: '1', ...more });

it('sends what it has gathered when it ends, and names the trace in each line of a request', async () => {
  const service = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const { headers } = await fetch(`${service.address}/v1/products`);
  const id = headers.get('x-trace-id');
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
  const spans = collector.spans.filter(({ traceId }) => traceId === id);
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['GET /v1/products', 'cache.get', 'cache.set']));
  const lines = service.log.map((line) => JSON.parse(line));
  const ofRequest = lines.filter(({ reqId }) => reqId === headers.get('x-request-id'));
  const { spanId } = spans.find(({ kind }) => kind === 2)!;
  const told = ofRequest.map(({ msg, trace_id, span_id }) => [msg, trace_id, span_id]);
  expect(told).toEqual([['request completed', id, spanId]]);
});

const impatient = { OTEL_BSP_SCHEDULE_DELAY: '1', OTEL_EXPORTER_OTLP_TIMEOUT: '100' };

it('ends in time without a collector, and says so once', async () => {
  const service = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', ...impatient });
  await fetch(`${service.address}/v1/products`);
  const complaints = () => service.log.filter((line) => line.includes('Traces do not reach http://127.0.0.1:1: '));
  await expect.poll(() => complaints().length, { timeout: 10_000 }).toBe(1);
  await fetch(`${service.address}/v1/categories`);
  const startedAt = performance.now();
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(5000);
  expect(complaints()).toHaveLength(1);
});
