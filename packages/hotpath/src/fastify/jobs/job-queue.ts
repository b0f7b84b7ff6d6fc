/**
 * Jobs in a process: the runner that runs them, if this process runs jobs. A process that only enqueues makes sure that
 * the queue exists.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import type pg from 'pg';
import type { AnyJob } from '../../jobs/job.ts';
import { type Runner, startRunner } from '../../jobs/runner.ts';
import { ensureQueue, nameJobs, upgradeQueue } from '../../jobs/schema.ts';
import type { Ran } from '../../jobs/task.ts';
import { portOf } from '../../observation/port-of.ts';
import { READ_ONLY, sqlstateOf } from '../../session/error-codes.ts';
import { SessionPool } from '../../session/session-pool.ts';
import { SessionSettingsError } from '../../session/settings.ts';
import { closeIfSilent } from '../../session/silent-connection.ts';
import type { Tracing } from '../../telemetry/tracing.ts';
import { observeJobs, publishQueue } from '../operations/metrics/queue.ts';
import { housekeeping } from './housekeeping.ts';

/** How this process runs jobs. */
export interface RunOptions<Dependencies> {
  /** The objects that jobs work with. */
  readonly dependencies: Dependencies;
  /** The number of jobs that run at once. */
  readonly concurrency: number;
  /** How long jobs may go on after the process is signalled to stop, in milliseconds. Then they return to the queue. */
  readonly graceMs: number;
  /** The time limit of a statement of the queue, in milliseconds; no limit without it. */
  readonly statementTimeoutMs?: number;
  /** The destination of the spans of jobs; without it they have no spans. */
  readonly tracing?: Tracing | undefined;
}

export interface JobQueueOptions<Dependencies> {
  /** The pool of the service. */
  readonly pool: pg.Pool;
  /** The URL of the database, for connections that the queue keeps. */
  readonly url: string;
  /** The jobs of the service. */
  readonly jobs: readonly AnyJob<Dependencies>[];
  /** How this process runs jobs; without it this process only enqueues jobs. */
  readonly run?: RunOptions<Dependencies>;
}

/** The dependencies of housekeeping, which every service has. */
type LeastMeans = { readonly pool: pg.Pool };

/** The plugin of a service's jobs. */
export const jobQueue = <Dependencies extends LeastMeans>(options: JobQueueOptions<Dependencies>): FastifyPluginAsync =>
  fp(async (app) => (options.run ? runJobs(app, options, options.run) : enqueueOnly(app, options)), {
    name: 'hotpath-job-queue',
  });

function enqueueOnly<Dependencies>(
  app: FastifyInstance,
  { pool, url, jobs: declared }: JobQueueOptions<Dependencies>,
): void {
  if (app.hasDecorator('metrics')) publishQueue(app, pool);
  onceSettled(app, async () => {
    await ensureQueue(pool, url);
    await nameJobs(pool, namesOf(declared));
  });
}

const namesOf = (declared: readonly { readonly name: string }[]): string[] => declared.map(({ name }) => name);

function runJobs<Dependencies extends LeastMeans>(
  app: FastifyInstance,
  options: JobQueueOptions<Dependencies>,
  run: RunOptions<Dependencies>,
): void {
  const { url, jobs: declared } = options;
  const hasMetrics = app.hasDecorator('metrics');
  if (hasMetrics) publishQueue(app, options.pool);
  let runner: Runner | undefined;
  const pool = openQueuePool(app, url, run);
  onceSettled(app, async () => {
    await upgradeQueue(url);
    await nameJobs(pool, namesOf(declared));
    runner = startRunner<Dependencies>({
      url,
      pool,
      jobs: [...declared, housekeeping],
      dependencies: run.dependencies,
      concurrency: run.concurrency,
      graceMs: run.graceMs,
      log: app.log,
      tracing: run.tracing,
      onRun: reportRun(app, hasMetrics ? observeJobs(app) : undefined),
    });
  });
  app.addHook('preClose', async () => {
    await runner?.stop();
    await pool.end();
  });
}

/** Reports each run to the observer. @param measure counts the run for the metrics. */
function reportRun(app: FastifyInstance, measure: ((ran: Ran) => void) | undefined): (ran: Ran) => void {
  const port = portOf(app);
  return (ran) => {
    measure?.(ran);
    const { job, outcome, seconds } = ran;
    port.observer?.observe({ kind: 'job', job, outcome, at: Date.now(), ms: seconds * 1000 });
  };
}

const AGAIN_MS = 1000;

/**
 * Runs `prepare` before the process listens. If it fails because of the settings of the database's sessions, or because
 * the database takes no writes, `/readyz` shows the failure; the process listens, and tries again until it succeeds.
 */
function onceSettled(app: FastifyInstance, prepare: () => Promise<void>): void {
  const closing = new AbortController();
  let preparing: Promise<void> | undefined;
  const prepareLater = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await pause(AGAIN_MS, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) return;
      const error = await prepare().catch((failure: unknown) => failure);
      if (!error) return;
      app.log.error({ err: error }, 'The queue of jobs could not be prepared.');
    }
  };
  app.addHook('onReady', async () => {
    try {
      await prepare();
    } catch (error) {
      if (!(error instanceof SessionSettingsError) && sqlstateOf(error) !== READ_ONLY) throw error;
      preparing = prepareLater();
    }
  });
  app.addHook('preClose', async () => {
    closing.abort();
    await preparing;
  });
}

const IDLE_MS = 30_000;
/** How long the queue waits for a connection. */
const CONNECT_MS = 10_000;
const KEEP_ALIVE_MS = 5000;
/** How long a statement of the queue may take if `statementTimeoutMs` is not set. */
const STATEMENT_MS = 30_000;

/** A pool of the queue's own, so that the queue can take and finish jobs while other jobs wait for a connection. */
function openQueuePool<Dependencies>({ log }: FastifyInstance, url: string, run: RunOptions<Dependencies>): pg.Pool {
  const statementMs = run.statementTimeoutMs || STATEMENT_MS;
  const pool = new SessionPool({
    connectionString: url,
    application_name: 'hotpath queue',
    max: Math.max(2, run.concurrency),
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: statementMs,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  });
  const lost = (error: Error) => log.warn({ err: error }, 'A connection of the queue was lost.');
  pool.on('error', lost);
  pool.on('connect', (client) => {
    client.on('error', lost);
    // The server's machine may have vanished, and then nothing else ends the wait for an answer.
    closeIfSilent(client, statementMs + CONNECT_MS);
  });
  return pool;
}
