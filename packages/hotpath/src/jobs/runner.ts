/**
 * The runner: takes jobs from the queue and runs a bounded number at once, as long as the process lives. The queue
 * itself is graphile-worker's (`worker-queue.ts`). The runner adds a heartbeat that other workers can see, and a stop
 * that loses no job.
 *
 * A runner that has lost its heartbeat (`worker-heartbeat.ts`), or whose queue has stopped because the database was
 * away, stops its jobs and starts again, under another name in the queue.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { bury } from './task.ts';
import { beginHeartbeat, buryDead } from './worker-heartbeat.ts';
import { openWorkerQueue, POLL_MS, type WorkerQueue, type WorkerQueueOptions } from './worker-queue.ts';

export interface RunnerOptions<Dependencies> extends WorkerQueueOptions<Dependencies> {
  /** The URL of the database, for the connection of its heartbeat. */
  readonly url: string;
}

export interface Runner {
  /** Takes no more jobs; resolves when the running jobs have finished or returned to the queue. */
  stop(): Promise<void>;
}

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

/** Runs jobs until `stopping` is aborted, the heartbeat is lost or the queue stops by itself. */
async function runOnce<Dependencies extends object>(
  options: RunnerOptions<Dependencies>,
  stopping: AbortSignal,
): Promise<void> {
  const heartbeat = await beginHeartbeat(options.url);
  const lost = new AbortController();
  void heartbeat.lost.then(() =>
    lost.abort(new Error('The worker lost its connection, and other workers may take it for dead.')),
  );
  let queue: WorkerQueue | undefined;
  let isTaking = true;
  const burying = setInterval(() => {
    const nudge = (dead: number) => dead > 0 && isTaking && queue?.nudge();
    // The queue of graphile-worker throws at a nudge while it stops by itself.
    void buryAll(options).then(nudge).catch(noop);
  }, POLL_MS);
  try {
    queue = await openWorkerQueue(options, heartbeat, lost.signal);
    options.log.info(`Running jobs, ${options.concurrency} at a time.`);
    await Promise.race([queue.stopped, aborted(lost.signal), aborted(stopping)]);
    if (lost.signal.aborted) throw lost.signal.reason;
  } finally {
    isTaking = false;
    await queue?.end();
    clearInterval(burying);
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

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

function noop(): void {}
