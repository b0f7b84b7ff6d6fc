/**
 * The users of a cluster's server, and how they start and stop it.
 *
 * The server is a child of no user: any user may start it, and any user may leave last or be killed. A count of users would
 * go wrong, so there is none. Each user holds one connection to the database `postgres`, with an advisory lock for the life
 * of the connection. PostgreSQL frees the locks of a process that dies, however it dies.
 *
 *   USERS   Every user holds it shared. A user that leaves releases its share and then tries to take the lock exclusively.
 *           Only the last user succeeds; it stops the server while it holds the lock. If several users leave at once, the
 *           last to release its share can be blocked only by another user that is stopping the server already.
 *   OWNER   The one owner (`npm run dev`, `npm run db`) holds it exclusively. A second owner is refused; guests are not.
 *
 * A user opens the server by trying until one try succeeds: it connects to the running server, or else starts one. Other
 * users may act at the same moment (a start half done, a server that stops, a user that holds USERS because it stops the
 * server). A try sees that as a temporary error. Concurrent starts and stops happen in one order or another, and PostgreSQL's
 * own lock on the data directory allows only one server.
 *
 * A server whose users were all killed runs on. The next user adopts it, and stops it if it is the last user. A server that
 * was killed recovers from its log at the next start, like any PostgreSQL. Users of a killed server lose their connections,
 * and with them their locks: they get errors, as from any server that has crashed, and should open it again.
 */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, connectionUrl } from './cluster-files.ts';
import { DatabaseInUseError, EmbeddedPostgresError, hasCode } from './errors.ts';
import { type RunningServer, runningServer, startServer, stopServer, whyNot } from './server.ts';
import type { PostgresSettings } from './settings.ts';

const USERS = 1;
const OWNER = 2;

const PATIENCE_MS = 120_000;
const RETRY_MS = 50;

const LOCK_TIMEOUT = '55P03';

/** The holder of an advisory lock, by the name of its session. */
const HOLDER = `
  select application_name as name from pg_locks join pg_stat_activity using (pid)
  where locktype = 'advisory' and granted and objid = $1`;

/** One user of the server. */
export interface Membership {
  readonly cluster: Cluster;
  readonly server: RunningServer;
  /** The connection that holds the locks. */
  readonly session: pg.Client;
}

export interface EnterOptions {
  readonly settings: PostgresSettings;
  readonly log: (line: string) => void;
}

/** Becomes a user of the server; starts the server if needed. */
export async function enter(cluster: Cluster, { settings, log }: EnterOptions): Promise<Membership> {
  let lastSaid = 'nothing';
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    const server = runningServer(cluster);
    const entered = server ? await tryToEnter(cluster, server) : 'absent';
    if (typeof entered === 'object') return entered;
    if (entered === 'absent') {
      const { outcome, said } = await startServer(cluster, settings);
      if (outcome === 'recovered') log('PostgreSQL had been killed and has recovered: all committed data are intact.');
      if (outcome !== 'try again') continue;
      lastSaid = said;
    }
    await pause(RETRY_MS);
  }
  throw new EmbeddedPostgresError(whyNot(cluster, lastSaid));
}

/** `absent`: no server of this cluster answers. `busy`: it starts, recovers or stops. */
async function tryToEnter(cluster: Cluster, server: RunningServer): Promise<Membership | 'absent' | 'busy'> {
  const url = connectionUrl({ password: cluster.password, port: server.port, database: 'postgres' });
  const session = new pg.Client({ connectionString: url, application_name: `Hotpath, process ${process.pid}` });
  session.on('error', () => {}); // Without a listener, a crash of the server would end this process.
  try {
    await session.connect();
    await refuseAnothersServer(cluster, session);
    await session.query('select pg_advisory_lock_shared($1)', [USERS]);
    // Read again: another server may have started meanwhile, on the same port.
    return { cluster, server: runningServer(cluster) ?? server, session };
  } catch (error) {
    await session.end();
    if (hasCode(error, 'ECONNREFUSED')) return 'absent';
    if (isPassing(error)) return 'busy';
    throw error;
  }
}

/** The pid file of a folder that was copied or moved while its server ran still names that server. */
async function refuseAnothersServer(cluster: Cluster, client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ data: string }>(`select current_setting('data_directory') as data`);
  const data = rows[0]!.data;
  if (existsSync(data) && realpathSync(data) === realpathSync(cluster.data)) return;
  const story = `${cluster.directory} was copied or moved while its PostgreSQL ran, and that server runs on ${data}`;
  throw new EmbeddedPostgresError(`${story}: stop it, then remove ${join(cluster.data, 'postmaster.pid')}`);
}

/** Takes ownership, or leaves and throws. */
export async function becomeOwner(member: Membership): Promise<void> {
  const { cluster, session } = member;
  try {
    // Waits, because the session of an owner that has just died takes a moment to end.
    await session.query(`set lock_timeout = '1s'`);
    await session.query('select pg_advisory_lock($1)', [OWNER]);
  } catch (error) {
    const owner = hasCode(error, LOCK_TIMEOUT) && (await session.query<{ name: string }>(HOLDER, [OWNER])).rows[0];
    await leave(member);
    if (!hasCode(error, LOCK_TIMEOUT)) throw error;
    const runs = `${owner ? owner.name : 'Another Hotpath'}, runs on the embedded PostgreSQL in ${cluster.directory}`;
    throw new DatabaseInUseError(`${runs}: stop it, or set DATABASE_URL to another database.`);
  }
}

/** Releases both locks, and stops the server if no other user is left. */
export async function leave(member: Membership): Promise<void> {
  const { cluster } = member;
  if (await stopIfLast(member)) return;
  // The connection is lost, and the locks with it. The server may have recovered, and no other user may be left to stop it.
  const server = runningServer(cluster);
  const again = server && (await tryToEnter(cluster, server));
  if (typeof again === 'object') await stopIfLast(again);
}

/** False: the session had ended before. */
async function stopIfLast({ cluster, server, session }: Membership): Promise<boolean> {
  let last: boolean;
  try {
    await session.query('select pg_advisory_unlock_all()');
    const { rows } = await session.query<{ last: boolean }>('select pg_try_advisory_lock($1) as last', [USERS]);
    last = rows[0]!.last;
  } catch {
    return false;
  }
  if (last) await stopServer(cluster, server);
  await session.end();
  return true;
}

/** The server starts, recovers or stops, or did so during the connection attempt; pg has no code for that. */
function isPassing(error: unknown): boolean {
  const passing = ['57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE'];
  return hasCode(error, ...passing) || /^Connection terminated|not queryable$/.test((error as Error).message);
}
