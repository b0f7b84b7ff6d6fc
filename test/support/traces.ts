/** Traces for tests: what the process under test sends to a collector of the test's own, drawn as trees. */
import type { Tracing } from 'hotpath/telemetry';
import { afterAll, beforeAll } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { startTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts';
import { testEnvironment } from './app.ts';
import { type Collector, openCollector, openGrpcCollector, type ReceivedSpan } from './otlp.ts';

export type Protocol = 'http/json' | 'http/protobuf' | 'grpc';

export interface Traces {
  /** The tracing for an app. */
  readonly tracing: Tracing;
  readonly collector: Collector;
  /** The spans that have ended. */
  spans(): Promise<readonly ReceivedSpan[]>;
  /** The spans of a trace that have ended by now. */
  of(traceId: string): Promise<readonly ReceivedSpan[]>;
  /** The trace as a tree, a span a line. */
  tree(traceId: string): Promise<string>;
}

/** Records the traces of this process, from before the tests of a file until after them. */
export function useTraces(environment: Record<string, string> = {}): () => Traces {
  let traces: Traces | undefined;
  let telemetry: Telemetry | undefined;
  beforeAll(async () => {
    const protocol = environment['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? 'http/json';
    const collector = await (protocol === 'grpc' ? openGrpcCollector() : openCollector());
    const config = loadConfig({
      ...testEnvironment('postgres://nobody@localhost/none'),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_BSP_MAX_QUEUE_SIZE: '100000',
      ...environment,
    });
    telemetry = await startTelemetry(config);
    traces = tracesOf(collector, telemetry);
  });
  afterAll(async () => {
    await telemetry?.stop();
    await traces?.collector.close();
  });
  return () => traces!;
}

function tracesOf(collector: Collector, telemetry: Telemetry): Traces {
  const spans = async () => {
    await telemetry.flush();
    return collector.spans;
  };
  const of = async (traceId: string) => (await spans()).filter((span) => span.traceId === traceId);
  return { tracing: telemetry.tracing!, collector, spans, of, tree: async (traceId) => treeOf(await of(traceId)) };
}

/** Children in the order in which they began; those whose parent is missing are drawn as roots. */
export function treeOf(spans: readonly ReceivedSpan[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const sorted = spans.toSorted((one, other) => Number(one.start - other.start));
  const lines = (parent: ReceivedSpan, depth: number): string[] => [
    `${'  '.repeat(depth)}${drawn(parent)}`,
    ...sorted.filter(({ parentSpanId }) => parentSpanId === parent.spanId).flatMap((child) => lines(child, depth + 1)),
  ];
  return sorted
    .filter(({ parentSpanId }) => !ids.has(parentSpanId))
    .flatMap((root) => lines(root, 0))
    .join('\n');
}

function drawn({ name, status, attributes }: ReceivedSpan): string {
  const cache = name === 'cache.get' && [attributes['hotpath.cache.tier'], attributes['hotpath.cache.outcome']];
  return [name, ...(cache || []), ...(status === 2 ? [`failed: ${attributes['error.type']}`] : [])].join(' ');
}
