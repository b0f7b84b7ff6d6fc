/**
 * OpenTelemetry's context and the library's as one: a span that any instrumentation makes in a request is a step of
 * what the library does there, and the other way round. There is one asynchronous context, and nothing is made of
 * OpenTelemetry's until somebody asks for it.
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

/** Where a context names the carrier that it was made of. */
const CARRIER = createContextKey('hotpath carrier');

interface KnownContext {
  readonly traceId: string | undefined;
  readonly span: Step | undefined;
  readonly context: Context;
}

/** It binds functions and emitters as its base does. */
export class CarrierContextManager extends AsyncLocalStorageContextManager {
  readonly #record: (span: Span) => void;
  readonly #known = new WeakMap<Carrier, KnownContext>();

  /** @param record gets the library's spans that become steps of others. */
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

  /** The asynchronous context is not its own. */
  override disable(): this {
    return this;
  }

  /** A context that leads back to no request leaves statements to be counted for the one that runs now. */
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

/** A trace that is not sampled goes on as one that is not. */
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
