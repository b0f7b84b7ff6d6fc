/**
 * Jobs in traces: what is put into a queue here and run elsewhere, or later, is in the trace of the request that asked
 * for it. The trace travels in the job's payload as the headers of W3C Trace Context and Baggage.
 */
import { currentCarrier, incomingHeaders, runWith, within } from './context.ts';
import { failureType } from './failure-type.ts';
import { newSpanId, newTraceId, type Span } from './span.ts';
import { formatTraceparent, parseTraceparent, type Traceparent } from './traceparent.ts';
import { isSampled, startRoot, type Tracing } from './tracing.ts';

/** The headers in the payload of a job. */
export interface JobHeaders {
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly baggage?: string;
}

/** The longest value that W3C requires a service to pass on. Longer ones stay here. */
const LONGEST = { tracestate: 512, baggage: 8192 } as const;

/** The headers of the request or the job that runs now, sampled or not; none outside of both. */
function currentHeaders(): JobHeaders {
  const carrier = currentCarrier();
  if (carrier?.traceId === undefined) return {};
  const { traceId, span } = carrier;
  const spanId = span?.spanId ?? newSpanId();
  const incoming = incomingHeaders(carrier) ?? {};
  // A state without its trace means nothing.
  const isSame = parseTraceparent(incoming['traceparent'])?.traceId === traceId;
  return {
    traceparent: formatTraceparent({ traceId, spanId, sampled: span !== undefined }),
    ...(isSame && passed('tracestate', incoming['tracestate'])),
    ...passed('baggage', incoming['baggage']),
  };
}

const passed = (name: keyof typeof LONGEST, value: unknown): JobHeaders =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST[name] ? { [name]: value } : {};

/** Puts a job into the queue. @param send is given what belongs into the payload. */
export async function enqueueTraced<T>(task: string, send: (headers: JobHeaders) => Promise<T>): Promise<T> {
  const span = currentCarrier()?.span?.child(`send ${task}`, 'producer', messaging(task, 'send'));
  try {
    return await within(span, async () => await send(currentHeaders()));
  } catch (error) {
    span?.fail(failureType(error));
    throw error;
  } finally {
    span?.end();
  }
}

export interface TracedJob {
  /** Without it the job has no spans. */
  readonly tracing?: Tracing | undefined;
  readonly task: string;
  /** From the payload; without a valid `traceparent` the job is a trace of its own. */
  readonly headers: JobHeaders;
  readonly id?: string | undefined;
  /** From 1. */
  readonly attempt?: number | undefined;
}

/** The trace that a job runs in: the one that asked for it, which is sampled if that was. */
export class JobTrace {
  readonly traceId: string;
  readonly spanId = newSpanId();
  readonly #span: Span | undefined;
  readonly #headers: JobHeaders;

  constructor(job: TracedJob) {
    const caller = parseTraceparent(job.headers.traceparent);
    this.traceId = caller?.traceId ?? newTraceId();
    this.#headers = job.headers;
    this.#span = this.#start(job, caller);
  }

  /** Runs the job's work as its span. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const { traceId } = this;
    const span = this.#span;
    const incoming = { ...this.#headers };
    try {
      return await runWith({ traceId, span, incoming }, async () => await work());
    } catch (error) {
      span?.fail(failureType(error));
      throw error;
    } finally {
      span?.end();
    }
  }

  #start({ tracing, task, id, attempt }: TracedJob, caller: Traceparent | undefined): Span | undefined {
    const { traceId, spanId } = this;
    if (!tracing || !(caller?.sampled ?? isSampled(tracing, traceId))) return undefined;
    const attributes = { ...messaging(task, 'process'), 'messaging.message.id': id, 'hotpath.job.attempt': attempt };
    const parentId = caller?.spanId;
    return startRoot(tracing, { name: `process ${task}`, kind: 'consumer', traceId, spanId, parentId, attributes });
  }
}

const messaging = (task: string, operation: 'send' | 'process') => ({
  'messaging.system': 'postgresql',
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
  'messaging.destination.name': task,
});
