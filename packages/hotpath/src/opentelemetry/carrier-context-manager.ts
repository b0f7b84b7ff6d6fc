/**
 * OpenTelemetry's context and the library's as one. There is one asynchronous context, the library's; the manager makes
 * a context of OpenTelemetry from it when an instrumentation asks for one. So a span that any library makes in a request
 * becomes a child of the library's span there, and the other way round.
 */
import {
  type Context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  TraceFlags,
  type TraceState,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type Carrier, currentCarrier, enterCarrier, runWith } from '../telemetry/context.ts';
import { newSpanId, Span, type Step } from '../telemetry/span.ts';
import { ActiveSpan } from './active-span.ts';
import { ContextCarrier } from './context-carrier.ts';

/** A context names the carrier that it was made from by this key. */
const CARRIER = createContextKey('hotpath carrier');

interface KnownContext {
  readonly traceId: string | undefined;
  readonly span: Step | undefined;
  readonly context: Context;
}

/** Functions and emitters are bound by the base class. */
export class CarrierContextManager extends AsyncLocalStorageContextManager {
  readonly #record: (span: Span) => void;
  readonly #known = new WeakMap<Carrier, KnownContext>();

  /** @param record gets the library's spans whose parent is a foreign one. */
  constructor(record: (span: Span) => void) {
    super();
    this.#record = record;
  }

  override active(): Context {
    const carrier = currentCarrier();
    return carrier ? this.#contextOf(carrier) : ROOT_CONTEXT;
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    run: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return runWith(this.#carrierOf(context), () => run.apply(thisArg, args));
  }

  override attach(context: Context): { dispose(): void } {
    const before = currentCarrier();
    let isAttached = true;
    enterCarrier(this.#carrierOf(context));
    return {
      dispose() {
        if (isAttached) enterCarrier(before);
        isAttached = false;
      },
    };
  }

  /** Does nothing: the library needs the asynchronous context without OpenTelemetry, too. */
  override disable(): this {
    return this;
  }

  /** In a context that names no request, statements are counted for the request that runs now. */
  #carrierOf(context: Context): Carrier {
    const origin = context.getValue(CARRIER) as Carrier | undefined;
    if (origin && this.#contextOf(origin) === context) return origin;
    return new ContextCarrier(context, origin ?? currentCarrier(), this.#record);
  }

  #contextOf(carrier: Carrier): Context {
    if (carrier instanceof ContextCarrier) return carrier.context;
    const { traceId, span, around } = carrier;
    const known = this.#known.get(carrier);
    if (known && known.traceId === traceId && known.span === span) return known.context;
    const outer = around ? this.#contextOf(around) : propagation.extract(ROOT_CONTEXT, carrier.incoming ?? {});
    const context = withSpan(outer, carrier).setValue(CARRIER, carrier);
    this.#known.set(carrier, { traceId, span, context });
    return context;
  }
}

/** The active span of the carrier; for a trace that is not sampled, one that records nothing and says so to others. */
function withSpan(outer: Context, { traceId, span }: Carrier): Context {
  if (traceId === undefined) return outer;
  const before = trace.getSpanContext(outer);
  const traceState = before?.traceId === traceId ? before.traceState : undefined;
  if (span instanceof Span) return trace.setSpan(outer, new ActiveSpan(span, traceState));
  return trace.setSpanContext(outer, spanContextOf({ traceId, span, traceState }));
}

interface NamedSpan {
  readonly traceId: string;
  readonly span: Step | undefined;
  readonly traceState: TraceState | undefined;
}

const spanContextOf = ({ traceId, span, traceState }: NamedSpan) => ({
  traceId,
  spanId: span?.spanId ?? newSpanId(),
  traceFlags: span ? TraceFlags.SAMPLED : TraceFlags.NONE,
  ...(traceState && { traceState }),
});
