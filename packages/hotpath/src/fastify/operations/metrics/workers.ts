/**
 * Metrics of several processes behind one port: each of them can answer for all. A worker asks the primary, the primary
 * asks every worker, and the sum contains every reply that arrives within a second.
 */
import cluster, { type Worker } from 'node:cluster';
import type { Registry } from 'prom-client';
import { metricsIn, type PublishedMetric } from '../../../telemetry/metrics/prom-client-internals.ts';

/** The time limit for the reply of a worker, in milliseconds. */
const PATIENCE_MS = 1000;

/** From a worker that needs all metrics, to each worker, back, and to the worker that needs them. */
type Message =
  | { readonly metrics: 'wanted'; readonly id: number }
  | { readonly metrics: 'asked'; readonly id: number }
  | { readonly metrics: 'answered'; readonly id: number; readonly of: PublishedMetric[] }
  | { readonly metrics: 'gathered'; readonly id: number; readonly of: PublishedMetric[][] };

const isMessage = (message: unknown): message is Message =>
  typeof message === 'object' && message !== null && 'metrics' in message;

export interface Metrics {
  /** The metrics of each process. */
  all(): Promise<PublishedMetric[][]>;
  close(): void;
}

/** In a process that serves. */
export function metricsOfAll(registry: Registry): Metrics {
  if (!cluster.isWorker) return { all: async () => [await metricsIn(registry)], close() {} };
  const waiting = new Map<number, (all: PublishedMetric[][]) => void>();
  let last = 0;
  const onMessage = async (message: unknown) => {
    if (!isMessage(message)) return;
    if (message.metrics === 'gathered') waiting.get(message.id)?.(message.of);
    if (message.metrics === 'asked') say({ metrics: 'answered', id: message.id, of: await metricsIn(registry) });
  };
  process.on('message', onMessage);
  return {
    all() {
      last += 1;
      const id = last;
      const { promise, resolve } = Promise.withResolvers<PublishedMetric[][]>();
      waiting.set(id, resolve);
      say({ metrics: 'wanted', id });
      return promise.finally(() => waiting.delete(id));
    },
    close: () => void process.off('message', onMessage),
  };
}

/** A primary that has died receives nothing; its workers end soon. */
const say = (message: Message): void => void (process.connected && process.send!(message));

/** For the primary: gathers the metrics of all workers. */
export function gatherMetrics(): void {
  let last = 0;
  cluster.on('message', async (worker: Worker, message: unknown) => {
    if (!isMessage(message) || message.metrics !== 'wanted') return;
    last += 1;
    const of = await askAll(last);
    if (worker.isConnected()) worker.send({ metrics: 'gathered', id: message.id, of } satisfies Message);
  });
}

function askAll(id: number): Promise<PublishedMetric[][]> {
  const { promise, resolve } = Promise.withResolvers<PublishedMetric[][]>();
  const asked = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected());
  const answers: PublishedMetric[][] = [];
  const onAnswer = (_worker: Worker, message: unknown) => {
    if (!isMessage(message) || message.metrics !== 'answered' || message.id !== id) return;
    answers.push(message.of);
    if (answers.length === asked.length) resolve(answers);
  };
  cluster.on('message', onAnswer);
  const timer = setTimeout(() => resolve(answers), PATIENCE_MS);
  for (const worker of asked) worker!.send({ metrics: 'asked', id } satisfies Message);
  return promise.finally(() => {
    clearTimeout(timer);
    cluster.off('message', onAnswer);
  });
}
