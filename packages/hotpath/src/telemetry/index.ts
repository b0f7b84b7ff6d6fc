/** `hotpath/telemetry`: spans that cost nothing where they are not sampled. `hotpath/opentelemetry` puts them into the SDK. */

export { originOf } from './origin.ts';
export { encodeSpans, type Origin } from './otlp/spans.ts';
export { createSampler, SAMPLERS, type Sampler, type SamplerOptions } from './sampler.ts';
export type { Attributes, AttributeValue, Kind, Reference, Span, Step } from './span.ts';
export { step } from './step.ts';
export type { Tracing } from './tracing.ts';
