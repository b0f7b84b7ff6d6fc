/**
 * `countStatements(pool)`: writes each statement that a `pg.Pool` sends into the ledger of the request that asks,
 * whatever sends it: the pool itself, a connection taken from it, Drizzle, or Prisma over `new PrismaPg(pool)`.
 *
 * It replaces `query` and `connect` of this one pool, and `query` of its connections as they are taken, and puts them
 * back when it is undone.
 */
import type pg from 'pg';
import { currentSpan, runWith } from '../telemetry/context.ts';
import { currentCallSite, withCallSite } from './call-site.ts';
import { type AnyFunction, afterPromise, countedQuery, tap } from './counted-query.ts';
import { bound, currentLedger } from './ledger.ts';
import { observedWait } from './observed-statement.ts';
import { traceWait } from './statement-span.ts';

const counts = new WeakMap<pg.Pool, PoolCount>();

/**
 * Counts the statements of a pool. Called again for the same pool, it counts nothing twice, and ends when each call has
 * been undone.
 * @returns what undoes it.
 * @throws {TypeError} if `pool` is no `pg.Pool`.
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
    'hotpath/budget counts the statements of a pg.Pool, but `pool` is none. Prisma takes one, `new PrismaPg(pool)`, and so does Drizzle, `drizzle(pool)`, whose pool is `db.$client`.',
  );
}

class PoolCount {
  users = 0;
  readonly #pool: pg.Pool;
  readonly #restore: (() => void)[];
  readonly #clients = new Map<pg.Client, () => void>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
    this.#restore = [replaceMethod(pool, 'query', poolQuery), replaceMethod(pool, 'connect', poolConnect)];
    pool.on('connect', this.#count).on('acquire', this.#count).on('remove', this.#forget);
    // Those that are in use now. The list is not declared, but every version of `pg-pool` has it.
    const { _clients: open = [] } = pool as unknown as { _clients?: pg.Client[] };
    for (const client of open) this.#count(client);
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
 * Replaces a method of one object. @returns what puts it back; if somebody has put another around it since, ours stays in
 * between and does nothing.
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

/** A pool's query sends its statement once there is a connection, on another stack: its line is kept from here. */
function poolQuery(query: AnyFunction): AnyFunction {
  return function (this: unknown, ...args) {
    const site = currentCallSite() ? undefined : currentLedger()?.callSite();
    if (!site) return query.apply(this, args);
    const last = args.length - 1;
    // What a callback sends comes from a line of its own.
    if (typeof args[last] === 'function') args[last] = bound(args[last] as AnyFunction);
    const result = withCallSite(site, () => query.apply(this, args));
    return site.isKnown ? result : afterPromise(result, { site });
  };
}

/**
 * A request that waits for a connection is called back from the request that released one, so its callback is bound to
 * it. A connection outlives the request that opens it, so it is opened for nobody.
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
