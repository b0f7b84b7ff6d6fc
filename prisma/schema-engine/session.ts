/**
 * One session with PostgreSQL, behind the schema engine's driver adapter.
 *
 * `@prisma/adapter-pg` is made for Prisma Client. The engine also needs:
 * - One session. The advisory lock that keeps two migrations apart, and the `search_path`, belong to a session, so the
 *   pool holds one connection and never closes it when idle.
 * - Scripts. The adapter splits scripts at every `;`, also inside function bodies. `migration-script.ts` runs a migration;
 *   every other script goes in one message.
 * - The type `"char"` of the catalogs. The adapter refuses it, and the engine requires it.
 * - Complete errors. The engine keeps little of a driver's error, so `onFailure` receives it first.
 */

import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, type SqlDriverAdapter, type SqlQuery, type SqlResultSet } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { waitForLock } from './advisory-lock.ts';
import { connectionError } from './connection-error.ts';
import { schemaName } from './database-url.ts';
import type { KnownError } from './known-error.ts';
import { runMigrationScript, type ScriptSession } from './migration-script.ts';
import { ScriptError } from './script-error.ts';
import { settingsStatements } from './session-settings.ts';

const { builtins } = pg.types;

export interface SessionOptions {
  onFailure(failure: KnownError | ScriptError): void;
  /** Whether a script that the engine runs belongs to a migration. */
  isMigration(script: string): boolean;
}

/** Connects at the first query. */
export async function openSession(url: URL, options: SessionOptions): Promise<SqlDriverAdapter> {
  let failure: KnownError | ScriptError | undefined;
  const onFailure: SessionOptions['onFailure'] = (each) => {
    failure = each;
    options.onFailure(each);
  };
  const settings = settingsStatements(schemaName(url));
  const pool = singleConnection(url, settings);
  const names = { schema: schemaName(url) ?? 'public', disposeExternalPool: true };
  const adapter = await new PrismaPg(reportingPool(pool, url, onFailure), names).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  // Without arguments the driver sends the text as a simple query, which may hold any number of statements.
  const run = (text: string) => {
    failure = undefined;
    return adapter.executeRaw({ sql: text, args: [], argTypes: [] });
  };
  const session: ScriptSession = {
    run,
    settings,
    onConnection: async (work) => {
      const client = await pool.connect();
      return work(client).finally(() => client.release());
    },
    refusal: () => (failure instanceof ScriptError ? failure.reason : undefined),
  };
  return Object.assign(adapter, {
    queryRaw: async (query: SqlQuery) => markCharacters(await queryRaw(query)),
    executeScript: async (script: string) => {
      if (options.isMigration(script)) await runMigrationScript(session, script, onFailure);
      else await run(script);
    },
  });
}

function singleConnection(url: URL, settings: string): pg.Pool {
  return new pg.Pool({
    connectionString: url.href,
    max: 1,
    idleTimeoutMillis: 0,
    onConnect: async (client) => {
      // A connection that breaks fails the query at work, or the next one.
      client.on('error', () => {});
      await client.query(settings);
    },
  });
}

function reportingPool(pool: pg.Pool, url: URL, onFailure: SessionOptions['onFailure']): pg.Pool {
  const query = pool.query.bind(pool) as (statement: pg.QueryArrayConfig) => Promise<pg.QueryArrayResult>;
  const locked = async (statement: pg.QueryArrayConfig) => {
    await waitForLock(statement.text, async (text) => (await query({ text, rowMode: 'array' })).rows[0]?.[0]);
    return query(statement);
  };
  return Object.assign(pool, {
    query: (statement: pg.QueryArrayConfig) =>
      locked(statement).then(disguiseCharacters, (error: Error) => {
        const cause: Error = error instanceof AggregateError ? error.errors[0] : error;
        const failure = connectionError(cause, url) ?? scriptError(cause, statement.text);
        if (failure) onFailure(failure);
        throw cause;
      }),
  });
}

function scriptError(cause: Error, script: string): ScriptError | undefined {
  return cause instanceof pg.DatabaseError ? new ScriptError(script, cause) : undefined;
}

/** The columns of type `"char"` in a result, which the adapter must see as text. */
const characters = new WeakMap<unknown[][], number[]>();

function disguiseCharacters(result: pg.QueryArrayResult): pg.QueryArrayResult {
  const columns = [...(result.fields ?? []).entries()].filter(([, field]) => field.dataTypeID === builtins.CHAR);
  for (const [, field] of columns) field.dataTypeID = builtins.TEXT;
  if (columns.length > 0) {
    characters.set(
      result.rows,
      columns.map(([index]) => index),
    );
  }
  return result;
}

function markCharacters(result: SqlResultSet): SqlResultSet {
  for (const index of characters.get(result.rows) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
  return result;
}
