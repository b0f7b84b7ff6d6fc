/** The origin of a request: the trace that it is in, which its caller has begun or which begins here. */
import type { IncomingMessage } from 'node:http';
import { currentCarrier } from './context.ts';
import { newSpanId, newTraceId } from './span.ts';
import { parseTraceparent, type Traceparent } from './traceparent.ts';

export interface RequestOrigin {
  readonly traceId: string;
  /** The id of the request's own span, if it gets one. */
  readonly spanId: string;
  /** The span that has asked for it. */
  readonly caller: Traceparent | undefined;
  /** Whether the caller is a span of this process, such as an HTTP instrumentation's. Then its sampling decision holds. */
  readonly isLocal: boolean;
}

const ORIGIN = Symbol('origin');

type Request = Pick<IncomingMessage, 'headers'> & { [ORIGIN]?: RequestOrigin };

/** The same object for every call with one request. */
export function originOf(request: Request): RequestOrigin {
  request[ORIGIN] ??= read(request);
  return request[ORIGIN];
}

function read({ headers: { traceparent } }: Request): RequestOrigin {
  const parent = currentCarrier()?.parent;
  const caller = parent ?? (traceparent === undefined ? undefined : parseTraceparent(traceparent));
  return { traceId: caller?.traceId ?? newTraceId(), spanId: newSpanId(), caller, isLocal: parent !== undefined };
}
