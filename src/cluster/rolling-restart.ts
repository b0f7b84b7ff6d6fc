/**
 * The rolling restart: every worker is replaced by a new process, one after the other, on SIGHUP. A worker is told to
 * leave when its successor listens, and the next one is replaced when it has ended, so there is one process more than
 * `WORKERS` at the most. A successor that cannot start ends the restart, and the workers that are left go on.
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Order } from './orders.ts';

export interface RollingRestartOptions {
  readonly log: Logger;
  /** When a worker that was told to leave is killed, in milliseconds. */
  readonly patienceMs: number;
  /** Whether the service is ending, so that no worker is to be replaced. */
  isEnding(): boolean;
  /** The workers that listen. */
  serving(): Worker[];
  /** Starts a worker in place of one that died. */
  start(): void;
}

/** A worker that does not listen by then is given up. */
const START_MS = 60_000;

export class RollingRestart {
  readonly #options: RollingRestartOptions;
  #isRunning = false;
  #isWantedAgain = false;
  #leaving: Worker | undefined;
  #successor: Worker | undefined;

  constructor(options: RollingRestartOptions) {
    this.#options = options;
  }

  /** Begins a restart; one that is asked for meanwhile follows it. */
  ask(): void {
    this.#isWantedAgain = true;
    if (!this.#isRunning) void this.#run();
  }

  /** Whether the end of a worker is this restart's to deal with. */
  concerns(worker: Worker): boolean {
    return worker === this.#leaving || worker === this.#successor;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isWantedAgain) {
      this.#isWantedAgain = false;
      await this.#replaceAll(this.#options.serving());
    }
    this.#isRunning = false;
  }

  async #replaceAll(workers: readonly Worker[]): Promise<void> {
    const { log, isEnding } = this.#options;
    log.info(`SIGHUP: ${workers.length} workers are replaced, one after the other.`);
    for (const worker of workers) {
      if (isEnding()) return;
      // One that has died meanwhile is replaced already.
      if (!worker.isDead() && !(await this.#replace(worker))) return;
    }
    if (!isEnding()) log.info('All workers are replaced.');
  }

  /** @returns whether a successor serves in its place. */
  async #replace(worker: Worker): Promise<boolean> {
    this.#leaving = worker;
    this.#successor = cluster.fork();
    const serves = await listens(this.#successor);
    this.#successor = undefined;
    if (serves) await this.#retire(worker);
    else this.#giveUp(worker);
    this.#leaving = undefined;
    return serves;
  }

  async #retire(worker: Worker): Promise<void> {
    if (worker.isDead()) return;
    const killing = setTimeout(() => worker.process.kill('SIGKILL'), this.#options.patienceMs);
    if (worker.isConnected()) worker.send('retire' satisfies Order);
    await once(worker, 'exit');
    clearTimeout(killing);
  }

  #giveUp(worker: Worker): void {
    const { isEnding, log, start } = this.#options;
    if (isEnding()) return;
    log.error('A new worker did not start, so the restart ends; the others go on.');
    if (worker.isDead()) start();
  }
}

/** Whether a worker that was started comes to listen. One that takes too long is killed. */
async function listens(worker: Worker): Promise<boolean> {
  const settled = new AbortController();
  const { signal } = settled;
  const outcomes = [
    once(worker, 'listening', { signal }).then(() => true),
    once(worker, 'exit', { signal }).then(() => false),
    pause(START_MS, false, { signal }),
  ];
  for (const outcome of outcomes) outcome.catch(() => {});
  const isListening = await Promise.race(outcomes);
  settled.abort();
  if (isListening || worker.isDead()) return isListening;
  const ended = once(worker, 'exit');
  worker.process.kill('SIGKILL');
  await ended;
  return false;
}
