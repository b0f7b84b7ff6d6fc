/** `hotpath/telemetry`: spans that cost nothing where they are not sampled, for whoever hosts the SDK of OpenTelemetry. */
export { originOf } from './origin.ts';
export { encodeSpans, microseconds, type Origin } from './otlp/spans.ts';
export { createSampler, SAMPLERS } from './sampler.ts';
export type { Kind, Reference, Span } from './span.ts';
export type { Tracing } from './tracing.ts';
