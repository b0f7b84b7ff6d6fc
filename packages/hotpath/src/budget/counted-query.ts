/**
 * One query of a connection, counted: the ledger of the request that asks gets the statement, and its trace a span.
 *
 * `pg` answers from the connection's own context, which is that of the request that opened it. So a callback, and the
 * handlers of a cursor or a stream, are bound to the request that gave them: what they send is counted for that request.
 */
import { errorMonitor } from 'node:events';
import type pg from 'pg';
import { currentSpan } from '../telemetry/context.ts';
import type { CallSite } from './call-site.ts';
import { bound, currentLedger } from './ledger.ts';
import { observedStatement } from './observed-statement.ts';
import { textOf, traceStatement } from './statement-span.ts';

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
export type Finish = (error?: unknown, result?: unknown) => void;

/** `query` of a connection as a function that counts. */
export function countedQuery(client: pg.Client, query: AnyFunction): AnyFunction {
  return function (this: unknown, ...args) {
    const ledger = currentLedger();
    const span = currentSpan();
    if (!ledger && !span) return query.apply(this, args);
    const site = ledger?.callSite();
    const count = ledger?.start(textOf(args[0]), site);
    const counted = ledger?.observer ? observedStatement(args, { ledger, site, finish: count! }) : count;
    const finish = once(span ? traceStatement(span, { statement: args[0], client, counted }) : counted!);
    const isHeard = tellOfEnd(args, finish);
    try {
      const result = query.apply(this, args);
      return isHeard ? result : afterPromise(result, { finish, site });
    } catch (error) {
      finish(error);
      throw error;
    }
  };
}

/** A promise that calls `finish` first. It rejects as the other does, unheard if nobody listens. */
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

/** Puts `finish` where `pg` reports the end of the query. @returns false if only a promise reports it. */
function tellOfEnd(args: unknown[], finish: Finish): boolean {
  const query = Object(args[0]) as OwnCallback;
  const last = args.length - 1;
  const hasOwn = typeof query.callback === 'function';
  if (typeof query.submit === 'function' && hasOwn) {
    query.callback = bound(tap(query.callback!, finish));
  } else if (last > 0 && typeof args[last] === 'function') {
    args[last] = bound(tap(args[last] as AnyFunction, finish));
  } else if (typeof query.submit === 'function') {
    hearEvents(query, finish);
  } else if (hasOwn) {
    // The application's own object, which it may send again, stays as it is.
    args[2] = bound(tap(query.callback!, finish));
  } else {
    return false;
  }
  return true;
}

/** A query that may submit itself, such as `pg.Query`, a cursor or a stream, or have its callback inside. */
interface OwnCallback {
  readonly submit?: unknown;
  callback?: AnyFunction;
  once?(event: string | symbol, listener: Finish): unknown;
}

const HANDLERS = [
  'handleRowDescription',
  'handleDataRow',
  'handlePortalSuspended',
  'handleCommandComplete',
  'handleEmptyQuery',
  'handleReadyForQuery',
  'handleError',
  'handleCopyInResponse',
  'handleCopyData',
];

function hearEvents(query: OwnCallback, finish: Finish): void {
  const handlers = query as unknown as Record<string, unknown>;
  for (const name of HANDLERS) {
    const handler = handlers[name];
    if (typeof handler === 'function') handlers[name] = bound(handler as AnyFunction);
  }
  // The monitor hears errors without being a listener, so that one that nobody hears still ends the process.
  query.once?.(errorMonitor, finish);
  query.once?.('end', (result) => finish(null, result));
  query.once?.('close', () => finish());
}

/** A callback after `tell`, which is given the error and the result. */
export const tap = (callback: AnyFunction, tell: Finish): AnyFunction =>
  function (this: unknown, ...args) {
    tell(args[0], args[1]);
    return callback.apply(this, args);
  };

function once(finish: Finish): Finish {
  let hasEnded = false;
  return (error, result) => {
    if (!hasEnded) finish(error, result);
    hasEnded = true;
  };
}
