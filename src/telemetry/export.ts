/**
 * How spans leave the process: an exporter for each protocol. Protocol Buffers over HTTP, the default, are written by
 * `hotpath/telemetry/otlp` from the spans as they are; JSON and gRPC by the SDK. Sending, with what is tried again and
 * what is given up, is the SDK's in all of them.
 */
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { encodeSpans } from 'hotpath/telemetry';
import type { TracingConfig } from '../config/telemetry.ts';
import type { EndedSpan } from './ended-span.ts';

/** Each protocol is loaded where it is spoken; gRPC takes its headers from the environment by itself, those of traces before the others. */
export async function exporterFor({ endpoint, protocol, headers, timeoutMs }: TracingConfig): Promise<SpanExporter> {
  const common = { url: endpoint!, timeoutMillis: timeoutMs };
  if (protocol === 'grpc') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc');
    return new OTLPTraceExporter(common);
  }
  if (protocol === 'http/protobuf') return protobufExporter({ ...common, headers });
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  return new OTLPTraceExporter({ ...common, headers });
}

interface HttpOptions {
  readonly url: string;
  readonly timeoutMillis: number;
  readonly headers: Record<string, string>;
}

/** The SDK's, but for what writes the spans. */
async function protobufExporter(options: HttpOptions): Promise<SpanExporter> {
  const [{ OTLPExporterBase }, http, { ProtobufTraceSerializer, TraceExporterMetricsHelper }] = await Promise.all([
    import('@opentelemetry/otlp-exporter-base'),
    import('@opentelemetry/otlp-exporter-base/node-http'),
    import('@opentelemetry/otlp-transformer'),
  ]);
  const delegate = http.createOtlpHttpExportDelegate(
    http.convertLegacyHttpOptions(options, 'TRACES', 'v1/traces', { 'Content-Type': 'application/x-protobuf' }),
    { ...ProtobufTraceSerializer, serializeRequest: encode },
    'otlp_http_span_exporter',
    TraceExporterMetricsHelper,
    undefined,
  );
  return new OTLPExporterBase<ReadableSpan[]>(delegate);
}

/** @param batch of `EndedSpan`s, all of this process. */
function encode(batch: readonly ReadableSpan[]): Uint8Array {
  const ended = batch as readonly EndedSpan[];
  const spans = ended.map(({ span }) => span);
  return encodeSpans(spans, ended[0]!.source);
}
