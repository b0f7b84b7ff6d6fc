/** A copy of a database on its server, with all rows and statistics, which is dropped after the work. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { FORBIDDEN, sqlstateOf } from '../../session/error-codes.ts';
import { SessionClient } from '../../session/session-client.ts';

/** The clone cannot be made; the message is for the user. */
export class CloneError extends Error {
  override readonly name = 'CloneError';
}

const COMPLAINTS: Readonly<Record<string, (name: string) => string>> = {
  '55006': (name) =>
    `PostgreSQL copies a database only while no client is connected to "${name}": restore a backup of it as another database, and let --clone name that one.`,
  [FORBIDDEN]: (name) => `The role of --clone needs CREATEDB, and must own "${name}" or be a superuser, to copy it.`,
  '53100': () => 'The disk of the server has no room for a clone.',
};

/**
 * Runs the work with the URL of a clone.
 * @param url of the database to copy, for a role that may create databases.
 * @throws {CloneError} if the server does not copy it.
 */
export async function withClone<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const source = decodeURIComponent(new URL(url).pathname.slice(1));
  const clone = `${source.slice(0, 40)}_hotpath_${randomBytes(4).toString('hex')}`;
  return onDatabaseOf(urlOf(withoutSchema(url), 'postgres'), async (admin) => {
    await copy(admin, source, clone);
    try {
      return await onDatabaseOf(urlOf(url, clone), work);
    } finally {
      await admin.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(clone)} WITH (FORCE)`);
    }
  });
}

async function copy(admin: pg.Client, source: string, clone: string): Promise<void> {
  try {
    await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(clone)} TEMPLATE ${pg.escapeIdentifier(source)}`);
  } catch (error) {
    const complaint = COMPLAINTS[sqlstateOf(error)];
    if (!complaint) throw error;
    throw new CloneError(complaint(source), { cause: error });
  }
}

function urlOf(url: string, database: string): string {
  const place = new URL(url);
  place.pathname = `/${encodeURIComponent(database)}`;
  return place.href;
}

/** The database `postgres` lacks the schemas of others. */
function withoutSchema(url: string): string {
  const place = new URL(url);
  place.searchParams.delete('schema');
  return place.href;
}

async function onDatabaseOf<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new SessionClient({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
