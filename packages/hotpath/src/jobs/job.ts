/**
 * A job: work that a request leaves for later, or that a schedule starts. It is declared once, as data with a function,
 * and runs in the worker that takes it first.
 *
 * A job runs at least once: a worker may be killed after the work and before the queue records it. So a second run must
 * have the same effect as one. For effects that would repeat, use `once()`.
 */

/** The context of a run. */
export interface Run {
  /** Aborted when the job exceeds its time limit, and when its worker stops. */
  readonly signal: AbortSignal;
  /** 1 at the first try. */
  readonly attempt: number;
  /** The log of the worker, whose lines name the job and its trace. */
  readonly log: Log;
}

export interface Job<Dependencies, Payload> {
  /** Its name in the queue, in spans and metrics: `orders.confirm`. */
  readonly name: string;
  /**
   * The number of tries until the job is dead. Between them are 3 s, 7 s, 20 s, 55 s, 2.5 min, 7 min, 18 min, 50 min,
   * 2.3 h, then 6 h each.
   */
  readonly attempts: number;
  /** The time limit of a try, in milliseconds. */
  readonly timeoutMs: number;
  /** Jobs with a lower number run first; 0 without it. */
  readonly priority?: number;
  /**
   * The schedule of a periodic job: five fields of a crontab, in UTC. A worker that starts makes up for a missed run.
   */
  readonly schedule?: string;
  /** Does the work once; may run again. */
  run(payload: Payload, dependencies: Dependencies & Run): Promise<void>;
  /** Called when no try is left. */
  dead?(payload: Payload, dependencies: Dependencies): Promise<void>;
}

/** The part of pino that the runner needs. */
export interface Log {
  /** A log whose lines contain these fields, too; without it, lines do not name their job. */
  child?(about: object): Log;
  debug(about: object, line: string): void;
  info(line: string): void;
  warn(about: object, line: string): void;
  error(about: object, line: string): void;
}

/** A job with any payload. */
// biome-ignore lint/suspicious/noExplicitAny: a job takes its own payload and no other, which a list of jobs cannot say
export type AnyJob<Dependencies> = Job<Dependencies, any>;

/** A `job()` for a team's own dependencies: the objects that its jobs work with. */
export const jobs =
  <Dependencies>() =>
  <Payload = unknown>(job: Job<Dependencies, Payload>): Job<Dependencies, Payload> =>
    Object.freeze(job);
