/**
 * A job: work that a request leaves behind, or that a schedule asks for. It is declared once, as data with a function,
 * and runs in whichever worker finds it first.
 *
 * A job runs at least once: a worker may be killed after the work and before the queue knows. So whatever it does must
 * be the same the second time; `once()` makes it so for what is not.
 */

/** The context of a run. */
export interface Run {
  /** Aborted when the job has taken longer than it may, and when its worker stops. */
  readonly signal: AbortSignal;
  /** 1 at the first try. */
  readonly attempt: number;
  /** The log of the worker, whose lines name the job and the trace that it is in. */
  readonly log: Log;
}

export interface Job<Dependencies, Payload> {
  /** Its name in the queue, in spans and metrics: `orders.confirm`. */
  readonly name: string;
  /** Tries until it is dead. Between them lie 3 s, 7 s, 20 s, 55 s, 2.5 min, 7 min, 18 min, 50 min, 2.3 h, then 6 h each. */
  readonly attempts: number;
  /** How long a try may take. */
  readonly timeoutMs: number;
  /** Those with less come first; 0 without it. */
  readonly priority?: number;
  /** When it runs by itself: five fields of a crontab, in UTC. A run that was missed is made up when a worker starts. */
  readonly schedule?: string;
  /** Does the work once; may run again. */
  run(payload: Payload, dependencies: Dependencies & Run): Promise<void>;
  /** Called once no try is left. */
  dead?(payload: Payload, dependencies: Dependencies): Promise<void>;
}

/** The part of pino that this needs. */
export interface Log {
  /** A log whose lines say this, too; without it, lines do not name their job. */
  child?(about: object): Log;
  debug(about: object, line: string): void;
  info(line: string): void;
  warn(about: object, line: string): void;
  error(about: object, line: string): void;
}

/** A job with any payload. */
// biome-ignore lint/suspicious/noExplicitAny: a job takes its own payload and no other, which a list of jobs cannot say
export type AnyJob<Dependencies> = Job<Dependencies, any>;

/** A `job()` for a team's own dependencies: what its jobs work with. */
export const jobs =
  <Dependencies>() =>
  <Payload = unknown>(job: Job<Dependencies, Payload>): Job<Dependencies, Payload> =>
    Object.freeze(job);
