/**
 * The sampler: decides which traces are recorded, before any span exists.
 *
 * A caller may send its own trace, and say that it is sampled. The sampler follows it, so that traces are whole across
 * services. But any client can call the service: beyond the configured share, only a bounded number of traces a second is
 * recorded because a caller says so. A trace id that the caller made up does not help it, since the sampler draws again.
 */
import type { Traceparent } from './traceparent.ts';

/** The samplers, by the names of `OTEL_TRACES_SAMPLER`. */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** The options of `createSampler`. */
export interface SamplerOptions {
  /** By OpenTelemetry's names. `parentbased_…` follow the caller's decision. */
  readonly name: (typeof SAMPLERS)[number];
  /** From 0 to 1, for those that have `traceidratio` in their name. */
  readonly ratio: number;
  /** Traces a second that callers may ask for beyond their share. */
  readonly askedPerSecond: number;
}

/** Whether a trace is recorded. @param caller the span of another process that continues in it, if there is one. */
export type Sampler = (traceId: string, caller?: Traceparent) => boolean;

/** A sampler by its name. */
export function createSampler({ name, ratio, askedPerSecond }: SamplerOptions): Sampler {
  const share = name.endsWith('always_on') ? 1 : name.endsWith('always_off') ? 0 : ratio;
  const isDrawn = lottery(share);
  const isParentBased = name.startsWith('parentbased');
  const mayAsk = allowance(askedPerSecond);
  return (traceId, caller) => {
    if (!caller) return isDrawn(traceId);
    const isAsked = isParentBased ? caller.sampled : isDrawn(traceId);
    return isAsked && (Math.random() < share || mayAsk());
  };
}

/** Records a share of the trace ids, by their random part, so every service decides alike. */
function lottery(share: number): (traceId: string) => boolean {
  if (share >= 1) return () => true;
  // Digits of one length are in the order of their numbers, and need not be read to be compared.
  const limit = Math.floor(share * 2 ** 56)
    .toString(16)
    .padStart(14, '0');
  return (traceId) => traceId.slice(18) < limit;
}

/** Records a number of traces each second. */
function allowance(perSecond: number): () => boolean {
  let left = perSecond;
  let since = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(perSecond, left + ((now - since) * perSecond) / 1000);
    since = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
