/**
 * The runner: takes jobs from the queue and runs a bounded number at once, as long as the process lives. The queue
 * itself is graphile-worker's. The runner adds a heartbeat that other workers can see, a stop that loses no job, and a
 * restart after the database was away.
 *
 * A runner that has lost its heartbeat (`worker-heartbeat.ts`) stops its jobs and starts again, under another name in
 * the queue.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { LogFunctionFactory, TaskList } from 'graphile-worker';
import type pg from 'pg';
import type { Tracing } from '../telemetry/tracing.ts';
import type { AnyJob, Log } from './job.ts';
import { queuePackage } from './schema.ts';
import { bury, type Ran, taskOf } from './task.ts';
import { beginHeartbeat, buryDead, enlist, type WorkerHeartbeat } from './worker-heartbeat.ts';

export interface RunnerOptions<Dependencies> {
  /** The URL of the database, for the connection of its heartbeat. */
  readonly url: string;
  /** Connections for the queue: at least two. With one for each concurrent job, no job waits for a connection. */
  readonly pool: pg.Pool;
  readonly jobs: readonly AnyJob<Dependencies>[];
  /** The objects that jobs work with. */
  readonly dependencies: Dependencies;
  /** The number of jobs that run at once. */
  readonly concurrency: number;
  /** How long jobs may go on after the stop, in milliseconds. Then they return to the queue. */
  readonly graceMs: number;
  readonly log: Log;
  /** The destination of the spans of jobs; without it they have no spans. */
  readonly tracing?: Tracing | undefined;
  readonly onRun?: (ran: Ran) => void;
}

export interface Runner {
  /** Takes no more jobs; resolves when the running jobs have finished or returned to the queue. */
  stop(): Promise<void>;
}

/** The interval at which a free worker polls for jobs, and at which workers look for dead workers, in milliseconds. */
const POLL_MS = 1000;
const DAY_MS = 86_400_000;

export function startRunner<Dependencies extends object>(options: RunnerOptions<Dependencies>): Runner {
  const stopping = new AbortController();
  const ended = keepRunning(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

async function keepRunning<Dependencies extends object>(
  options: RunnerOptions<Dependencies>,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    try {
      await runOnce(options, stopping);
    } catch (error) {
      options.log.error({ err: error }, 'The worker stopped.');
    }
    if (!stopping.aborted) await pause(POLL_MS, undefined, { signal: stopping }).catch(() => {});
  }
}

/** Runs jobs until `stopping` is aborted or the heartbeat is lost. */
async function runOnce<Dependencies extends object>(
  options: RunnerOptions<Dependencies>,
  stopping: AbortSignal,
): Promise<void> {
  const { url, log } = options;
  const heartbeat = await beginHeartbeat(url);
  const lost = new AbortController();
  void heartbeat.lost.then(() =>
    lost.abort(new Error('The worker lost its connection, and other workers may take it for dead.')),
  );
  let nudge = () => {};
  const looking = setInterval(() => {
    void buryAll(options).then((dead) => dead > 0 && nudge(), noop);
  }, POLL_MS);
  try {
    const runner = await startQueue(options, { heartbeat, lost: lost.signal, onNudge: (wake) => (nudge = wake) });
    try {
      log.info(`Running jobs, ${options.concurrency} at a time.`);
      await Promise.race([runner.promise, aborted(lost.signal), aborted(stopping)]);
      if (lost.signal.aborted) throw lost.signal.reason;
    } finally {
      await runner.stop().catch(noop);
    }
  } finally {
    clearInterval(looking);
    await heartbeat.end();
    await buryAll(options).catch(noop);
  }
}

/** Buries dead workers: returns or ends the jobs that died with them. @returns the number of dead workers. */
async function buryAll<Dependencies extends object>({
  pool,
  jobs,
  dependencies,
  log,
}: RunnerOptions<Dependencies>): Promise<number> {
  const { dead, lastTries } = await buryDead(pool);
  for (const { id, job: name, envelope } of lastTries) {
    const job = jobs.find((each) => each.name === name);
    const about = { err: new Error('Its worker died.'), job: name, id };
    if (job) await bury(job, envelope.payload ?? {}, { dependencies, log, about });
  }
  return dead;
}

interface QueueStart {
  readonly heartbeat: WorkerHeartbeat;
  readonly lost: AbortSignal;
  /** Gets a function that makes the queue look for jobs at once. */
  readonly onNudge: (wake: () => void) => void;
}

async function startQueue<Dependencies extends object>(
  options: RunnerOptions<Dependencies>,
  { heartbeat, lost, onNudge }: QueueStart,
) {
  const { Logger, parseCronItems, run } = await queuePackage();
  const { pool, jobs, concurrency, log, graceMs } = options;
  let listed: Promise<void> | undefined;
  const plugin: GraphileConfig.Plugin = {
    name: 'HotpathHeartbeat',
    version: '1.0.0',
    worker: {
      hooks: {
        // The queue awaits this hook before it takes the first job. A worker that is not on the list must take no job.
        async startWorker(_context, { worker: { workerPool } }) {
          onNudge(() => workerPool.nudge(concurrency));
          listed ??= enlist(pool, heartbeat, workerPool.id);
          await listed.catch(() => heartbeat.end());
        },
      },
    },
  };
  const taskList: TaskList = Object.fromEntries(jobs.map((job) => [job.name, taskOf(job, options, lost)]));
  return run({
    pgPool: pool,
    taskList,
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

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

function noop(): void {}
