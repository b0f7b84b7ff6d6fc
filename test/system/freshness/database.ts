/** The database of the check: the server that has it now, a pool of sessions beside the service, and standbys. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { runProgram } from 'hotpath/cli';
import pg from 'pg';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../../../src/dev/postgres/embedded-postgres.ts';
import { withDatabase } from '../../support/template.ts';

/**
 * Nothing here outlives the check, so nothing waits for the disk. A commit waits until it is written, because a standby gets
 * what is written. A standby that follows another server needs the log since it stopped.
 */
export const UNSAFE = { fsync: 'off', full_page_writes: 'off', wal_keep_size: '512MB' };
const SESSIONS = 20;
const POLL_MS = 10;

export class CheckDatabase {
  #url: string;
  #pool: pg.Pool;

  constructor(url: string) {
    this.#url = url;
    this.#pool = openPool(url);
  }

  get url(): string {
    return this.#url;
  }

  /** Sessions on the server that the database is on now. */
  get pool(): pg.Pool {
    return this.#pool;
  }

  /** The database has moved to another server. */
  async moveTo(url: string): Promise<void> {
    const before = this.#pool;
    this.#url = url;
    this.#pool = openPool(url);
    await before.end();
  }

  /** Drops every session of the pool. */
  async reconnect(): Promise<void> {
    await this.moveTo(this.#url);
  }

  /** A session on the server's own database, closed with the stack. */
  async asAdmin(stack: AsyncDisposableStack): Promise<pg.Client> {
    const admin = stack.adopt(new pg.Client({ connectionString: withDatabase(this.#url, 'postgres') }), (client) =>
      client.end(),
    );
    admin.on('error', () => {});
    await admin.connect();
    return admin;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: SESSIONS });
  pool.on('error', () => {});
  return pool;
}

export interface Standby {
  /** Of the check's database on it. */
  readonly url: string;
  readonly directory: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Waits until it has everything that was committed on its primary, and makes it a primary. */
  promote(): Promise<void>;
  /** Waits until it has everything that was committed on its primary. It gets nothing more from then on. */
  cutOff(): Promise<void>;
  /** Makes it a primary, with what it has. */
  promoteAsIs(): Promise<void>;
  /** Replaces its data by a copy of the database's present server, and follows that. It keeps its address. */
  rebuild(): Promise<void>;
}

/** Starts a standby of the database's server, which it copies while that runs. It is removed with the stack. */
export async function openStandby(stack: AsyncDisposableStack, database: CheckDatabase): Promise<Standby> {
  await using opening = new AsyncDisposableStack();
  const primary = await database.asAdmin(opening);
  const home = await mkdtemp(join(tmpdir(), 'hotpath-check-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  await chmod(home, 0o755);
  const directory = join(home, 'standby');
  await copyServer(primary, directory, new URL(database.url).password);
  const started = () => {
    const settings = { ...UNSAFE, shared_buffers: '64MB', primary_conninfo: conninfoOf(database.url) };
    return openEmbeddedPostgres({ directory, settings });
  };
  let server = await started();
  stack.defer(() => server.stop());
  const name = new URL(database.url).pathname.slice(1);
  return {
    url: server.url(name),
    directory,
    stop: () => server.stop(),
    start: async () => {
      server = await started();
    },
    promote: async () => {
      await hasEverything(server, database);
      await runOn(server, PROMOTE);
    },
    cutOff: async () => {
      await hasEverything(server, database);
      await runOn(server, `ALTER SYSTEM SET primary_conninfo = ''`, 'SELECT pg_reload_conf()');
      while ((await runOn(server, 'SELECT FROM pg_stat_wal_receiver')) > 0) await rest(POLL_MS);
    },
    // A copy of it would have its settings.
    promoteAsIs: async () => void (await runOn(server, PROMOTE, 'ALTER SYSTEM RESET primary_conninfo')),
    async rebuild() {
      await server.stop();
      await rm(join(directory, 'data'), { recursive: true, force: true });
      await using copying = new AsyncDisposableStack();
      await copyServer(await database.asAdmin(copying), directory, new URL(database.url).password);
      server = await started();
    },
  };
}

const PROMOTE = 'SELECT pg_promote(true, 60)';

/** Runs statements as the superuser, in turn. @returns the rows of the last one. */
async function runOn(server: EmbeddedPostgres, ...statements: readonly string[]): Promise<number> {
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  try {
    let rows = 0;
    for (const statement of statements) rows = (await client.query(statement)).rows.length;
    return rows;
  } finally {
    await client.end();
  }
}

/** A base backup: the files of the server as they are, and a label that says from where its log makes them whole. */
async function copyServer(primary: pg.Client, directory: string, password: string): Promise<void> {
  const { rows } = await primary.query<{ data: string }>(`SELECT current_setting('data_directory') AS "data"`);
  const data = join(directory, 'data');
  await primary.query(`SELECT pg_backup_start('check', true)`);
  const copied = await runProgram('sh', [
    '-c',
    'mkdir -p "$2" && chown --reference="$1" "$2" && cp -a "$1" "$2/data"',
    'sh',
    rows[0]!.data,
    directory,
  ]);
  const { rows: labels } = await primary.query<{ label: string }>(
    'SELECT labelfile AS "label" FROM pg_backup_stop(false)',
  );
  // Files may go while they are copied.
  const isCopied = copied.output.split('\n').every((line) => line === '' || line.includes('No such file or directory'));
  if (!isCopied) throw new Error(`The server cannot be copied: ${copied.output}`);
  await Promise.all(['postmaster.pid', 'postmaster.opts'].map((file) => rm(join(data, file), { force: true })));
  await Promise.all([
    writeFile(join(data, 'backup_label'), labels[0]!.label),
    writeFile(join(data, 'standby.signal'), ''),
    writeFile(join(directory, 'password'), password),
  ]);
  await runProgram('chown', ['-R', `--reference=${rows[0]!.data}`, directory]);
}

export function conninfoOf(url: string): string {
  const { hostname, port, username, password } = new URL(url);
  return `host=${hostname} port=${port} user=${username} password=${password}`;
}

/** Resolves when a standby has everything that was committed on its primary. */
async function hasEverything(server: EmbeddedPostgres, database: CheckDatabase): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const standby = stack.adopt(new pg.Client({ connectionString: server.url() }), (client) => client.end());
  await standby.connect();
  const primary = await database.asAdmin(stack);
  // A commit that waits for the log has everything before it written.
  await primary.query(`SET synchronous_commit = on; SELECT pg_logical_emit_message(true, 'check', '')`);
  const { rows } = await primary.query<{ lsn: string }>('SELECT pg_current_wal_flush_lsn()::text AS "lsn"');
  const hasAll = async () => {
    const replayed = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS "all"';
    return (await standby.query<{ all: boolean }>(replayed, [rows[0]!.lsn])).rows[0]!.all;
  };
  while (!(await hasAll())) await rest(POLL_MS);
}
