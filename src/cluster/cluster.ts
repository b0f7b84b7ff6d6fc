/**
 * Several processes behind one port. The primary holds the port and starts the workers; it answers no request. The primary
 * replaces a worker that dies. It waits longer each time a worker dies young. After five young deaths in a row the service
 * ends with exit code 1, because the next worker would die, too. The first worker must listen before the others start, so
 * that a fault of all workers is reported once. SIGHUP replaces all workers one after the other
 * (`cluster/rolling-restart.ts`).
 *
 * A terminal or a service manager may signal the whole process group. So a worker treats a signal and the primary's message
 * alike, and ignores repetitions. Only the primary kills: at the second signal, or when a worker has not ended by the
 * shutdown timeout.
 *
 * The workers accept connections from one socket that they share. Until a worker accepts a connection, it waits in the queue
 * of the operating system and belongs to no process. So a worker that stops listening, or is killed, loses no waiting
 * connection. With Node.js's default (`SCHED_RR`) the primary accepts connections and passes them on: clients whose
 * connections are on their way to a killed worker would wait forever.
 */
import cluster, { type Worker } from 'node:cluster';
import { gatherMetrics } from 'hotpath/operations';
import type { Logger } from 'pino';
import { type Config, environment } from '../config/config.ts';
import { openLogger } from '../plugins/logger/logger.ts';
import { heapShare, SMALLEST_HEAP_MB } from './heap.ts';
import { type Order, SIGNALS } from './orders.ts';
import { RollingRestart } from './rolling-restart.ts';

/** A worker that served for less than this time died young. */
const YOUNG_MS = 5000;
const YOUNG_DEATHS = 5;
const FIRST_DELAY_MS = 100;
/** The time after which the primary tries again to start a process, if the system could not. */
const FORK_AGAIN_MS = 2000;
/** The time between a worker's own timeouts and its killing by the primary. */
const GRACE_MS = 1000;

/** In the primary: serves with workers until the service must stop or cannot go on. Ends the process. */
export function superviseWorkers(config: Config): void {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const log = openLogger(config);
  shareHeap(config.workers, log);
  const supervisor = new Supervisor(config, log);
  gatherMetrics();
  cluster.on('listening', (worker) => supervisor.admit(worker));
  cluster.on('exit', (worker, code, signal) => supervisor.bury(worker, signal ?? code));
  for (const signal of SIGNALS) process.on(signal, () => supervisor.stop(signal));
  process.on('SIGHUP', () => supervisor.restart());
  supervisor.start();
}

/** Each worker gets a share of the heap that Node.js would give to one process in this container. */
function shareHeap(workers: number, log: Logger): void {
  const nodeOptions = [...process.execArgv, environment['NODE_OPTIONS'] ?? ''].join(' ');
  const share = heapShare({ workers, limitBytes: process.constrainedMemory(), nodeOptions });
  if (!share) return;
  if (share.megabytes < SMALLEST_HEAP_MB) {
    log.warn(`Each of ${workers} workers gets a heap of ${share.megabytes} MB: give the container 512 MB a worker.`);
  }
  cluster.setupPrimary({ execArgv: [...process.execArgv, ...share.execArgv] });
}

class Supervisor {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #restart: RollingRestart;
  readonly #servesSince = new WeakMap<Worker, number>();
  /** The primary kills a stopping worker after this time. */
  readonly #patienceMs: number;
  #served = false;
  #youngDeaths = 0;
  /** The exit code of the process, once the process is ending. */
  #exitCode: number | undefined;

