/**
 * The library's sampler for OpenTelemetry's SDK. The SDK asks it for spans that start outside of requests: in the
 * background, or in an instrumentation before the library. In a request, the request's decision holds for every span.
 */
import { type Context, isSpanContextValid, TraceFlags, trace } from '@opentelemetry/api';
import { SamplingDecision, type SamplingResult, type Sampler as SdkSampler } from '@opentelemetry/sdk-trace';
import type { Sampler } from '../telemetry/sampler.ts';

export class TraceSampler implements SdkSampler {
  readonly #sampler: Sampler;

  constructor(sampler: Sampler) {
    this.#sampler = sampler;
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    return { decision: this.#isSampled(context, traceId) ? SAMPLED : SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return 'hotpath';
  }

  #isSampled(context: Context, traceId: string): boolean {
    const parent = trace.getSpanContext(context);
    if (!parent || !isSpanContextValid(parent)) return this.#sampler(traceId);
    const sampled = (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
    return parent.isRemote ? this.#sampler(traceId, { traceId, spanId: parent.spanId, sampled }) : sampled;
  }
}

const SAMPLED = SamplingDecision.RECORD_AND_SAMPLED;
