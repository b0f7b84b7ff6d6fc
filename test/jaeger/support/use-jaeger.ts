/** Jaeger with Prometheus behind it, and a telemetry whose spans pass through our own receiver to Jaeger. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { startTelemetry, type Telemetry } from '../../../src/telemetry/telemetry.ts';
import { testEnvironment } from '../../support/app.ts';
import { freePort } from '../../support/free-port.ts';
import { type ReceivedSpan, spansIn } from '../../support/otlp.ts';
import { type JaegerServer, startJaeger } from './jaeger-server.ts';
import { startPrometheus } from './prometheus-server.ts';
import { QueryApi } from './query-api.ts';

export const SERVICE = 'hotpath';

export interface JaegerUnderTest {
  readonly server: JaegerServer;
  readonly api: QueryApi;
  readonly telemetry: Telemetry;
  /** The spans that were sent to Jaeger so far. */
  readonly received: readonly ReceivedSpan[];
}

/** Runs from before the tests of a file until after them. */
export function useJaeger(): () => JaegerUnderTest {
  const opened = new AsyncDisposableStack();
  let world: JaegerUnderTest | undefined;
  beforeAll(async () => {
    const prometheusPort = await freePort();
    const server = opened.adopt(await startJaeger(prometheusPort), (jaeger) => jaeger.stop());
    const prometheus = { port: prometheusPort, spansPort: server.ports.spans };
    opened.defer(await startPrometheus(prometheus));
    const received: ReceivedSpan[] = [];
    const passing = opened.adopt(await passOn(server.ports.http, received), (each) => void each.close());
    const environment = {
      ...testEnvironment('postgres://nobody@localhost/none'),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(passing.address() as AddressInfo).port}`,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
    const telemetry = opened.adopt(await startTelemetry(loadConfig(environment)), (each) => each.stop());
    world = { server, api: new QueryApi(server.ports.query, SERVICE), telemetry, received };
  });
  afterAll(() => opened.disposeAsync());
  return () => world!;
}

/** Keeps the spans of each request, and passes the request on to Jaeger byte by byte. */
async function passOn(port: number, received: ReceivedSpan[]): Promise<Server> {
  const passing = createServer(async (request, response) => {
    const body = await buffer(request);
    const type = String(request.headers['content-type']);
    received.push(...spansIn(body, type));
    const url = `http://127.0.0.1:${port}${request.url}`;
    const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': type } });
    response.writeHead(answer.status, { 'content-type': type }).end(Buffer.from(await answer.arrayBuffer()));
  }).listen(0, '127.0.0.1');
  await once(passing, 'listening');
  return passing;
}
