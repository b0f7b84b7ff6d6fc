/**
 * Jobs in traces: what is put into a queue here and run elsewhere, or later, is in the trace of the request that asked
 * for it. The trace travels in the job's payload as a `traceparent`.
 */
import { currentCarrier, runWith, within } from './context.ts';
import { newSpanId, newTraceId, type Span } from './span.ts';
import { formatTraceparent, parseTraceparent, type Traceparent } from './traceparent.ts';
import { isSampled, startRoot, type Tracing } from './tracing.ts';

/** The `traceparent` of whoever is being served now, sampled or not; nothing outside of a request or a job. */
function currentTraceparent(): string | undefined {
  const { traceId, span } = currentCarrier() ?? {};
  if (traceId === undefined) return undefined;
  return formatTraceparent({ traceId, spanId: span?.spanId ?? newSpanId(), sampled: span !== undefined });
}

/** Puts a job into the queue. @param send is given what belongs into the payload. */
export async function enqueueTraced<T>(
  task: string,
  send: (traceparent: string | undefined) => Promise<T>,
): Promise<T> {
  const span = currentCarrier()?.span?.child(`send ${task}`, 'producer', messaging(task, 'send'));
  try {
    return await within(span, async () => await send(currentTraceparent()));
  } catch (error) {
    span?.fail(typeOf(error));
    throw error;
  } finally {
    span?.end();
  }
}

export interface TracedJob {
  /** Without it the job has no spans. */
  readonly tracing?: Tracing | undefined;
  readonly task: string;
  /** From the payload; without one, or with one that is none, the job is a trace of its own. */
  readonly traceparent?: string | undefined;
  readonly id?: string | undefined;
  /** From 1. */
  readonly attempt?: number | undefined;
}

/** Runs a job as a step of the trace that asked for it, which is sampled if that was. */
export async function runTraced<T>(job: TracedJob, work: () => Promise<T>): Promise<T> {
  const caller = parseTraceparent(job.traceparent);
  const traceId = caller?.traceId ?? newTraceId();
  const span = spanOf(job, traceId, caller);
  try {
    return await runWith({ traceId, span }, async () => await work());
  } catch (error) {
    span?.fail(typeOf(error));
    throw error;
  } finally {
    span?.end();
  }
}

/** Sampled if the request was; a job without a request is sampled like one. */
function spanOf({ tracing, task, id, attempt }: TracedJob, traceId: string, caller?: Traceparent): Span | undefined {
  if (!tracing || !(caller?.sampled ?? isSampled(tracing, traceId))) return undefined;
  const attributes = { ...messaging(task, 'process'), 'messaging.message.id': id, 'hotpath.job.attempt': attempt };
  const parentId = caller?.spanId;
  const span = startRoot(tracing, { name: `process ${task}`, kind: 'consumer', traceId, parentId, attributes });
  if (caller) span.link({ ...caller, isRemote: true });
  return span;
}

const messaging = (task: string, operation: 'send' | 'process') => ({
  'messaging.system': 'postgresql',
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
  'messaging.destination.name': task,
});

const typeOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : typeof error;
