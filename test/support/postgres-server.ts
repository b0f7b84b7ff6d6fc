/** One PostgreSQL server of a test's own, of any version: it stops, hangs, starts again and is promoted when the test says so. */
import { readFileSync } from 'node:fs';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from 'hotpath/cli';
import pg from 'pg';
import { postgresBinaries } from '../../src/dev/postgres/binaries.ts';
import { runAs, type ServerUser, serverUser } from '../../src/dev/postgres/server-user.ts';
import { freePort } from './free-port.ts';

/** The programs `initdb` and `pg_ctl` of one version, and the user of the system that runs them. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly user: ServerUser | undefined;
}

/** The programs in a folder, such as those of a distribution; the embedded ones without it. */
export async function postgresPrograms(folder?: string): Promise<PostgresPrograms> {
  const user = await serverUser(undefined);
  if (folder) return { initdb: join(folder, 'initdb'), pgCtl: join(folder, 'pg_ctl'), user };
  return { ...(await postgresBinaries(user, () => {})), user };
}

const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
shared_buffers = 16MB
max_connections = 100
wal_keep_size = 256MB
hot_standby_feedback = off
wal_receiver_timeout = 2s
wal_retrieve_retry_interval = 200ms
timezone = 'UTC'
`;

export class PostgresServer {
  readonly data: string;
  readonly port: number;
  readonly #programs: PostgresPrograms;

  private constructor(programs: PostgresPrograms, data: string, port: number) {
    this.#programs = programs;
    this.data = data;
    this.port = port;
  }

  /** A new cluster, in a folder of the server's user. It does not run. */
  static async create(programs: PostgresPrograms, data: string): Promise<PostgresServer> {
    const args = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
    await mustRun(programs, programs.initdb, args);
    await appendFile(join(data, 'postgresql.conf'), SETTINGS);
    return new PostgresServer(programs, data, await freePort());
  }

  /** A standby of a server: a copy of its data, taken while it is stopped. It does not run. */
  static async standbyOf(primary: PostgresServer, data: string): Promise<PostgresServer> {
    const programs = primary.#programs;
    await mustRun(programs, 'cp', ['-a', primary.data, data]);
    const standby = new PostgresServer(programs, data, await freePort());
    await standby.follow(primary);
    return standby;
  }

  /** Streams from another server from its next start on. */
  async follow(primary: PostgresServer): Promise<void> {
    const conninfo = `host=127.0.0.1 port=${primary.port} user=postgres`;
    await appendFile(join(this.data, 'postgresql.auto.conf'), `\nprimary_conninfo = '${conninfo}'\n`);
    await writeFile(join(this.data, 'standby.signal'), '');
  }

  /** The superuser's URL of a database. The password is not asked for. */
  url(database = 'postgres'): string {
    return `postgresql://postgres:any@127.0.0.1:${this.port}/${database}`;
  }

  /** The process of the postmaster; undefined while it does not run. */
  get pid(): number | undefined {
    return this.#processes()[0];
  }

  start(): Promise<void> {
    const args = [
      'start',
      '-w',
      '-t',
      '60',
      '-D',
      this.data,
      '-l',
      join(this.data, 'server.log'),
      '-o',
      `-p ${this.port}`,
    ];
    return mustRun(this.#programs, this.#programs.pgCtl, args);
  }

  stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    return mustRun(this.#programs, this.#programs.pgCtl, ['stop', '-w', '-m', mode, '-D', this.data]);
  }

  /** Stops without an error if it does not run. */
  async end(): Promise<void> {
    this.thaw();
    await this.stop('immediate').catch(() => {});
  }

  /** Every process of the server stands still; nothing is closed. */
  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  promote(): Promise<void> {
    return mustRun(this.#programs, this.#programs.pgCtl, ['promote', '-w', '-D', this.data]);
  }

  /** Runs one statement as the superuser, on a connection of its own. */
  async run(text: string, database = 'postgres'): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url(database), options: '-c statement_timeout=0' });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** From now on a standby replays commits this much later. */
  async delay(by: string): Promise<void> {
    await this.run(`ALTER SYSTEM SET recovery_min_apply_delay = '${by}'`);
    await this.run('SELECT pg_reload_conf()');
  }

  async remove(): Promise<void> {
    await this.end();
    await rm(this.data, { recursive: true, force: true });
  }

  #signal(signal: NodeJS.Signals): void {
    for (const pid of this.#processes()) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  /** The postmaster first: it starts no other process while it stands still. */
  #processes(): number[] {
    const [first] = read(join(this.data, 'postmaster.pid'))?.split('\n') ?? [];
    const postmaster = Number(first);
    if (!postmaster) return [];
    const children = read(`/proc/${postmaster}/task/${postmaster}/children`) ?? '';
    return [postmaster, ...children.split(' ').filter(Boolean).map(Number)];
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function mustRun({ user }: PostgresPrograms, file: string, args: readonly string[]): Promise<void> {
  const { code, output } = await runProgram(file, args, runAs(user));
  if (code !== 0) throw new Error(`${file} ${args[0]}: ${output}`);
}
