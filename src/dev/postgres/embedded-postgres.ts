/** A real PostgreSQL in a folder of the project, shared by every process that opens it. */
import { resolve } from 'node:path';
import pg from 'pg';
import { connectionUrl, openCluster, rememberPort } from './cluster-files.ts';
import { hasCode } from './errors.ts';
import { becomeOwner, enter, leave } from './membership.ts';
import type { PostgresSettings } from './settings.ts';

/** 42P04: the database exists. 23505: another process is creating it at this moment. */
const CREATED_MEANWHILE = ['42P04', '23505'];

export interface EmbeddedPostgresOptions {
  /** The folder of the cluster. The first start makes it. */
  readonly directory: string;
  /** Settings of postgresql.conf beside the usual ones. They take effect when this call starts the server. */
  readonly settings?: PostgresSettings;
  /** `owner` for the one process that runs the service on it; `guest` (the default) for all others. */
  readonly role?: 'owner' | 'guest';
  /** Receives one line about each slow or unusual step. */
  readonly log?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** The server's port on 127.0.0.1. */
  readonly port: number;
  /** The superuser's URL of a database, by default `postgres`. The database need not exist. */
  url(database?: string): string;
  /** Leaves the server; the last user to leave stops it. */
  stop(): Promise<void>;
}

/**
 * Opens the PostgreSQL of a folder; makes and starts it if needed.
 * @throws {DatabaseInUseError} as owner, if another process owns it.
 * @throws {UnsupportedPlatformError} if no binaries exist for this platform.
 * @throws {EmbeddedPostgresError} if it cannot be made or started; the message names the remedy.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { settings = {}, role = 'guest', log = () => {} } = options;
  const cluster = await openCluster(resolve(options.directory), { durable: settings['fsync'] !== 'off', log });
  const member = await enter(cluster, { settings, log });
  if (role === 'owner') await becomeOwner(member);
  const { port } = member.server;
  await rememberPort(cluster, port);
  let stopped: Promise<void> | undefined;
  member.session.once(
    'end',
    () => stopped ?? log('The connection that keeps PostgreSQL running for this process has ended.'),
  );
  return {
    port,
    url: (database = 'postgres') => connectionUrl({ password: cluster.password, port, database }),
    stop: () => (stopped ??= leave(member)),
  };
}

/** Creates a database unless it exists. */
export async function ensureDatabase(server: Pick<EmbeddedPostgres, 'url'>, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    if (!hasCode(error, ...CREATED_MEANWHILE)) throw error;
  } finally {
    await client.end();
  }
}
