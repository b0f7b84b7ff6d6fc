/** Connects to a database to check it, and creates one. */

import pg from 'pg';
import { connectionError } from './connection-error.ts';
import { databaseName, parseDatabaseUrl, schemaName, withDatabase } from './database-url.ts';

/** Prisma gives a server five seconds to answer unless the URL says otherwise. */
const CONNECT_TIMEOUT_SECONDS = 5;

/** Throws a KnownError with the Prisma code (P1000, P1001, P1003, ...) of the obstacle. */
export async function canConnect(text: string | undefined): Promise<void> {
  await runOn(parseDatabaseUrl(text), 'SELECT 1');
}

/** Creates the database of the URL, and its `schema` if the URL names one; returns the database's name. */
export async function createDatabase(text: string | undefined): Promise<string> {
  const url = parseDatabaseUrl(text);
  const name = databaseName(url);
  const schema = schemaName(url);
  await runOn(withDatabase(url, 'postgres'), `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  if (schema) await runOn(url, `CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
  return name;
}

async function runOn(url: URL, statement: string): Promise<void> {
  const seconds = Number(url.searchParams.get('connect_timeout') ?? CONNECT_TIMEOUT_SECONDS);
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: seconds * 1000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(statement);
  } catch (error) {
    const cause = error instanceof AggregateError ? error.errors[0] : error;
    throw connectionError(cause, url) ?? cause;
  } finally {
    await client.end();
  }
}
