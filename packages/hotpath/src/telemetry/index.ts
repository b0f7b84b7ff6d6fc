/** `hotpath/telemetry`: spans that cost nothing if they are not sampled, for a process that hosts the SDK of OpenTelemetry. */
export { originOf } from './origin.ts';
export { encodeSpans, type Origin } from './otlp/spans.ts';
export { createSampler, SAMPLERS, type Sampler, type SamplerOptions } from './sampler.ts';
export type { Attributes, AttributeValue, Kind, Reference, Span, Step } from './span.ts';
export { step } from './step.ts';
export type { Tracing } from './tracing.ts';
