/** The state of the queue, read when metrics are requested, and the duration of jobs in this process. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { Gauge, Histogram } from 'prom-client';
import { Ledger, withLedger } from '../../../budget/ledger.ts';
import { type QueueState, queueState } from '../../../jobs/dead-letters.ts';
import type { Ran } from '../../../jobs/task.ts';

/** All metrics of one request come from one statement. */
const KEPT_MS = 500;

/** Every process sees the same queue. While the database is away, the last values remain. */
export function publishQueue(app: FastifyInstance, pool: pg.Pool): void {
  const state = recentState(app, pool);
  const common = { registers: [app.metrics], aggregator: 'max' as const };
  new Gauge({
    ...common,
    name: 'hotpath_queue_depth',
    help: 'Jobs that could run now.',
    labelNames: ['task'],
    async collect() {
      const { depth } = await state();
      this.reset();
      for (const [task, jobs] of Object.entries(depth)) this.set({ task }, jobs);
    },
  });
  new Gauge({
    ...common,
    name: 'hotpath_queue_oldest_seconds',
    help: 'How long the oldest of the jobs that could run now has waited.',
    async collect() {
      this.set((await state()).oldestSeconds);
    },
  });
  new Gauge({
    ...common,
    name: 'hotpath_queue_dead',
    help: 'Jobs that have used up their tries.',
    async collect() {
      this.set((await state()).dead);
    },
  });
}

function recentState({ log }: FastifyInstance, pool: pg.Pool): () => Promise<QueueState> {
  let last: QueueState = { depth: {}, oldestSeconds: 0, dead: 0 };
  let latest: Promise<QueueState> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  const ask = async () => {
    // The statement does not belong to the request for metrics.
    last = await withLedger(new Ledger(), () => queueState(pool));
    return last;
  };
  return () => {
    if (!latest || performance.now() - askedAt > KEPT_MS) {
      askedAt = performance.now();
      latest = ask().catch((error) => {
        log.warn({ err: error }, 'The state of the queue cannot be read.');
        return last;
      });
    }
    return latest;
  };
}

/** From a few milliseconds to half an hour. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/** @returns a function that records each run. */
export function observeJobs(app: FastifyInstance): (ran: Ran) => void {
  const duration = new Histogram({
    name: 'hotpath_job_duration_seconds',
    help: 'How long a try of a job took.',
    labelNames: ['task', 'outcome'],
    buckets: BUCKETS,
    registers: [app.metrics],
  });
  return ({ job, outcome, seconds }) => duration.observe({ task: job, outcome }, seconds);
}
