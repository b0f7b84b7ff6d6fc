/**
 * A real PostgreSQL in a folder of the project, shared by every process that opens it.
 *
 * Nobody's child is the server: any of its users may come first and any may leave last, or be killed. So there is no
 * count of users to go wrong. Each user holds one connection to the database `postgres`, and on it, for as long as it
 * lives, an advisory lock; PostgreSQL frees the locks of a process that dies, however it dies.
 *
 *   USERS   held shared by every user. Who leaves gives its share back and then tries to take the lock whole. That
 *           succeeds for the last one alone, which stops the server while it holds the lock. Of several that leave at
 *           once, the one that gave back last has nobody in its way but another that is stopping the server already.
 *   OWNER   held whole by the one owner (`npm run dev`, `npm run db`). A second owner is refused; guests are not.
 *
 * To open is to try until one try succeeds: connect to the server that runs, or else start it. A try meets what others
 * do at the same moment (a start half done, a server on its way down, a user that holds USERS because it is stopping
 * it) as an error that passes. Two first starts, two starts, a start during a stop: one order or another comes out, and
 * PostgreSQL's own lock on the data directory sees to it that there is one server.
 *
 * A server whose users were all killed runs on. The next user adopts it, and being its last user stops it. A server
 * that was killed recovers from its log at the next start, like any PostgreSQL. When that happens under living users,
 * their locks are gone with their connections: they get errors, as from any server that fell, and should open again.
 */
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, connectionUrl, lastPort, openCluster, writeOwned } from './cluster-files.ts';
import { DatabaseInUseError, EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { remedy, runningPort, startServer, stopServer } from './postgres-server.ts';
import type { PostgresSettings } from './postgres-settings.ts';

const USERS = 1;
const OWNER = 2;

const PATIENCE_MS = 120_000;
const RETRY_MS = 50;

const CREATED_MEANWHILE = ['42P04', '23505'];
const LOCK_TIMEOUT = '55P03';

/** Who holds an advisory lock, by the name of its session. */
const HOLDER = `
  select application_name as name from pg_locks join pg_stat_activity using (pid)
  where locktype = 'advisory' and granted and objid = $1`;

export interface EmbeddedPostgresOptions {
  /** Where the cluster lies; made at the first start. */
  readonly directory: string;
  /** Settings of postgresql.conf beside the usual ones. They take effect when this call starts the server. */
  readonly settings?: PostgresSettings;
  /** `owner` for the one process that runs the service on it, `guest` (the default) for all others. */
  readonly role?: 'owner' | 'guest';
  /** Told what takes time or is out of the ordinary, a line each. */
  readonly log?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** On 127.0.0.1. */
  readonly port: number;
  /** The url of a database, by default `postgres`, for the superuser. It need not exist. */
  url(database?: string): string;
  /** Leaves the server; the last user to leave stops it. */
  stop(): Promise<void>;
}

/**
 * Opens the PostgreSQL of a folder, making and starting it as needed.
 * @throws {DatabaseInUseError} as owner, if it has one.
 * @throws {UnsupportedPlatformError} if there are no binaries for this platform.
 * @throws {EmbeddedPostgresError} if it cannot be made or started; the message says what to do.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { settings = {}, role = 'guest', log = () => {} } = options;
  const cluster = await openCluster(resolve(options.directory), { durable: settings['fsync'] !== 'off', log });
  const session = await enter(cluster, settings, log);
  if (role === 'owner') await becomeOwner(cluster, session);
  let stopped: Promise<void> | undefined;
  session.once('end', () => stopped ?? log('PostgreSQL has ended the connection that keeps it running for us.'));
  return {
    port: session.port,
    url: (database = 'postgres') => connectionUrl({ password: cluster.password, port: session.port, database }),
    stop: () => (stopped ??= leave(cluster, session)),
  };
}

/** Creates a database unless it is there. */
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

/** Becomes a user of the server, which it starts if need be. */
async function enter(cluster: Cluster, settings: PostgresSettings, log: (line: string) => void): Promise<pg.Client> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const port = runningPort(cluster);
    const entered = port === undefined ? 'absent' : await tryToEnter(cluster, port);
    if (entered instanceof pg.Client) {
      if (lastPort(cluster) !== port) await writeOwned(join(cluster.directory, 'port'), `${port}\n`, cluster.user);
      return entered;
    }
    const started = entered === 'absent' ? await startServer(cluster, settings) : 'try again';
    if (started === 'recovered') log('PostgreSQL had been killed and has recovered: what was committed is there.');
    if (started !== 'try again') continue;
    await pause(RETRY_MS);
  }
  throw new EmbeddedPostgresError(`The embedded PostgreSQL neither starts nor answers. ${remedy(cluster)}`);
}

