/** A context of OpenTelemetry as the library carries it: the library's spans become children of its active span. */
import {
  type Span as ApiSpan,
  type Context,
  createContextKey,
  isSpanContextValid,
  propagation,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { Carrier, TraceHeaders } from '../telemetry/context.ts';
import type { Span, Step } from '../telemetry/span.ts';
import type { Traceparent } from '../telemetry/traceparent.ts';
import { ActiveSpan } from './active-span.ts';
import { ForeignStep } from './foreign-step.ts';

/** The key of `suppressTracing` in `@opentelemetry/core`, by which exporters keep their own requests out of traces. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

export class ContextCarrier implements Carrier {
  readonly context: Context;
  readonly around: Carrier | undefined;
  readonly traceId: string | undefined;
  readonly span: Step | undefined;
  readonly parent: Traceparent | undefined;
  #incoming: Record<string, string> | undefined;

  /**
   * @param around the request or job that the context belongs to.
   * @param record gets the library's spans whose parent is a foreign one.
   */
  constructor(context: Context, around: Carrier | undefined, record: (span: Span) => void) {
    const active = trace.getSpan(context);
    const known = active?.spanContext();
    this.context = context;
    this.around = around;
    if (!active || !known || !isSpanContextValid(known)) return;
    const { traceId, spanId, traceFlags } = known;
    const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    this.traceId = traceId;
    this.parent = { traceId, spanId, sampled };
    if (sampled && context.getValue(SUPPRESSED) !== true) this.span = stepOf(active, record);
  }

  /** Includes baggage that a team's code has put into the context. */
  get incoming(): TraceHeaders {
    if (!this.#incoming) {
      this.#incoming = {};
      propagation.inject(this.context, this.#incoming);
    }
    return this.#incoming;
  }
}

const stepOf = (active: ApiSpan, record: (span: Span) => void): Step =>
  active instanceof ActiveSpan ? active.span : new ForeignStep(active.spanContext(), record);
