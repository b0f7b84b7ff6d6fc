/**
 * The context: in which trace the code that is running now works, found through the asynchronous context. There is one
 * such context a request; the request's ledger is what it carries. OpenTelemetry's context is this one, too, where the
 * process has `hotpath/opentelemetry`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Step } from './span.ts';
import type { Traceparent } from './traceparent.ts';

/** Headers, of which `tracestate` and `baggage` are passed on. */
export type TraceHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The object that a request or a job carries in its async context. */
export interface Carrier {
  /** Undefined for work of the process itself, such as its start. */
  traceId: string | undefined;
  /** The parent of new spans; undefined if the trace is not sampled. */
  span: Step | undefined;
  /** The carrier of the request that it is a step of, if there is one. */
  readonly around?: Carrier | undefined;
  /** The headers that the request or the job came with. */
  readonly incoming?: TraceHeaders | undefined;
  /** The active span of an instrumentation: a request that arrives here becomes its child. */
  readonly parent?: Traceparent | undefined;
}

const carriers = new AsyncLocalStorage<Carrier | undefined>();

/** @param carrier undefined for work that belongs to no request. */
export const runWith = <T>(carrier: Carrier | undefined, run: () => T): T => carriers.run(carrier, run);

/** The rest of this asynchronous execution carries it. */
export const enterCarrier = (carrier: Carrier | undefined): void => carriers.enterWith(carrier);

export const currentCarrier = (): Carrier | undefined => carriers.getStore();

export const currentSpan = (): Step | undefined => carriers.getStore()?.span;

/** Runs what is a step of the span; where there is none, just runs it. */
export const within = <T>(span: Step | undefined, run: () => T): T =>
  span ? runWith({ traceId: span.traceId, span, around: currentCarrier() }, run) : run();

/** The headers of the request or job that runs now. */
export function incomingHeaders(carrier: Carrier | undefined = currentCarrier()): TraceHeaders | undefined {
  let each = carrier;
  while (each && !each.incoming) each = each.around;
  return each?.incoming;
}
