/** The origin of a request: the trace that it is in, which its caller has begun or which begins here. */
import type { IncomingMessage } from 'node:http';
import { newTraceId } from './span.ts';
import { parseTraceparent, type Traceparent } from './traceparent.ts';

export interface Origin {
  readonly traceId: string;
  /** Who has begun it. */
  readonly caller: Traceparent | undefined;
}

const ORIGIN = Symbol('origin');

type Request = Pick<IncomingMessage, 'headers'> & { [ORIGIN]?: Origin };

/** The same for a request, however often it is asked. */
export function originOf(request: Request): Origin {
  request[ORIGIN] ??= read(request);
  return request[ORIGIN];
}

function read({ headers }: Request): Origin {
  const { traceparent } = headers;
  const caller = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  return { traceId: caller?.traceId ?? newTraceId(), caller };
}
