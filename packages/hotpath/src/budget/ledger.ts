/**
 * The ledger of one request: every statement that the request sent, counted where statements leave the process. The
 * ledger is in the asynchronous context. So a statement inside a transaction, behind Prisma, or in a callback counts
 * for the request that caused it, and for no other.
 */
import type { ObservationPort, Observer } from '../observation/observation-port.ts';
import { type Carrier, currentCarrier, runWith, type TraceHeaders } from '../telemetry/context.ts';
import type { Step } from '../telemetry/span.ts';
import { CallSite, currentCallSite, withCallSite } from './call-site.ts';
import { isSessionControl, normalise } from './normalise.ts';

/** Statements that differ only in values and comments. */
export interface Repetition {
  readonly statement: string;
  times: number;
  /** Lines of the application's own code that sent the statement (`file:line:column`), if the ledger keeps lines. */
  readonly sites: ReadonlySet<string>;
}

interface CountedRepetition extends Repetition {
  sites: Set<string>;
}

/** Of each repetition whose lines are not kept: most requests send one statement, and a set costs more than the rest. */
const NO_SITES = new Set<string>();

/** The data that a ledger keeps of each statement. */
export interface LedgerOptions {
  /** Whether the ledger keeps the line of code of each statement. That costs a stack trace a statement. */
  readonly sites: boolean;
  /** Files whose lines are not the application's own, such as a generated client. */
  readonly ignore?: readonly RegExp[];
  /** The port to the observer of each statement. */
  readonly port?: ObservationPort;
}

/**
 * The statements of one request, with their counts and times. A ledger that is opened within a request or a job is part
 * of its trace.
 */
export class Ledger implements Carrier {
  traceId: string | undefined;
  span: Step | undefined;
  incoming: TraceHeaders | undefined;
  statements = 0;
  failures = 0;
  /** Statements whose answers were not used, so that the same read was sent again. No budget counts them. */
  unused = 0;
  /** The sum of the times from sending a statement to its result, in milliseconds. */
  durationMs = 0;
  readonly #options: LedgerOptions;
  /** As many as the code has different statements: so few are found sooner than in a map. */
  readonly #repetitions: CountedRepetition[] = [];

  constructor(options: LedgerOptions = { sites: false }) {
    this.#options = options;
    const around = currentCarrier();
    this.traceId = around?.traceId;
    this.span = around?.span;
    this.incoming = around?.incoming;
  }

  /** Whether the ledger keeps the line of code of each statement. */
  get keepsSites(): boolean {
    return this.#options.sites;
  }

  /** The observer of the server that the request came to, if there is one now. */
  get observer(): Observer | undefined {
    return this.#options.port?.observer;
  }

  /** The place of the call that is running now; nothing if lines are not kept. */
  callSite(): CallSite | undefined {
    const { sites, ignore = [] } = this.#options;
    return sites || this.observer?.wantsLines ? (currentCallSite() ?? new CallSite(ignore)) : undefined;
  }

  /** Counts a statement that is being sent. @returns a function to call when the result or the error arrives. */
  start(text: string, site = this.callSite()): (error?: unknown) => void {
    if (isSessionControl(text)) return () => {};
    this.statements += 1;
    this.#repeat(text, site);
    const startedAt = performance.now();
    return (error) => {
      this.durationMs += performance.now() - startedAt;
      if (error) this.failures += 1;
    };
  }

  /** How often the request sent a statement whose answer was not set aside. */
  timesSent(text: string): number {
    return this.#repetitionOf(normalise(text))?.times ?? 0;
  }

  /** Takes back a statement that was counted: its answer is not used, and the same read is sent to another server. */
  setAside(text: string): void {
    const repetition = this.#repetitionOf(normalise(text));
    if (!repetition) return;
    repetition.times -= 1;
    if (repetition.times === 0) this.#repetitions.splice(this.#repetitions.indexOf(repetition), 1);
    this.statements -= 1;
    this.unused += 1;
  }

  /** Statements that the request sent at least `times` times. */
  repeated(times: number): Repetition[] {
    return this.#repetitions.filter((repetition) => repetition.times >= times);
  }

  all(): Repetition[] {
    return this.repeated(1);
  }

  #repeat(text: string, site: CallSite | undefined): void {
    const statement = normalise(text);
    let repetition = this.#repetitionOf(statement);
    if (!repetition) {
      repetition = { statement, times: 0, sites: NO_SITES };
      this.#repetitions.push(repetition);
    }
    repetition.times += 1;
    if (!site) return;
    if (repetition.sites === NO_SITES) repetition.sites = new Set();
    site.addTo(repetition.sites);
  }

  #repetitionOf(statement: string): CountedRepetition | undefined {
    return this.#repetitions.find((each) => each.statement === statement);
  }
}

/** Runs `run` with a ledger that counts its statements. */
export const withLedger = <T>(ledger: Ledger, run: () => T): T => runWith(ledger, run);

/** The ledger of the current request or job; undefined outside of both. */
export function currentLedger(): Ledger | undefined {
  let carrier = currentCarrier();
  while (carrier && !(carrier instanceof Ledger)) carrier = carrier.around;
  return carrier;
}

/**
 * Binds a function to the current context, so that it runs in this context wherever it is called.
 * `AsyncLocalStorage.bind` would carry all contexts, and takes a hundred times as long.
 */
export function bound<This, Args extends unknown[], Result>(run: (this: This, ...args: Args) => Result) {
  const carrier = currentCarrier();
  const site = currentCallSite();
  return function (this: This, ...args: Args): Result {
    const go = () => run.apply(this, args);
    const fromThere = currentCallSite() === site ? go : () => withCallSite(site, go);
    return currentCarrier() === carrier ? fromThere() : runWith(carrier, fromThere);
  };
}
