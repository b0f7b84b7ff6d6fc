/** The pool of one standby. The library opens it itself, as its sessions differ: a server that takes no writes is right here. */
import { CountingPool } from '../budget/counting-pool.ts';
import type { PoolOrUrl } from '../budget/reading-pool.ts';
import { connectionOf } from '../session/connection.ts';
import type { SessionClient } from '../session/session-client.ts';
import type { SessionPool, SessionPoolConfig } from '../session/session-pool.ts';

/** A connection to a standby that is away is not waited for longer, in milliseconds. */
const CONNECTION_MS = 1000;

const LIMITS = ['max', 'idleTimeoutMillis', 'maxUses', 'statement_timeout', 'application_name'] as const;

export interface StandbyPool {
  readonly pool: SessionPool;
  /** Breaks all connections, so that reads on them fail at once. */
  breakOff(): void;
}

/** @param onLost called with the error of a lost connection. */
export function openStandbyPool(given: PoolOrUrl, onLost: (error: Error) => void): StandbyPool {
  const open = new Set<SessionClient>();
  const pool = new CountingPool(standbyConfig(given));
  // The pool listens to idle connections alone, and an error without a listener ends the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    open.add(client as unknown as SessionClient);
    client.on('error', onLost);
  });
  pool.on('remove', (client) => open.delete(client as unknown as SessionClient));
  return {
    pool,
    breakOff() {
      for (const client of open) client.breakOff();
    },
  };
}

/** The configuration of a pool of a standby, made of that of a pool of the service. */
export function standbyConfig(given: PoolOrUrl): SessionPoolConfig {
  const own = { isStandby: true, allowExitOnIdle: true, keepAlive: true, connectionTimeoutMillis: CONNECTION_MS };
  if (typeof given === 'string') return { ...own, connectionString: given };
  const options = given.options as SessionPoolConfig;
  const limits = Object.fromEntries(
    LIMITS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
  return { ...own, ...connectionOf(given), ...limits };
}
