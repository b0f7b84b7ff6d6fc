/**
 * How spans leave the process: an exporter for each protocol. Protocol Buffers over HTTP, the default, are written by
 * the library from its spans as they are; JSON and gRPC by the SDK, as are spans of others. Sending, with what is tried
 * again and what is given up, is the SDK's in all of them.
 */
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { encodeBatch } from 'hotpath/opentelemetry';
import type { TracingConfig } from '../config/telemetry.ts';

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

/** The SDK's exporter, except for the bytes of the library's spans. */
async function protobufExporter(options: HttpOptions): Promise<SpanExporter> {
  const [{ OTLPExporterBase }, http, { ProtobufTraceSerializer, TraceExporterMetricsHelper }] = await Promise.all([
    import('@opentelemetry/otlp-exporter-base'),
    import('@opentelemetry/otlp-exporter-base/node-http'),
    import('@opentelemetry/otlp-transformer'),
  ]);
  const serializeRequest = (batch: ReadableSpan[]) => encodeBatch(batch, ProtobufTraceSerializer.serializeRequest);
  const delegate = http.createOtlpHttpExportDelegate(
    http.convertLegacyHttpOptions(options, 'TRACES', 'v1/traces', { 'Content-Type': 'application/x-protobuf' }),
    { ...ProtobufTraceSerializer, serializeRequest },
    'otlp_http_span_exporter',
    TraceExporterMetricsHelper,
    undefined,
  );
  return new OTLPExporterBase<ReadableSpan[]>(delegate);
}
