/**
 * Tracing: the port between the library, which makes spans, and the process, which decides on their sampling and sends
 * them away. The process makes one and hands it to the plugins that begin traces: `hotpath`, `telemetry`, `jobQueue`.
 * Without it nothing is sampled, and no span is made.
 */
import type { Sampler } from './sampler.ts';
import { type Attributes, clockEpoch, type Kind, Span } from './span.ts';
import type { Traceparent } from './traceparent.ts';

/** Which traces are recorded, and where their spans go. */
export interface Tracing {
  readonly sampler: Sampler;
  /** Gets every span once, when it ends. It is called as a function, without `this`. */
  readonly record: (span: Span) => void;
}

/** Whether to record a trace that starts here, or that a caller continues; never without tracing. */
export const isSampled = (tracing: Tracing | undefined, traceId: string, caller?: Traceparent): boolean =>
  tracing?.sampler(traceId, caller) === true;

export interface RootStart {
  readonly name: string;
  readonly kind: Kind;
  readonly traceId: string;
  readonly spanId?: string | undefined;
  readonly parentId?: string | undefined;
  readonly attributes?: Attributes;
  readonly at?: number;
  /** Whether its parent is a span of this process. */
  readonly hasLocalParent?: boolean;
}

/** The first span of a trace in this process. */
export const startRoot = (tracing: Tracing, start: RootStart): Span =>
  new Span({ ...start, record: tracing.record }, start.hasLocalParent ? clockEpoch() : undefined);
