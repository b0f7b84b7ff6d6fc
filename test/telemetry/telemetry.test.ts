/** The export of spans: over each protocol, and with a collector that fails. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { newTraceId } from 'hotpath/telemetry/span';
import { startRoot } from 'hotpath/telemetry/tracing';
import { afterEach, describe, expect, it } from 'vitest';
import project from '../../package.json' with { type: 'json' };
import { loadConfig } from '../../src/config/config.ts';
import { startTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts';
import { testEnvironment } from '../support/app.ts';
import { openCollector, openGrpcCollector } from '../support/otlp.ts';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const configFor = (environment: Record<string, string>) =>
  loadConfig({ ...testEnvironment('postgres://nobody@localhost/none'), ...environment });

async function start(environment: Record<string, string>): Promise<{ telemetry: Telemetry; warnings: string[] }> {
  const warnings: string[] = [];
  const telemetry = await startTelemetry(configFor(environment), (warning) => warnings.push(warning));
  opened.push(() => telemetry.stop());
  return { telemetry, warnings };
}

/** Ends a trace of two spans with all that a span can have. */
function leaveTrace({ tracing }: Telemetry): string {
  const traceId = newTraceId();
  const root = startRoot(tracing!, {
    name: 'GET /a',
    kind: 'server',
    traceId,
    attributes: { text: 'ä€', flag: true, none: undefined },
  })!;
  const child = root.child('SELECT', 'client', { whole: 3, part: 0.5 });
  child.event('something', { why: 'so' });
  child.link({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) });
  child.fail('22P02');
  child.end();
  root.end();
  return traceId;
}

describe.each(['http/json', 'http/protobuf', 'grpc'] as const)('over %s', (protocol) => {
  it('a collector gets all of it', async () => {
    const collector = await (protocol === 'grpc' ? openGrpcCollector() : openCollector());
    opened.push(collector.close);
    const { telemetry, warnings } = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20secret',
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    const traceId = leaveTrace(telemetry);
    await telemetry.flush();
    const [child, root] = collector.spans;
    const resource = {
      'service.name': 'shop',
      'service.version': project.version,
      'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/),
      'deployment.environment.name': 'test',
      'host.name': hostname(),
      'process.pid': process.pid,
      'process.command_args': expect.arrayContaining([process.execPath]),
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': 'nodejs',
    };
    expect(root).toMatchObject({ traceId, parentSpanId: '', name: 'GET /a', kind: 2, status: 0, resource });
    expect(root!.attributes).toEqual({ text: 'ä€', flag: true });
    expect(child).toMatchObject({ traceId, parentSpanId: root!.spanId, name: 'SELECT', kind: 3, status: 2 });
    expect(child!.attributes).toEqual({ whole: 3, part: 0.5, 'error.type': '22P02' });
    expect(child!.events).toEqual([{ name: 'something', attributes: { why: 'so' } }]);
    expect(child!.links).toEqual([{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }]);
    expect(root!.start <= child!.start && child!.start <= child!.end && child!.end <= root!.end).toBe(true);
    const now = BigInt(Date.now()) * 1_000_000n;
    expect(now - root!.end < 60_000_000_000n && root!.end - now < 60_000_000_000n).toBe(true);
    if (protocol !== 'grpc') expect(collector.requests[0]!.headers['x-key']).toBe('a secret');
    expect(warnings).toEqual([]);
  });
});

describe('without a collector', () => {
  it.each([{}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' }])(
    'nothing is traced (%o)',
    async (environment) => {
      const { telemetry } = await start(environment as Record<string, string>);
      expect(telemetry.tracing).toBeUndefined();
    },
  );
});

describe('a collector that fails', () => {
  /** Counts in memory what is given up, by what is still held. */
  const quick = { OTEL_EXPORTER_OTLP_TIMEOUT: '300', OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_SCHEDULE_DELAY: '1' };

  it('is complained of once, however often it fails', async () => {
    const { telemetry, warnings } = await start({ ...quick, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    for (let times = 0; times < 3; times += 1) {
      leaveTrace(telemetry);
      await expect(telemetry.flush()).rejects.toThrow();
    }
    leaveTrace(telemetry);
    leaveTrace(telemetry);
    await expect.poll(() => warnings.length, { timeout: 5000 }).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(/^Traces do not reach http:\/\/127\.0\.0\.1:1: /)]);
  });

  it('that answers with nonsense is complained of, too', async () => {
    const collector = await openCollector((response) => void response.writeHead(404).end('<html>Not here.</html>'));
    opened.push(collector.close);
    const { telemetry, warnings } = await start({ ...quick, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    leaveTrace(telemetry);
    await expect.poll(() => warnings.length, { timeout: 5000 }).toBe(1);
  });

  it('that never answers holds up the end for two seconds at most, and no more than the queue in memory', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    opened.push(() => void silent.close());
    const { port } = silent.address() as { port: number };
    const { telemetry } = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_BSP_MAX_QUEUE_SIZE: '100',
    });
    for (let times = 0; times < 1000; times += 1) leaveTrace(telemetry);
    const startedAt = performance.now();
    await telemetry.stop();
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});
