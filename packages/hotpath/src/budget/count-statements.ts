/**
 * `countStatements(pool)`: writes each statement that a `pg.Pool` sends into the ledger of the current request. The
 * statement may come from the pool itself, a connection of the pool, Drizzle, or Prisma over `new PrismaPg(pool)`.
 *
 * It replaces `query` and `connect` of this one pool, and `query` of each connection that the pool hands out. Undoing
 * it restores the methods.
 */
import type pg from 'pg';
import { clientsOf } from '../session/pg-internals.ts';
import { currentSpan, runWith } from '../telemetry/context.ts';
import { currentCallSite, withCallSite } from './call-site.ts';
import { type AnyFunction, afterPromise, countedQuery, tap } from './counted-query.ts';
import { bound, currentLedger } from './ledger.ts';
import { observedWait } from './observed-statement.ts';
import { traceWait } from './statement-span.ts';

const counts = new WeakMap<pg.Pool, PoolCount>();

/**
 * Counts the statements of a pool. A second call for the same pool counts no statement twice; counting ends when each
 * call has been undone.
 * @returns a function that undoes the call.
 * @throws {TypeError} if `pool` is not a `pg.Pool`.
 */
export function countStatements(pool: pg.Pool): () => void {
  mustBePool(pool);
  const count = counts.get(pool) ?? new PoolCount(pool);
  counts.set(pool, count);
  count.users += 1;
  let isUndone = false;
  return () => {
    if (isUndone) return;
    isUndone = true;
    count.users -= 1;
    if (count.users > 0) return;
    count.end();
    counts.delete(pool);
  };
}

function mustBePool(pool: unknown): void {
  const { query, connect, on, idleCount } = Object(pool) as Record<string, unknown>;
  if ([query, connect, on].every((method) => typeof method === 'function') && typeof idleCount === 'number') return;
  throw new TypeError(
    'hotpath/budget counts the statements of a pg.Pool, but `pool` is not a pg.Pool. Prisma takes one, `new PrismaPg(pool)`, and so does Drizzle, `drizzle(pool)`, whose pool is `db.$client`.',
  );
}

class PoolCount {
  users = 0;
  readonly #pool: pg.Pool;
  readonly #restore: (() => void)[];
  readonly #clients = new Map<pg.Client, () => void>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
    const takes = ['connect', 'share'].filter((name) => name in pool);
    this.#restore = [
      replaceMethod(pool, 'query', poolQuery),
      ...takes.map((name) => replaceMethod(pool, name, poolConnect)),
    ];
    pool.on('connect', this.#count).on('acquire', this.#count).on('remove', this.#forget);
    for (const client of clientsOf(pool)) this.#count(client);
  }

  end(): void {
    this.#pool.off('connect', this.#count).off('acquire', this.#count).off('remove', this.#forget);
    for (const restore of [...this.#restore, ...this.#clients.values()]) restore();
    this.#clients.clear();
  }

  readonly #count = (client: pg.Client): void => {
    if (this.#clients.has(client)) return;
    this.#clients.set(
      client,
      replaceMethod(client, 'query', (query) => countedQuery(client, query)),
    );
  };

  readonly #forget = (client: pg.Client): void => {
    this.#clients.delete(client);
  };
}

/**
 * Replaces a method of one object. @returns a function that restores the method. If other code has wrapped our function
 * since, the function stays in the chain and does nothing.
 */
function replaceMethod(target: object, name: string, replace: (method: AnyFunction) => AnyFunction): () => void {
  const holder = target as Record<string, AnyFunction>;
  const before = Object.getOwnPropertyDescriptor(target, name);
  const method = holder[name]!;
  const counting = replace(method);
  let isOn = true;
  const replaced: AnyFunction = function (this: unknown, ...args) {
    return (isOn ? counting : method).apply(this, args);
  };
  Object.defineProperty(target, name, { value: replaced, writable: true, configurable: true, enumerable: false });
  return () => {
    isOn = false;
    if (holder[name] !== replaced) return;
    if (before) Object.defineProperty(target, name, before);
    else delete holder[name];
  };
}

/** A pool's query sends its statement once a connection is free, on another stack. So this function keeps the line. */
function poolQuery(query: AnyFunction): AnyFunction {
  return function (this: unknown, ...args) {
    const site = currentCallSite() ? undefined : currentLedger()?.callSite();
    if (!site) return query.apply(this, args);
    const last = args.length - 1;
    // Statements that a callback sends have lines of their own.
    if (typeof args[last] === 'function') args[last] = bound(args[last] as AnyFunction);
    const result = withCallSite(site, () => query.apply(this, args));
    return site.isKnown ? result : afterPromise(result, { site });
  };
}

/**
 * A request that waits for a connection continues in the context of the request that released it, so the callback is
 * bound to the waiting request. A connection outlives the request that opens it, so the pool opens it outside of any
 * request.
 */
function poolConnect(connect: AnyFunction): AnyFunction {
  return function (this: unknown, ...args) {
    if ((this as pg.Pool).idleCount > 0) {
      if (typeof args[0] === 'function') args[0] = bound(args[0] as AnyFunction);
      return connect.apply(this, args);
    }
    const ledger = currentLedger();
    const traced = traceWait(currentSpan());
    const got = ledger?.observer ? observedWait(ledger, traced) : traced;
    const finish = (error?: unknown) => got?.(error);
    if (typeof args[0] === 'function') {
      args[0] = bound(tap(args[0] as AnyFunction, finish));
      return runWith(undefined, () => connect.apply(this, args));
    }
    const connecting = runWith(undefined, () => connect.apply(this, args));
    return got ? afterPromise(connecting, { finish }) : connecting;
  };
}