  constructor(config: Config, log: Logger) {
    this.#config = config;
    this.#log = log;
    this.#patienceMs = config.http.shutdownDelayMs + config.http.shutdownTimeoutMs + GRACE_MS;
    this.#restart = new RollingRestart({
      log: this.#log,
      patienceMs: this.#patienceMs,
      isEnding: () => this.#exitCode !== undefined,
      serving: () => livingWorkers().filter((worker) => this.#servesSince.has(worker)),
      start: () => this.start(),
      fork: () => this.#fork(),
    });
  }

  start(workers = 1): void {
    for (let n = 0; n < workers; n += 1) this.#fork();
  }

  /** An error without a listener would end the primary, and all workers with it. */
  #fork(): Worker | undefined {
    try {
      const worker = cluster.fork();
      return worker.on('error', (error: Error) => this.#onError(error, worker));
    } catch (error) {
      // Some errors of the system are thrown, such as a lack of memory.
      this.#onError(error as Error);
      return undefined;
    }
  }

  /** Records a worker that listens. After the first one, the others start. */
  admit(worker: Worker): void {
    this.#servesSince.set(worker, performance.now());
    if (!this.#served) this.start(this.#config.workers - 1);
    this.#served = true;
  }

  stop(signal: NodeJS.Signals): void {
    this.#log.info(`${signal}: ${livingWorkers().length} workers finish the requests in flight.`);
    this.#end(0);
  }

  restart(): void {
    if (this.#exitCode === undefined) this.#restart.ask();
  }

  /**
   * Handles a worker that could not be started, for which no `exit` comes. A failed message to a dying worker needs nothing: its
   * `exit` follows.
   */
  #onError(error: Error, worker?: Worker): void {
    if (worker?.process.pid !== undefined) return;
    this.#log.error({ err: error }, 'A worker could not be started.');
    if (this.#exitCode !== undefined || (worker ? this.#restart.concerns(worker) : this.#restart.isForking)) return;
    if (this.#served) setTimeout(() => this.#exitCode ?? this.start(), FORK_AGAIN_MS);
    else process.exit(1);
  }

  /** @param cause the signal or the exit code that ended it. */
  bury(worker: Worker, cause: string | number): void {
    if (this.#exitCode !== undefined) {
      if (cause !== 0) this.#exitCode = 1;
      this.#exitIfAlone();
    } else if (this.#restart.concerns(worker)) return;
    else if (this.#served) this.#replace(worker, cause);
    else process.exit(1);
  }

  #replace(worker: Worker, cause: string | number): void {
    const since = this.#servesSince.get(worker);
    const isYoung = since === undefined || performance.now() - since < YOUNG_MS;
    this.#youngDeaths = isYoung ? this.#youngDeaths + 1 : 0;
    if (this.#youngDeaths < YOUNG_DEATHS) this.#startAgain(worker, cause);
    else this.#giveUp();
  }

  #giveUp(): void {
    this.#log.fatal(
      `${YOUNG_DEATHS} workers in a row ended before they had served for ${YOUNG_MS / 1000} s; giving up.`,
    );
    this.#end(1);
  }

  #startAgain(worker: Worker, cause: string | number): void {
    const wait = this.#youngDeaths === 0 ? 0 : FIRST_DELAY_MS * 2 ** (this.#youngDeaths - 1);
    this.#log.warn(`Worker ${worker.process.pid} ended (${cause}); another starts in ${wait} ms.`);
    setTimeout(() => this.#exitCode ?? this.start(), wait);
  }

  #end(exitCode: number): void {
    if (this.#exitCode === undefined) this.#drain(exitCode);
    else killWorkers();
  }

  #drain(exitCode: number): void {
    this.#exitCode = exitCode;
    for (const worker of livingWorkers()) if (worker.isConnected()) worker.send('drain' satisfies Order);
    setTimeout(killWorkers, this.#patienceMs);
    this.#exitIfAlone();
  }

  #exitIfAlone(): void {
    if (livingWorkers().length === 0) process.exit(this.#exitCode);
  }
}

const livingWorkers = (): Worker[] =>
  Object.values(cluster.workers ?? {}).filter(
    (worker): worker is Worker => worker?.isDead() === false && worker.process.pid !== undefined,
  );

function killWorkers(): void {
  for (const worker of livingWorkers()) worker.process.kill('SIGKILL');
}
