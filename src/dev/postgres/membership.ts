/**
 * Who uses the server of a cluster, and who starts and stops it.
 *
 * The server is nobody's child: any of its users may come first and any may leave last, or be killed. So there is no
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

/** Who holds an advisory lock, by the name of its session. */
const HOLDER = `
  select application_name as name from pg_locks join pg_stat_activity using (pid)
  where locktype = 'advisory' and granted and objid = $1`;

/** One user of the server. */
export interface Membership {
  readonly cluster: Cluster;
  readonly server: RunningServer;
  /** Holds the locks. */
  readonly session: pg.Client;
}

export interface EnterOptions {
  readonly settings: PostgresSettings;
  readonly log: (line: string) => void;
}

/** Becomes a user of the server, which it starts if need be. */
export async function enter(cluster: Cluster, { settings, log }: EnterOptions): Promise<Membership> {
  let lastSaid = 'nothing';
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    const server = runningServer(cluster);
    const entered = server ? await tryToEnter(cluster, server) : 'absent';
    if (typeof entered === 'object') return entered;
    if (entered === 'absent') {
      const { outcome, said } = await startServer(cluster, settings);
      if (outcome === 'recovered') log('PostgreSQL had been killed and has recovered: what was committed is there.');
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
  session.on('error', () => {}); // Without a listener a server that falls takes the process with it.
  try {
    await session.connect();
    await refuseAnothersServer(cluster, session);
    await session.query('select pg_advisory_lock_shared($1)', [USERS]);
    // Looked up again: by now another server may have taken the place, and the port, of the one we were after.
    return { cluster, server: runningServer(cluster) ?? server, session };
  } catch (error) {
    await session.end();
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

/** Takes ownership, or leaves and throws. */
export async function becomeOwner(member: Membership): Promise<void> {
  const { cluster, session } = member;
  try {
    // Not at once: the session of an owner that has just died takes a moment to end.
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

/** Gives everything back, and stops the server if nobody else uses it. */
export async function leave(member: Membership): Promise<void> {
  const { cluster } = member;
  if (await stopIfLast(member)) return;
  // The connection was lost, and our locks with it. The server may be up again, with nobody else to stop it.
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

/** The server starts, recovers or stops, or did so while we asked; for that pg has no code. */
function isPassing(error: unknown): boolean {
  const passing = ['57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE'];
  return hasCode(error, ...passing) || /^Connection terminated|not queryable$/.test((error as Error).message);
}
