/**
 * The queue of one worker: graphile-worker with the settings of the library, and an end that always comes.
 *
 * While the database is away or takes no writes, graphile-worker can go wrong in three ways:
 *
 * - It stops by itself when it cannot record that a job has ended. `stopped` reports it.
 * - After two such failures in one moment its stop waits forever. So `end` waits for the running jobs, and then no
 *   longer than `RECORD_MS` for their records. A job without a record returns to the queue with its worker
 *   (`worker-heartbeat.ts`), and runs again.
 * - It keeps the failure of its very first statement, and fails each later poll with it. So `FAILED_POLLS` of all its
 *   workers without one that succeeds count as a stop.
 */
import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { LogFunctionFactory, TaskList, WorkerEvents } from 'graphile-worker';
import type pg from 'pg';
import type { AnyJob, Log } from './job.ts';
import { queuePackage } from './schema.ts';
import { type TaskOptions, taskOf } from './task.ts';
import { enlist, type WorkerHeartbeat } from './worker-heartbeat.ts';

export interface WorkerQueueOptions<Dependencies> extends TaskOptions<Dependencies> {
  /** Connections for the queue: at least two. With one for each concurrent job, no job waits for a connection. */
  readonly pool: pg.Pool;
  readonly jobs: readonly AnyJob<Dependencies>[];
  /** The number of jobs that run at once. */
  readonly concurrency: number;
  /** How long jobs may go on after the stop, in milliseconds. Then they return to the queue. */
  readonly graceMs: number;
}

export interface WorkerQueue {
  /** Rejects with the cause when the queue begins to stop, by `end` or by itself, or finds no jobs any more. */
  readonly stopped: Promise<never>;
  /** Makes free workers poll at once. */
  nudge(): void;
  /** Takes no more jobs; resolves when the running jobs have ended, by themselves or after `graceMs`. */
  end(): Promise<void>;
}

/** The interval at which a free worker polls for jobs, and at which workers look for dead workers, in milliseconds. */
export const POLL_MS = 1000;
/** How long the end waits for the records of jobs that have ended, in milliseconds. */
const RECORD_MS = 2000;
/** How often each worker may fail to poll before the queue counts as stopped. */
const FAILED_POLLS = 3;
const DAY_MS = 86_400_000;

/** @param lost aborted when other workers may take this one for dead. */
export async function openWorkerQueue<Dependencies extends object>(
  options: WorkerQueueOptions<Dependencies>,
  heartbeat: WorkerHeartbeat,
  lost: AbortSignal,
): Promise<WorkerQueue> {
  const { Logger, parseCronItems, run } = await queuePackage();
  const { pool, jobs, concurrency, log, graceMs } = options;
  const events: WorkerEvents = new EventEmitter();
  const stopped = whenStopped(events, concurrency * FAILED_POLLS);
  const untilIdle = idleOf(events);
  let listed: Promise<void> | undefined;
  let nudge = () => {};
  const plugin: GraphileConfig.Plugin = {
    name: 'HotpathHeartbeat',
    version: '1.0.0',
    worker: {
      hooks: {
        // The queue awaits this hook before it takes the first job. A worker that is not on the list must take no job.
        async startWorker(_context, { worker: { workerPool } }) {
          nudge = () => workerPool.nudge(concurrency);
          listed ??= enlist(pool, heartbeat, workerPool.id);
          await listed.catch(() => heartbeat.end());
        },
      },
    },
  };
  const taskList: TaskList = Object.fromEntries(jobs.map((job) => [job.name, taskOf(job, options, lost)]));
  const runner = await run({
    pgPool: pool,
    taskList,
    events,
    parsedCronItems: parseCronItems(jobs.flatMap(cronItem)),
    concurrency,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    // Prepared statements would not outlive a transaction behind some poolers, and jobs are not a hot path.
    noPreparedStatements: true,
    gracefulShutdownAbortTimeout: graceMs,
    logger: new Logger(logTo(log)),
    // At the end the queue waits for its batches, so that it records every finished job.
    preset: { plugins: [plugin], worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
  const ended = runner.promise.catch(noop);
  return {
    stopped,
    nudge: () => nudge(),
    async end() {
      const done = new AbortController();
      const within = (ms: number) => pause(ms, undefined, { signal: done.signal });
      const whole = Promise.all([runner.stop().catch(noop), ended]);
      const idle = Promise.race([untilIdle(), within(graceMs)]);
      await Promise.race([whole, idle.then(() => within(RECORD_MS))]);
      done.abort();
    },
  };
}

function whenStopped(events: WorkerEvents, failedPolls: number): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  let failures = 0;
  const succeeded = () => (failures = 0);
  events.on('job:start', succeeded);
  events.on('worker:getJob:empty', succeeded);
  events.on('worker:getJob:error', ({ error }) => {
    failures += 1;
    if (failures >= failedPolls) reject(error);
  });
  events.on('pool:fatalError', ({ error }) => reject(error));
  events.on('pool:gracefulShutdown', ({ message }) => reject(new Error(message)));
  promise.catch(noop);
  return promise;
}

/** A function whose promise resolves when no job runs. */
function idleOf(events: WorkerEvents): () => Promise<void> {
  let running = 0;
  events.on('job:start', () => (running += 1));
  events.on('job:complete', () => (running -= 1));
  return async () => {
    while (running > 0) await once(events as EventEmitter, 'job:complete');
  };
}

/** All missed runs become one run: a job works on the state that it finds, not on its scheduled time. */
const cronItem = ({ name, schedule, attempts, priority = 0 }: AnyJob<never>) =>
  schedule === undefined
    ? []
    : [
        {
          task: name,
          match: schedule,
          options: { backfillPeriod: DAY_MS, jobKey: name, maxAttempts: attempts, priority },
        },
      ];

/** `task.ts` logs each job, so the queue's own messages about jobs are dropped. */
const logTo =
  (log: Log): LogFunctionFactory =>
  () =>
  (level, message, about = {}) => {
    if (level === 'error' && !about['failure']) log.error({ about }, message);
    else if (level === 'warning') log.warn({ about }, message);
  };

function noop(): void {}
