/**
 * Installs in a database without Prisma Migrate what Hotpath needs: the same as `migrationFor` writes, in one
 * transaction. It changes only what is missing. Many processes may install at once: they wait for each other.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { type TableLog, tableLogs } from '../freshness/triggers.ts';
import type { Watched } from '../freshness/watched.ts';
import {
  FORBIDDEN,
  LOCK_NOT_AVAILABLE,
  sqlstateOf,
  UNDEFINED_SCHEMA,
  UNDEFINED_TABLE,
} from '../session/error-codes.ts';
import { LOCK_PATIENCE_MS, LOCK_TRIES } from './lock-tables.ts';
import { ADOPT_SCHEMA, PREPARE_SCHEMA, SCHEMA_VERSIONS } from './schema-versions.ts';

/** The changes of an installation. */
export interface Installed {
  /** The version of the schema `hotpath` before the installation; 0 if it did not exist. */
  readonly from: number;
  readonly to: number;
  /** The sources whose triggers were created or changed. */
  readonly triggers: readonly string[];
}

export interface InstallOptions {
  /** The number of attempts to lock the tables, some 0.3 seconds each. */
  readonly tries?: number;
}

/** The database cannot be brought up to date; the message has the reason and the remedy. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
}

/**
 * Installs the schema `hotpath` and the triggers in a database, in one transaction.
 * @param client as the owner of the tables, in no transaction.
 * @throws {InstallError} if a watched table is missing or stays locked, or if the role lacks a privilege.
 */
export async function install(
  client: pg.Client | pg.PoolClient,
  watched: Watched,
  { tries = LOCK_TRIES }: InstallOptions = {},
): Promise<Installed> {
  let logs = tableLogs(watched);
  for (let tried = 1; ; tried += 1) {
    let first: TableLog | undefined;
    try {
      return await installOnce(client, logs, (log) => (first = log));
    } catch (error) {
      const locked = sqlstateOf(error) === LOCK_NOT_AVAILABLE ? first : undefined;
      if (!locked || tried === tries) throw explained(error);
      // Begins with the table whose lock the last attempt waited for (`lock-tables.ts`).
      logs = [locked, ...logs.filter((log) => log !== locked)];
      await pause(LOCK_PATIENCE_MS * Math.random());
    }
  }
}

async function installOnce(
  client: Queryable,
  logs: readonly TableLog[],
  onTable: (log: TableLog) => void,
): Promise<Installed> {
  await client.query('BEGIN');
  try {
    await client.query(PREPARE_SCHEMA);
    const from = await versionOf(client);
    await client.query([...SCHEMA_VERSIONS.map(({ sql }) => sql), ADOPT_SCHEMA].join('\n'));
    const to = await versionOf(client);
    await client.query(`SET LOCAL lock_timeout = ${LOCK_PATIENCE_MS}`);
    const triggers: string[] = [];
    for (const log of logs) {
      onTable(log);
      if (await installTriggers(client, log)) triggers.push(log.source);
    }
    if (from !== to || triggers.length > 0) await client.query('DELETE FROM "hotpath"."epoch"');
    await client.query('COMMIT');
    return { from, to, triggers };
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

type Queryable = Pick<pg.Client, 'query'>;

async function versionOf(client: Queryable): Promise<number> {
  const text = 'SELECT coalesce(max("version"), 0) AS "version" FROM "hotpath"."version"';
  const { rows } = await client.query<{ version: number }>(text);
  return rows[0]!.version;
}

/** @returns whether anything was missing. */
async function installTriggers(client: Queryable, { relation, coverage, body }: TableLog): Promise<boolean> {
  const text = 'SELECT "hotpath"."log_changes"($1::regclass, $2, $3) AS "isChanged"';
  const { rows } = await client.query<{ isChanged: boolean }>(text, [relation, coverage, body]);
  return rows[0]!.isChanged;
}

function explained(error: unknown): unknown {
  const { message } = error as Error;
  const code = sqlstateOf(error);
  if (code === UNDEFINED_TABLE || code === UNDEFINED_SCHEMA) {
    return new InstallError(`${message}: create the tables of the data model first, then install.`, { cause: error });
  }
  if (code === LOCK_NOT_AVAILABLE) {
    const remedy = 'Look for transactions that stay open, or stop the writers of the tables.';
    return new InstallError(`${message}, again and again. ${remedy}`, { cause: error });
  }
  if (code !== FORBIDDEN) return error;
  const remedy = 'Connect as the owner of the tables, with the right to create a schema in this database.';
  return new InstallError(`${message}. ${remedy}`, { cause: error });
}
