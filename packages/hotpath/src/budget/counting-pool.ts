/**
 * The counting pool: a pool under everything that speaks to PostgreSQL (Prisma, its transactions, compiled
 * reads), which writes each statement into the ledger of the request that sent it.
 *
 * A request that waits for a connection is called back from the request that released one. The callback is bound to
 * the request that gave it, so that its statement is not counted for the other.
 */
import type pg from 'pg';
import { SessionClient } from '../session/session-client.ts';
import { SessionPool } from '../session/session-pool.ts';
import { currentSpan } from '../telemetry/context.ts';
import { bound, currentLedger, fromHere } from './ledger.ts';
import { textOf, traceStatement, traceWait } from './statement-span.ts';

type Callback = (error: Error | null, ...rest: unknown[]) => void;
type AnyFunction = (...args: unknown[]) => unknown;

class CountingClient extends SessionClient {
  // pg's overloads are seven; all of them give the statement first and an optional callback last.
  override query = countingQuery(this, super.query as AnyFunction) as unknown as pg.Client['query'];
}

function countingQuery(client: pg.Client, query: AnyFunction): AnyFunction {
  return (...args) => {
    const counted = currentLedger()?.start(textOf(args[0]));
    const span = currentSpan();
    const finish = span ? traceStatement(span, { statement: args[0], client, counted }) : counted;
    if (!finish) return query.apply(client, args);
    const holder = callbackHolder(args);
    if (holder) {
      holder.callback = tap(holder.callback, finish);
      return query.apply(client, args);
    }
    const result = query.apply(client, args);
    if (result instanceof Promise) result.then((rows) => finish(null, rows), finish);
    else finish();
    return result;
  };
}

/** A callback that tells somebody else first. */
const tap =
  (callback: Callback, tell: (error: Error | null, result?: unknown) => void): Callback =>
  (error, ...rest) => {
    tell(error, rest[0]);
    callback(error, ...rest);
  };

/** Where a query's callback is: a query object has its own, else it is the last argument. */
function callbackHolder(args: unknown[]): { callback: Callback } | undefined {
  const query = args[0] as { submit?: unknown; callback?: unknown };
  if (typeof query.submit === 'function')
    return typeof query.callback === 'function' ? (query as { callback: Callback }) : undefined;
  const last = args.length - 1;
  if (typeof args[last] !== 'function') return undefined;
  return {
    get callback() {
      return args[last] as Callback;
    },
    set callback(callback) {
      args[last] = callback;
    },
  };
}

export class CountingPool extends SessionPool {
  override query = ((...args: unknown[]) =>
    fromHere(() => (super.query as AnyFunction).apply(this, args))) as unknown as pg.Pool['query'];

  constructor(config: pg.PoolConfig) {
    super({ ...config, Client: CountingClient });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: (...args: never[]) => void): void;
  override connect(callback?: (...args: never[]) => void): Promise<pg.PoolClient> | undefined {
    const got = this.idleCount === 0 ? traceWait(currentSpan()) : undefined;
    if (!callback) {
      const connecting = super.connect();
      if (got) connecting.then(() => got(), got);
      return connecting;
    }
    const whenGot: Callback = got ? tap(callback as Callback, got) : (callback as Callback);
    fromHere(() => super.connect(bound(whenGot) as Parameters<pg.Pool['connect']>[0]));
  }
}
