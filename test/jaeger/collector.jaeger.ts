/** Traces of a service process that pass through an OpenTelemetry collector, over each protocol. */
import { beforeAll, expect, it } from 'vitest';
import { as, testEnvironment } from '../support/app.ts';
import { scratchDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { startService } from '../support/process.ts';
import { treeOf } from '../support/traces.ts';
import { asReceived } from './support/as-received.ts';
import { startCollector } from './support/collector-server.ts';
import { useJaeger } from './support/use-jaeger.ts';

const jaeger = useJaeger();
const ports = { http: await freePort(), grpc: await freePort() };
let database: string;
beforeAll(async () => {
  database = await scratchDatabase('small');
  const stop = await startCollector({ ...ports, jaegerGrpc: jaeger().server.ports.grpc });
  return stop;
});

it.each(['http/protobuf', 'http/json', 'grpc'])('a trace arrives whole over %s', async (protocol) => {
  const service = await startService({
    ...testEnvironment(database),
    LOG_LEVEL: 'info',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${protocol === 'grpc' ? ports.grpc : ports.http}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
  const reply = await fetch(`${service.address}/v1/users/3/dashboard`, { headers: as(3) });
  const id = reply.headers.get('x-trace-id')!;
  // When the process ends, it sends its remaining spans.
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
  // The call is a span of this process, which reaches Jaeger without the collector.
  const lines = async () => {
    const trace = await jaeger().api.trace(id);
    // A new process may have to wait for its first connection.
    return (
      trace &&
      treeOf(asReceived(trace))
        .split('\n')
        .filter((line) => line.trim() !== 'pool.wait')
    );
  };
  await expect
    .poll(lines, { timeout: 30_000 })
    .toEqual([
      'GET',
      '  GET /v1/users/:id/dashboard',
      '    cache.get none miss',
      '    SELECT users transactions merchants categories category_totals',
      '    cache.set',
    ]);
});
