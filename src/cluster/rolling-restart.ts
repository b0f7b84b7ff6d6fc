/**
 * The rolling restart: SIGHUP replaces every worker by a new process, one after the other. A worker leaves after its
 * successor listens, and the primary replaces the next one after this one has ended. So at most one process more than
 * `WORKERS` runs. If a successor cannot start, the restart ends and the remaining workers go on.
 */
import type { Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Order } from './orders.ts';

export interface RollingRestartOptions {
  readonly log: Logger;
  /** The primary kills a leaving worker after this time, in milliseconds. */
  readonly patienceMs: number;
  /** Whether the service is ending. Then the primary replaces no worker. */
  isEnding(): boolean;
  /** The workers that listen. */
  serving(): Worker[];
  /** Starts a worker to replace one that died. */
  start(): void;
  /** Starts a worker to replace one that serves; undefined if the system cannot. */
  fork(): Worker | undefined;
}

/** The restart gives up on a successor that does not listen by then. */
const START_MS = 60_000;

export class RollingRestart {
  readonly #options: RollingRestartOptions;
  #isRunning = false;
  #isForking = false;
  #isWantedAgain = false;
  #leaving: Worker | undefined;
  #successor: Worker | undefined;

  constructor(options: RollingRestartOptions) {
    this.#options = options;
  }

  /** Begins a restart. A SIGHUP during a restart begins another one after it. */
  ask(): void {
    this.#isWantedAgain = true;
    if (!this.#isRunning) void this.#run();
  }

  /** Whether this restart is starting a worker, and so handles its failure. */
  get isForking(): boolean {
    return this.#isForking;
  }

  /** Whether this restart handles the end of a worker. */
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
      // The primary has already replaced a worker that died meanwhile.
      if (!worker.isDead() && !(await this.#replace(worker))) return;
    }
    if (!isEnding()) log.info('All workers are replaced.');
  }

  /** @returns whether a successor now serves. */
  async #replace(worker: Worker): Promise<boolean> {
    this.#leaving = worker;
    this.#isForking = true;
    this.#successor = this.#options.fork();
    this.#isForking = false;
    const serves = this.#successor !== undefined && (await listens(this.#successor));
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

/** Whether a started worker comes to listen. The restart kills a worker that takes too long. */
async function listens(worker: Worker): Promise<boolean> {
  const settled = new AbortController();
  const { signal } = settled;
  const outcomes = [
    // It rejects with the error of a process that could not be started.
    once(worker, 'listening', { signal }).then(
      () => true,
      () => false,
    ),
    once(worker, 'exit', { signal }).then(() => false),
    pause(START_MS, false, { signal }),
  ];
  for (const outcome of outcomes) outcome.catch(() => {});
  const isListening = await Promise.race(outcomes);
  settled.abort();
  if (isListening || worker.isDead() || worker.process.pid === undefined) return isListening;
  const ended = once(worker, 'exit');
  worker.process.kill('SIGKILL');
  await ended;
  return false;
}
