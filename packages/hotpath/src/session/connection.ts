/** The connection options of a pool, for code that opens a connection of its own to the same database. */
import type pg from 'pg';

const CONNECTION = ['connectionString', 'host', 'port', 'database', 'user', 'password', 'ssl', 'options'] as const;

/** `pg` makes passwords not enumerable in a pool's options, so each option is read by its name. */
export function connectionOf({ options }: Pick<pg.Pool, 'options'>): pg.ClientConfig {
  const given = options as pg.ClientConfig;
  return Object.fromEntries(CONNECTION.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]));
}
