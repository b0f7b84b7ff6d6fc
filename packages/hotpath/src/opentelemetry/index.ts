/** `hotpath/opentelemetry`: the library's tracing in OpenTelemetry's SDK for Node.js. */

export type { NamedInstrumentation } from './doubled-spans.ts';
export { encodeBatch, type SerializeSpans } from './encode-batch.ts';
export { EndedSpan, type SpanSource } from './ended-span.ts';
export { type HostedTracing, type OpenTelemetryOptions, openTelemetry } from './open-telemetry.ts';
