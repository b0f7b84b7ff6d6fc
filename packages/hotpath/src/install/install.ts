/**
 * Brings a database what Hotpath needs where there is no Prisma Migrate: the same as `migrationFor` writes, in one
 * transaction. Nothing changes where nothing is missing. Many processes may do so at once: they wait for each other.
 */
import type pg from 'pg';
import { tableLogs } from '../freshness/triggers.ts';
import type { Watched } from '../freshness/watched.ts';
import { sqlstateOf } from '../session/error-codes.ts';
import { ADOPT_SCHEMA, PREPARE_SCHEMA, SCHEMA_VERSIONS } from './schema-versions.ts';

export interface Installed {
  /** The version of the schema `hotpath` that was there before; 0 if there was none. */
  readonly from: number;
  readonly to: number;
  /** The sources whose triggers were made or changed. */
  readonly triggers: readonly string[];
}

/** The database cannot be brought up to date; the message says why, and what to do. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
}

/**
 * @param client as the owner of the tables, in no transaction.
 * @throws {InstallError} if a table that is to be watched is not there, or the role may not do it.
 */
export async function install(client: pg.Client | pg.PoolClient, watched: Watched): Promise<Installed> {
  await client.query('BEGIN');
  try {
    await client.query(PREPARE_SCHEMA);
    const from = await versionOf(client);
    await client.query([...SCHEMA_VERSIONS.map(({ sql }) => sql), ADOPT_SCHEMA].join('\n'));
    const to = await versionOf(client);
    const triggers = await installTriggers(client, watched);
    if (from !== to || triggers.length > 0) await client.query('DELETE FROM "hotpath"."epoch"');
    await client.query('COMMIT');
    return { from, to, triggers };
  } catch (error) {
    await client.query('ROLLBACK');
    throw explained(error);
  }
}

type Queryable = Pick<pg.Client, 'query'>;

async function versionOf(client: Queryable): Promise<number> {
  const text = 'SELECT coalesce(max("version"), 0) AS "version" FROM "hotpath"."version"';
  const { rows } = await client.query<{ version: number }>(text);
  return rows[0]!.version;
}

async function installTriggers(client: Queryable, watched: Watched): Promise<string[]> {
  const changed: string[] = [];
  for (const { source, relation, coverage, body } of tableLogs(watched)) {
    const text = 'SELECT "hotpath"."log_changes"($1::regclass, $2, $3) AS "isChanged"';
    const { rows } = await client.query<{ isChanged: boolean }>(text, [relation, coverage, body]);
    if (rows[0]!.isChanged) changed.push(source);
  }
  return changed;
}

const NO_TABLE = '42P01';
const NO_SCHEMA = '3F000';
const FORBIDDEN = '42501';

function explained(error: unknown): unknown {
  const { message } = error as Error;
  const code = sqlstateOf(error);
  if (code === NO_TABLE || code === NO_SCHEMA) {
    return new InstallError(`${message}: make the tables of the data model first, then install.`, { cause: error });
  }
  if (code !== FORBIDDEN) return error;
  const remedy = 'Connect as the owner of the tables, who may create a schema in this database.';
  return new InstallError(`${message}. ${remedy}`, { cause: error });
}
