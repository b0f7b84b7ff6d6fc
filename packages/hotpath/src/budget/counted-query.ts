/**
 * One query of a connection, counted: the ledger of the current request gets the statement, and the trace gets a span.
 *
 * `pg` answers in the connection's context, which is that of the request that opened the connection. So a callback, and
 * the handlers of a cursor or a stream, are bound to the request that passed them: the ledger of that request counts
 * the statements that they send.
 */
import { errorMonitor } from 'node:events';
import type pg from 'pg';
import { QUERY_HANDLERS } from '../session/pg-internals.ts';
import { currentSpan } from '../telemetry/context.ts';
import type { CallSite } from './call-site.ts';
import { bound, currentLedger } from './ledger.ts';
import { observedStatement } from './observed-statement.ts';
import { textOf, traceStatement } from './statement-span.ts';

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
export type Finish = (error?: unknown, result?: unknown) => void;

/** `query` of a connection, as a function that counts. */
export function countedQuery(client: pg.Client, query: AnyFunction): AnyFunction {
  return function (this: unknown, ...args) {
    const ledger = currentLedger();
    const span = currentSpan();
    if (!ledger && !span) return query.apply(this, args);
    const site = ledger?.callSite();
    const count = ledger?.start(textOf(args[0]), site);
    const counted = ledger?.observer ? observedStatement(args, { ledger, site, finish: count! }) : count;
    const finish = once(span ? traceStatement(span, { statement: args[0], client, counted }) : counted!);
    const isReported = reportEnd(args, finish);
    try {
      const result = query.apply(this, args);
      return isReported ? result : afterPromise(result, { finish, site });
    } catch (error) {
      finish(error);
      throw error;
    }
  };
}

/**
 * A promise that calls `finish` first. It rejects as the original does, without an unhandled rejection if no code
 * awaits it.
 */
export function afterPromise(result: unknown, { finish, site }: { finish?: Finish; site?: CallSite | undefined }) {
  if (!isPromise(result)) {
    finish?.();
    return result;
  }
  return result.then(
    (rows) => {
      site?.locate();
      finish?.(null, rows);
      return rows;
    },
    (error: unknown) => {
      site?.locate();
      finish?.(error);
      throw error;
    },
  );
}

const isPromise = (result: unknown): result is Promise<unknown> =>
  typeof (result as Promise<unknown> | undefined)?.then === 'function';

/** Puts `finish` where `pg` reports the end of the query. @returns false if only a promise reports the end. */
function reportEnd(args: unknown[], finish: Finish): boolean {
  const query = Object(args[0]) as OwnCallback;
  const last = args.length - 1;
  const hasOwn = typeof query.callback === 'function';
  if (typeof query.submit === 'function' && hasOwn) {
    query.callback = bound(tap(query.callback!, finish));
  } else if (last > 0 && typeof args[last] === 'function') {
    args[last] = bound(tap(args[last] as AnyFunction, finish));
  } else if (typeof query.submit === 'function') {
    listenToEvents(query, finish);
  } else if (hasOwn) {
    // The application may send its own object again, so that object stays unchanged.
    args[2] = bound(tap(query.callback!, finish));
  } else {
    return false;
  }
  return true;
}

/** A query object that submits itself, such as `pg.Query`, a cursor or a stream, or that contains its callback. */
interface OwnCallback {
  readonly submit?: unknown;
  callback?: AnyFunction;
  once?(event: string | symbol, listener: Finish): unknown;
}

function listenToEvents(query: OwnCallback, finish: Finish): void {
  const handlers = query as Record<string, unknown>;
  for (const name of QUERY_HANDLERS) {
    const handler = handlers[name];
    if (typeof handler === 'function') handlers[name] = bound(handler as AnyFunction);
  }
  // `errorMonitor` sees errors without being a listener, so that an error without a listener still ends the process.
  query.once?.(errorMonitor, finish);
  query.once?.('end', (result) => finish(null, result));
  query.once?.('close', () => finish());
}

/** Wraps a callback, so that `report` gets the error and the result first. */
export const tap = (callback: AnyFunction, report: Finish): AnyFunction =>
  function (this: unknown, ...args) {
    report(args[0], args[1]);
    return callback.apply(this, args);
  };

function once(finish: Finish): Finish {
  let hasEnded = false;
  return (error, result) => {
    if (!hasEnded) finish(error, result);
    hasEnded = true;
  };
}
