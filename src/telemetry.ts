/**
 * Telemetry of the process: where its spans go. The one place that knows OpenTelemetry's SDK; everything else speaks to
 * the port in `engine/telemetry`.
 *
 * Spans are gathered and sent in batches, besides what requests wait for. A collector that is away, slow or talks
 * nonsense costs spans: the queue is bounded, and so is the time that the end of the process waits for the last of them.
 * What goes wrong is said once a minute.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Attributes, DiagLogLevel, diag, type HrTime, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { pino } from 'pino';
import project from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';
import { createSampler } from './engine/telemetry/sampler.ts';
import type { Kind, Span } from './engine/telemetry/span.ts';
import { installTracing } from './engine/telemetry/tracing.ts';
import { loggerOptions } from './plugins/logger.ts';
import type { TracingConfig } from './telemetry-config.ts';

export interface Telemetry {
  /** Sends what has been gathered. */
  flush(): Promise<void>;
  /** Sends what has been gathered, for at most two seconds, and ends. Never rejects. */
  stop(): Promise<void>;
}

const STOP_MS = 2000;
const BATCH = 512;
/** The exporter gives up by itself; this is for one that does not. */
const GRACE_MS = 1000;
const SAY_AGAIN_MS = 60_000;

export type Warn = (message: string) => void;

/** Starts to record spans, if the configuration says where they go. */
export async function startTelemetry(config: Config, warn: Warn = warningsOf(config)): Promise<Telemetry> {
  const { tracing } = config;
  if (tracing.endpoint === undefined) return { flush: async () => {}, stop: async () => {} };
  sayOnce(warn, tracing.endpoint);
  const processor = new BatchSpanProcessor({
    exporter: await exporterFor(tracing),
    maxQueueSize: tracing.queueSize,
    maxExportBatchSize: Math.min(BATCH, tracing.queueSize),
    scheduledDelayMillis: tracing.delayMs,
    exportTimeoutMillis: tracing.timeoutMs + GRACE_MS,
  });
  const resource = resourceFromAttributes({
    'service.version': project.version,
    'service.instance.id': crypto.randomUUID(),
    'process.pid': process.pid,
    ...tracing.service,
  });
  const uninstall = installTracing({
    sampler: createSampler(tracing.sampler),
    record: (span) => processor.onEnd(readable(span, resource)),
  });
  let ended: Promise<void> | undefined;
  async function end(): Promise<void> {
    uninstall();
    const limit = new AbortController();
    const late = pause(STOP_MS, undefined, limit).then(() => diag.error('the last of them are lost.'));
    const sent = processor.shutdown().catch((error: Error) => diag.error(error.message));
    await Promise.race([sent, late]);
    limit.abort();
  }
  return {
    flush: () => processor.forceFlush(),
    stop() {
      ended ??= end();
      return ended;
    },
  };
}

/** Each protocol is loaded where it is spoken; gRPC takes its headers from the environment by itself. */
async function exporterFor({ endpoint, protocol, headers, timeoutMs }: TracingConfig): Promise<SpanExporter> {
  const common = { url: endpoint!, timeoutMillis: timeoutMs };
  if (protocol === 'grpc') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc');
    return new OTLPTraceExporter(common);
  }
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter({ ...common, headers });
}

function warningsOf(config: Config): Warn {
  const { level, redact } = loggerOptions(config);
  const log = pino({ level: level!, ...(redact && { redact }) });
  return (message) => log.warn(message);
}

/** What the SDK complains of, once a minute. */
function sayOnce(warn: Warn, endpoint: string): void {
  let saidAt = Number.NEGATIVE_INFINITY;
  const say = (...words: unknown[]) => {
    if (performance.now() - saidAt < SAY_AGAIN_MS) return;
    saidAt = performance.now();
    warn(`Traces do not reach ${new URL(endpoint).origin}: ${words.map(String).join(' ')}`);
  };
  const silent = () => {};
  const logger = { error: say, warn: say, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

const KINDS: Readonly<Record<Kind, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const SCOPE = { name: 'hotpath', version: project.version };
const SAMPLED = 1;

/** A span as the SDK takes it. */
function readable(span: Span, resource: Resource): ReadableSpan {
  const { traceId, spanId, parentId, epoch } = span;
  const context = { traceId, spanId, traceFlags: SAMPLED };
  return {
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => context,
    ...(parentId !== undefined && { parentSpanContext: { traceId, spanId: parentId, traceFlags: SAMPLED } }),
    startTime: timeOf(epoch + span.startedAt),
    endTime: timeOf(epoch + span.endedAt),
    duration: timeOf(span.endedAt - span.startedAt),
    status: { code: span.failure === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: known(span.attributes),
    links: span.links.map((link) => ({ context: { ...link, traceFlags: SAMPLED } })),
    events: span.events.map(({ name, at, attributes }) => ({
      name,
      time: timeOf(epoch + at),
      attributes: known(attributes),
      droppedAttributesCount: 0,
    })),
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Without those of which nothing is known. */
function known(attributes: Span['attributes']): Attributes {
  const all: Attributes = {};
  for (const name in attributes) if (attributes[name] !== undefined) all[name] = attributes[name];
  return all;
}

/** Milliseconds as seconds and nanoseconds. */
function timeOf(ms: number): HrTime {
  const seconds = Math.trunc(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
