/**
 * One session with PostgreSQL, behind the driver adapter that the schema engine speaks to.
 *
 * `@prisma/adapter-pg` is made for Prisma Client. What the engine needs besides:
 * - One session. The advisory lock that keeps two migrations apart, and the `search_path`, belong to a session, so the
 *   pool holds one connection and never lets it idle out.
 * - A script in one message. The adapter splits scripts at every `;`, also inside function bodies. PostgreSQL takes a
 *   whole script in one simple query, and runs it in one transaction.
 * - The type `"char"` of the catalogs. The adapter refuses it, and the engine insists on it.
 * - Failures in full. The engine keeps little of what the driver says, so `onFailure` hears of them first.
 */

import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, type SqlDriverAdapter, type SqlQuery, type SqlResultSet } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { connectionError } from './connection-error.ts';
import { schemaName } from './database-url.ts';
import type { KnownError } from './known-error.ts';
import { ScriptError } from './script-error.ts';

const { builtins } = pg.types;

export type OnFailure = (failure: KnownError | ScriptError) => void;

/** Connects at the first query. */
export async function openSession(url: URL, onFailure: OnFailure): Promise<SqlDriverAdapter> {
  const options = { schema: schemaName(url) ?? 'public', disposeExternalPool: true };
  const adapter = await new PrismaPg(singleConnection(url, onFailure), options).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  return Object.assign(adapter, {
    queryRaw: async (query: SqlQuery) => markCharacters(await queryRaw(query)),
    // Without arguments the driver sends the text as a simple query, which may hold any number of statements.
    executeScript: async (script: string) => void (await adapter.executeRaw({ sql: script, args: [], argTypes: [] })),
  });
}

function singleConnection(url: URL, onFailure: OnFailure): pg.Pool {
  const schema = schemaName(url);
  const pool = new pg.Pool({
    connectionString: url.href,
    max: 1,
    idleTimeoutMillis: 0,
    onConnect: async (client) => {
      if (schema) await client.query(`SET search_path TO ${pg.escapeIdentifier(schema)}`);
    },
  });
  const query = pool.query.bind(pool) as (statement: pg.QueryArrayConfig) => Promise<pg.QueryArrayResult>;
  return Object.assign(pool, {
    query: (statement: pg.QueryArrayConfig) =>
      query(statement).then(disguiseCharacters, (error: Error) => {
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

/** The columns of type `"char"` in a result, which passes the adapter under the name of text. */
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
