/** How a pool connects, for those who open a connection of their own to the same database. */
import type pg from 'pg';

const CONNECTION = ['connectionString', 'host', 'port', 'database', 'user', 'password', 'ssl', 'options'] as const;

/** `pg` hides passwords from those who enumerate a pool's options, so each option is asked for by its name. */
export function connectionOf({ options }: Pick<pg.Pool, 'options'>): pg.ClientConfig {
  const given = options as pg.ClientConfig;
  return Object.fromEntries(CONNECTION.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]));
}
