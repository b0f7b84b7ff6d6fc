/**
 * The context: in which trace the code that is running now works, found through the asynchronous context. There is one
 * such context a request; the request's ledger is what it carries.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from './span.ts';

/** What a request or a job carries with it. */
export interface Carrier {
  /** Nothing where nobody asked: at the start of the process, say. */
  traceId: string | undefined;
  /** What new spans become steps of; nothing where the trace is not sampled. */
  span: Span | undefined;
  /** What it is a step of, if it is one of a request's. */
  readonly around?: Carrier | undefined;
}

const carriers = new AsyncLocalStorage<Carrier | undefined>();

/** @param carrier nothing for what belongs to no request, whoever calls. */
export const runWith = <T>(carrier: Carrier | undefined, run: () => T): T => carriers.run(carrier, run);

export const currentCarrier = (): Carrier | undefined => carriers.getStore();

export const currentSpan = (): Span | undefined => carriers.getStore()?.span;

/** Runs what is a step of the span; where there is none, just runs it. */
export const within = <T>(span: Span | undefined, run: () => T): T =>
  span ? runWith({ traceId: span.traceId, span, around: currentCarrier() }, run) : run();