/** `absent`: no server of this cluster answers. `busy`: it starts, recovers or stops. */
async function tryToEnter(cluster: Cluster, port: number): Promise<pg.Client | 'absent' | 'busy'> {
  const url = connectionUrl({ password: cluster.password, port, database: 'postgres' });
  const client = new pg.Client({ connectionString: url, application_name: `Hotpath, process ${process.pid}` });
  client.on('error', () => {}); // Without a listener a server that falls takes the process with it.
  try {
    await client.connect();
    await refuseAnothersServer(cluster, client);
    await client.query('select pg_advisory_lock_shared($1)', [USERS]);
    return client;
  } catch (error) {
    await client.end();
    if (hasCode(error, 'ECONNREFUSED')) return 'absent';
    if (isPassing(error)) return 'busy';
    throw error;
  }
}

/** A folder copied or moved with its server running still names that server in its pid file. */
async function refuseAnothersServer(cluster: Cluster, client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ data: string }>(`select current_setting('data_directory') as data`);
  const data = rows[0]!.data;
  if (existsSync(data) && realpathSync(data) === realpathSync(cluster.data)) return;
  const story = `${cluster.directory} was copied or moved while its PostgreSQL ran, and that one runs on ${data}`;
  throw new EmbeddedPostgresError(`${story}: stop it, then remove ${join(cluster.data, 'postmaster.pid')}`);
}

async function becomeOwner(cluster: Cluster, session: pg.Client): Promise<void> {
  try {
    // Not at once: the session of an owner that has just died takes a moment to end.
    await session.query(`set lock_timeout = '1s'`);
    await session.query('select pg_advisory_lock($1)', [OWNER]);
  } catch (error) {
    const owner = hasCode(error, LOCK_TIMEOUT) && (await session.query<{ name: string }>(HOLDER, [OWNER])).rows[0];
    await leave(cluster, session);
    if (!hasCode(error, LOCK_TIMEOUT)) throw error;
    const who = owner ? owner.name : 'Another Hotpath';
    throw new DatabaseInUseError(
      `${who}, runs on the embedded PostgreSQL in ${cluster.directory}: stop it, or set DATABASE_URL to another database`,
    );
  }
}

async function leave(cluster: Cluster, session: pg.Client): Promise<void> {
  const left = await stopIfLast(cluster, session);
  if (left) return;
  // The connection was lost, and our locks with it. The server may be up again, with nobody else to stop it.
  const port = runningPort(cluster);
  const again = port && (await tryToEnter(cluster, port));
  if (again instanceof pg.Client) await stopIfLast(cluster, again);
}

/** Gives our locks back and stops the server if nobody else uses it. False: the session had ended before. */
async function stopIfLast(cluster: Cluster, session: pg.Client): Promise<boolean> {
  let last: boolean;
  try {
    await session.query('select pg_advisory_unlock_all()');
    const { rows } = await session.query<{ last: boolean }>('select pg_try_advisory_lock($1) as last', [USERS]);
    last = rows[0]!.last;
  } catch {
    return false;
  }
  if (last) await stopServer(cluster);
  await session.end();
  return true;
}

/** The server starts, recovers or stops, or did so while we asked; for that pg has no code. */
function isPassing(error: unknown): boolean {
  const passing = ['57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE'];
  return hasCode(error, ...passing) || /^Connection terminated|not queryable$/.test((error as Error).message);
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as { code?: string }).code ?? '');
}
