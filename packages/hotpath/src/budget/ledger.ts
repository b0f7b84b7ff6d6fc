/**
 * The ledger of one request: every statement it sent, counted where statements leave the process. It is found through
 * the asynchronous context, so that a statement inside a transaction, behind Prisma, or in a callback is counted for
 * the request that asked for it and for no other.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Carrier, currentCarrier, runWith } from '../telemetry/context.ts';
import type { Span } from '../telemetry/span.ts';
import { isTransactionControl, normalise } from './normalise.ts';

/** Statements that differ in nothing but values and comments. */
export interface Repetition {
  readonly statement: string;
  times: number;
  /** Lines of the service's own code that sent it, if lines are kept. */
  readonly sites: Set<string>;
}

export interface LedgerOptions {
  /** Keeps the line of code of each statement; costs a stack trace a statement. */
  readonly sites: boolean;
}

/** A ledger that is opened within a request or a job is in its trace. */
export class Ledger implements Carrier {
  traceId: string | undefined;
  span: Span | undefined;
  statements = 0;
  failures = 0;
  /** Time from sending statements to their results, added up, in milliseconds. */
  durationMs = 0;
  /** Whether the lines of code that send statements are kept. */
  readonly sites: boolean;
  readonly #repetitions = new Map<string, Repetition>();

  constructor(options: LedgerOptions = { sites: false }) {
    this.sites = options.sites;
    const around = currentCarrier();
    this.traceId = around?.traceId;
    this.span = around?.span;
  }

  /** Counts a statement that is being sent. @returns what to call when its result or its error is there. */
  start(text: string): (error?: unknown) => void {
    if (isTransactionControl(text)) return () => {};
    this.statements += 1;
    this.#repeat(text);
    const startedAt = performance.now();
    return (error) => {
      this.durationMs += performance.now() - startedAt;
      if (error) this.failures += 1;
    };
  }

  /** Statements that were sent at least `times` times. */
  repeated(times: number): Repetition[] {
    return [...this.#repetitions.values()].filter((repetition) => repetition.times >= times);
  }

  all(): Repetition[] {
    return this.repeated(1);
  }

  #repeat(text: string): void {
    const statement = normalise(text);
    let repetition = this.#repetitions.get(statement);
    if (!repetition) {
      repetition = { statement, times: 0, sites: new Set() };
      this.#repetitions.set(statement, repetition);
    }
    repetition.times += 1;
    const site = this.sites ? callSite.getStore() : undefined;
    if (site) repetition.sites.add(site);
  }
}

const callSite = new AsyncLocalStorage<string | undefined>();

/** Runs what a request does with its ledger. */
export const withLedger = <T>(ledger: Ledger, run: () => T): T => runWith(ledger, run);

export function currentLedger(): Ledger | undefined {
  let carrier = currentCarrier();
  while (carrier && !(carrier instanceof Ledger)) carrier = carrier.around;
  return carrier;
}

/**
 * What runs for whoever asks now, from whatever context it is called. `AsyncLocalStorage.bind` would carry every context
 * there is, and takes a hundred times as long.
 */
export function bound<Args extends unknown[]>(run: (...args: Args) => void): (...args: Args) => void {
  const carrier = currentCarrier();
  const site = callSite.getStore();
  return (...args) => runWith(carrier, () => callSite.run(site, run, ...args));
}

/** Runs `run` so that its statements are said to come from the line of code that is calling now. */
export function fromHere<T>(run: () => T): T {
  if (!currentLedger()?.sites || callSite.getStore()) return run();
  return from(ownLine(stackHere()), run);
}

/** Runs `run` so that its statements are said to come from `site` (`file:line:column`). */
export const from = <T>(site: string | undefined, run: () => T): T => (site ? callSite.run(site, run) : run());

const DEEP_ENOUGH = 50;

function stackHere(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEEP_ENOUGH;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  return stack;
}

const FRAME = /(?:\(| at (?:async )?)((?:file:\/\/)?\/[^()]+:\d+:\d+)\)?$/;
const NOT_ITS_OWN = /\/node_modules\/|\/packages\/hotpath\/src\/|\/src\/plugins\/|\/generated\//;

/** The first line of a stack that is neither a library's nor the engine's. */
function ownLine(stack: string): string | undefined {
  for (const line of stack.split('\n')) {
    const frame = FRAME.exec(line)?.[1];
    if (frame && !NOT_ITS_OWN.test(frame)) return frame.replace('file://', '');
  }
  return undefined;
}
