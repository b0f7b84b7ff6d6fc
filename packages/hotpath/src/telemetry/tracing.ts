/**
 * Tracing: the port between those who make spans and whoever records them. Nothing is installed until the process says
 * where spans go (`src/telemetry/`); until then nothing is sampled, and what would make spans makes none.
 */
import type { Sampler } from './sampler.ts';
import { type Attributes, type Kind, Span } from './span.ts';
import type { Traceparent } from './traceparent.ts';

export interface Tracing {
  readonly sampler: Sampler;
  /** Gets every span when it ends. */
  record(span: Span): void;
}

let tracing: Tracing | undefined;

/** Says where spans go. @returns what puts things back as they were. */
export function installTracing(installed: Tracing): () => void {
  const before = tracing;
  tracing = installed;
  return () => {
    tracing = before;
  };
}

/** Whether a trace that starts here, or comes from a caller, is to be recorded. */
export const isSampled = (traceId: string, caller?: Traceparent): boolean => tracing?.sampler(traceId, caller) === true;

export interface RootStart {
  readonly name: string;
  readonly kind: Kind;
  readonly traceId: string;
  readonly parentId?: string | undefined;
  readonly attributes?: Attributes;
  readonly at?: number;
}

/** The first span of a trace in this process; none where nobody records it. */
export const startRoot = (start: RootStart): Span | undefined =>
  tracing && new Span({ ...start, record: tracing.record });
