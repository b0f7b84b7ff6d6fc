/**
 * Enqueueing: a job is a row that is written in the transaction of the write that needs it. They commit together, so
 * there is no order without its jobs, and no job without its order.
 *
 * The queue's own `add_jobs` ends with a NOTIFY, which makes commits wait for each other: it reduces 1,100 transactions
 * a second to 230 (decision 0056). So this file inserts jobs as `add_jobs` does, but without the NOTIFY, and workers
 * find them when they poll. Only tasks with a lane go through `add_jobs`, because it may have to create the lane's row
 * first. Lanes are for rare jobs.
 */
import { enqueueTraced, type JobHeaders } from '../telemetry/jobs.ts';
import { ADD_JOBS_TO_LANES, INSERT_JOBS } from './graphile-worker-internals.ts';
import type { Job } from './job.ts';

/** The part of a Prisma transaction that `enqueue` needs. */
export interface Transaction {
  $executeRawUnsafe(text: string, ...values: unknown[]): Promise<number>;
  $queryRawUnsafe<T>(text: string, ...values: unknown[]): Promise<T>;
}

/** A request for one run of a job. */
export interface Task {
  readonly job: { readonly name: string; readonly attempts: number; readonly priority?: number };
  readonly payload: object;
  /** Tasks of one lane run one after the other. Have few lanes, never one for each user. */
  readonly lane?: string;
}

/** The data of a task in the queue. */
export interface Envelope extends JobHeaders {
  readonly payload?: object;
}

/** A task of a job, with its payload, for `enqueue`. */
export const task = <Payload extends object>(job: Job<never, Payload>, payload: Payload, lane?: string): Task => ({
  job,
  payload,
  ...(lane && { lane }),
});

/** The number of statements of `enqueue`. */
export const ENQUEUEING_STATEMENTS = 1;

/**
 * Writes the tasks into the queue, in one statement whatever their number. The queue must know their jobs (`nameJobs`).
 */
export async function enqueue(tx: Transaction, ...tasks: readonly Task[]): Promise<void> {
  const names = tasks.map(({ job }) => job.name).join(', ');
  const statement = tasks.some(({ lane }) => lane) ? ADD_JOBS_TO_LANES : INSERT_JOBS;
  const written = await enqueueTraced(names, (headers) =>
    tx.$executeRawUnsafe(statement, JSON.stringify(tasks.map((each) => specOf(each, headers)))),
  );
  if (written !== tasks.length) throw new Error(`The queue does not know all of these jobs: ${names}.`);
}

/** A task as the queue's `job_spec`. */
const specOf = ({ job, payload, lane }: Task, headers: JobHeaders) => ({
  identifier: job.name,
  payload: { payload, ...headers } satisfies Envelope,
  max_attempts: job.attempts,
  priority: job.priority ?? 0,
  queue_name: lane,
});
