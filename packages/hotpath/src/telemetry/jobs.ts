/**
 * Jobs in traces: what is put into a queue here and run elsewhere, or later, is in the trace of the request that asked
 * for it. The trace travels in the job's payload as a `traceparent`.
 */
import { currentCarrier, runWith, within } from './context.ts';
import { newSpanId, newTraceId } from './span.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';
import { isSampled, startRoot } from './tracing.ts';

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
  readonly task: string;
  /** From the payload; without one, or with one that is none, the job is a trace of its own. */
  readonly traceparent?: string | undefined;
  readonly id?: string | undefined;
  /** From 1. */
  readonly attempt?: number | undefined;
}

/** Runs a job as a step of the trace that asked for it, which is sampled if that was. */
export async function runTraced<T>({ task, traceparent, id, attempt }: TracedJob, work: () => Promise<T>): Promise<T> {
  const caller = parseTraceparent(traceparent);
  const traceId = caller?.traceId ?? newTraceId();
  const attributes = { ...messaging(task, 'process'), 'messaging.message.id': id, 'hotpath.job.attempt': attempt };
  const parentId = caller?.spanId;
  const span =
    (caller?.sampled ?? isSampled(traceId))
      ? startRoot({ name: `process ${task}`, kind: 'consumer', traceId, parentId, attributes })
      : undefined;
  if (caller) span?.link({ ...caller, isRemote: true });
  try {
    return await runWith({ traceId, span }, async () => await work());
  } catch (error) {
    span?.fail(typeOf(error));
    throw error;
  } finally {
    span?.end();
  }
}

const messaging = (task: string, operation: 'send' | 'process') => ({
  'messaging.system': 'postgresql',
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
  'messaging.destination.name': task,
});

const typeOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : typeof error;
