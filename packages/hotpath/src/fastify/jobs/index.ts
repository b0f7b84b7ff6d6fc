/** `hotpath/jobs`: heavy work that leaves the request, on a queue in PostgreSQL. */

export { type JobState, listJobs, type QueuedJob, retryDead } from '../../jobs/dead-letters.ts';
export { ENQUEUEING_STATEMENTS, enqueue, task } from '../../jobs/enqueue.ts';
export { type AnyJob, type Job, jobs, type Log, type Run } from '../../jobs/job.ts';
export { once } from '../../jobs/once.ts';
export { installQueue } from '../../jobs/schema.ts';
export { type JobQueueOptions, jobQueue, type RunOptions } from './job-queue.ts';
