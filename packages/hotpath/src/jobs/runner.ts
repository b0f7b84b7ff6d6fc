/**
 * The runner: takes jobs from the queue and runs so many at a time, for as long as the process lives. The queue itself is
 * graphile-worker's; here is what it needs to be left alone with: a life that others can see, an end that loses nothing,
 * and a new start where the database was away.
 *
 * A runner that has lost its life (see `life.ts`) stops its jobs and begins another one, under another name in the queue.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { LogFunctionFactory, TaskList } from 'graphile-worker';
import type pg from 'pg';
import type { Tracing } from '../telemetry/tracing.ts';
import type { AnyJob, Log } from './job.ts';
import { beginLife, buryDead, enlist, type Life } from './life.ts';
import { queuePackage } from './schema.ts';
import { bury, type Ran, taskOf } from './task.ts';

export interface RunnerOptions<Means> {
  /** The database, for the connection that a runner lives by. */
  readonly url: string;
  /** Connections for the queue: at least two; as many as jobs run at a time are never waited for. */
  readonly pool: pg.Pool;
  readonly jobs: readonly AnyJob<Means>[];
  /** What jobs work with. */
  readonly means: Means;
  /** Jobs that run at a time. */
  readonly concurrency: number;
  /** How long jobs may go on once the runner is told to stop. Then they return to the queue. */
  readonly graceMs: number;
  readonly log: Log;
  /** Where the spans of jobs go; without it they have none. */
  readonly tracing?: Tracing | undefined;
  readonly onRun?: (ran: Ran) => void;
}

export interface Runner {
  /** Takes no more jobs; resolves when those that run have finished or returned to the queue. */
  stop(): Promise<void>;
}

/** How often each that could take a job looks for one, and how often the dead are looked for. */
const LOOK_MS = 1000;
const DAY_MS = 86_400_000;

export function startRunner<Means extends object>(options: RunnerOptions<Means>): Runner {
  const stopping = new AbortController();
  const ended = keepRunning(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

async function keepRunning<Means extends object>(options: RunnerOptions<Means>, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      await liveOnce(options, stopping);
    } catch (error) {
      options.log.error({ err: error }, 'The worker stopped.');
    }
    if (!stopping.aborted) await pause(LOOK_MS, undefined, { signal: stopping }).catch(() => {});
  }
}

/** Runs jobs until it is told to stop, or its life is lost. */
async function liveOnce<Means extends object>(options: RunnerOptions<Means>, stopping: AbortSignal): Promise<void> {
  const { url, log } = options;
  const life = await beginLife(url);
  const lost = new AbortController();
  void life.lost.then(() => lost.abort(new Error('The worker lost its connection, and may be taken for dead.')));
  let nudge = () => {};
  const looking = setInterval(() => {
    void buryAll(options).then((dead) => dead > 0 && nudge(), noop);
  }, LOOK_MS);
  try {
    const runner = await startQueue(options, { life, lost: lost.signal, onNudge: (wake) => (nudge = wake) });
    try {
      log.info(`Running jobs, ${options.concurrency} at a time.`);
      await Promise.race([runner.promise, aborted(lost.signal), aborted(stopping)]);
      if (lost.signal.aborted) throw lost.signal.reason;
    } finally {
      await runner.stop().catch(noop);
    }
  } finally {
    clearInterval(looking);
    await life.end();
    await buryAll(options).catch(noop);
  }
}

/** Buries dead workers, and the jobs that died with them. @returns how many workers. */
async function buryAll<Means extends object>({ pool, jobs, means, log }: RunnerOptions<Means>): Promise<number> {
  const { dead, lastTries } = await buryDead(pool);
  for (const { id, job: name, envelope } of lastTries) {
    const job = jobs.find((each) => each.name === name);
    const about = { err: new Error('Its worker died.'), job: name, id };
    if (job) await bury(job, envelope.payload ?? {}, { means, log, about });
  }
  return dead;
}

interface Birth {
  readonly life: Life;
  readonly lost: AbortSignal;
  /** Takes what makes the queue look for jobs at once. */
  readonly onNudge: (wake: () => void) => void;
}

async function startQueue<Means extends object>(options: RunnerOptions<Means>, { life, lost, onNudge }: Birth) {
  const { Logger, parseCronItems, run } = await queuePackage();
  const { pool, jobs, concurrency, log, graceMs } = options;
  let listed: Promise<void> | undefined;
  const plugin: GraphileConfig.Plugin = {
    name: 'HotpathLife',
    version: '1.0.0',
    worker: {
      hooks: {
        // Waited for before the first job is taken. Who cannot be listed must not take any.
        async startWorker(_context, { worker: { workerPool } }) {
          onNudge(() => workerPool.nudge(concurrency));
          listed ??= enlist(pool, life, workerPool.id);
          await listed.catch(() => life.end());
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
    pollInterval: LOOK_MS,
    noHandleSignals: true,
    // They would not outlive a transaction behind some poolers, and a job is no hot path.
    noPreparedStatements: true,
    gracefulShutdownAbortTimeout: graceMs,
    logger: new Logger(logTo(log)),
    // Batches are waited for at the end, so that what is done is also known to be done.
    preset: { plugins: [plugin], worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
}

/** Runs that were missed come once, however many they were: a job looks at what is there, not at what it is called for. */
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

/** What the queue has to say of each job is said by `task.ts`. */
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
