/** One run of a job: within its time limit, logged, and dead when its last try has failed. */
import type { JobHelpers, Task } from 'graphile-worker';
import { JobTrace } from '../telemetry/jobs.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { Envelope } from './enqueue.ts';
import type { AnyJob, Log } from './job.ts';

export interface Ran {
  readonly job: string;
  readonly outcome: 'done' | 'failed' | 'dead';
  readonly seconds: number;
}

export interface TaskOptions<Dependencies> {
  /** The objects that jobs work with. */
  readonly dependencies: Dependencies;
  readonly log: Log;
  /** The destination of the spans of jobs; without it they have no spans. */
  readonly tracing?: Tracing | undefined;
  readonly onRun?: (ran: Ran) => void;
}

interface Failure {
  readonly error: unknown;
  readonly payload: object;
  readonly log: Log;
}

/** @param lost aborted when other workers may take this worker for dead. */
export function taskOf<Dependencies extends object>(
  job: AnyJob<Dependencies>,
  { dependencies, log, tracing, onRun }: TaskOptions<Dependencies>,
  lost: AbortSignal,
): Task {
  const failed = async (failure: Failure, { job: { id, attempts, max_attempts } }: JobHelpers) => {
    const { error, payload, log } = failure;
    const about = { err: error, job: job.name, id, attempt: attempts };
    if (attempts < max_attempts) {
      log.warn(about, 'A job failed; it is tried again.');
      return 'failed';
    }
    await bury(job, payload, { dependencies, log, about });
    return 'dead';
  };
  return async (envelope, helpers) => {
    const { payload = {}, ...headers } = envelope as Envelope;
    const signal = AbortSignal.any([lost, helpers.abortSignal!, AbortSignal.timeout(job.timeoutMs)]);
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1000;
    const { id, attempts: attempt } = helpers.job;
    const trace = new JobTrace({ tracing, task: job.name, headers, id, attempt });
    const traced = log.child?.({ trace_id: trace.traceId, span_id: trace.spanId }) ?? log;
    const run = () =>
      job.run(payload, { ...dependencies, signal, attempt, log: traced.child?.({ job: job.name, id }) ?? log });
    try {
      await trace.run(() => orAborted(run, signal));
    } catch (error) {
      const outcome = await failed({ error, payload, log: traced }, helpers);
      onRun?.({ job: job.name, outcome, seconds: seconds() });
      throw error;
    }
    onRun?.({ job: job.name, outcome: 'done', seconds: seconds() });
    traced.debug({ job: job.name, id, seconds: seconds() }, 'A job is done.');
  };
}

interface Death<Dependencies> {
  readonly dependencies: Dependencies;
  readonly log: Log;
  /** The fields of the job in the log. */
  readonly about: object;
}

/** Handles a job without tries left: logs it, and calls the job's `dead`. */
export async function bury<Dependencies>(
  job: AnyJob<Dependencies>,
  payload: object,
  { dependencies, log, about }: Death<Dependencies>,
): Promise<void> {
  log.error(about, 'A job is dead: none of its tries succeeded.');
  await job
    .dead?.(payload, dependencies)
    .catch((err) => log.error({ ...about, err }, 'The follow-up of a dead job failed.'));
}

/** Rejects when the signal aborts, even if the work ignores the signal. */
async function orAborted(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([work(), promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
