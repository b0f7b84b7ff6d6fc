/**
 * PgBouncer between the service under test and PostgreSQL, with the files of `deploy/pgbouncer`, for
 * `TEST_POOLER=pgbouncer`. Only its address of PostgreSQL, its users and its port differ from a deployment. `TEST_POOLER` may also be the path of another version's program.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runProgram } from 'hotpath/cli';
import { PROJECT } from '../../src/dev/home.ts';
import { type ServerUser, serverUser } from '../../src/dev/postgres/server-user.ts';
import { freePort } from './free-port.ts';
import { asService } from './service-role.ts';

export interface Pooler {
  /** Where it listens on the loopback. */
  readonly port: number;
  /** The variables of the service for it. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface RunningPooler extends Pooler {
  stop(): Promise<void>;
}

/**
 * @param url of the server, as the owner. The role of services may come, too.
 * @param changed settings that are other than in a deployment.
 */
export async function openPooler(
  program: string,
  url: string,
  changed: Readonly<Record<string, string | number>> = {},
): Promise<RunningPooler> {
  const [port, keeps] = await Promise.all([freePort(), keepsPrepared(program)]);
  const folder = await mkdtemp(join(tmpdir(), 'hotpath-pooler-'));
  const user = await serverUser(undefined);
  await writeSettings({ folder, url, port, keeps, changed });
  if (user) await chown(folder, user.uid, user.gid);
  const child = await listening({ program, folder, user });
  return {
    port,
    environment: keeps ? {} : { DATABASE_PREPARED_STATEMENTS: 'off' },
    async stop() {
      const end = once(child, 'exit');
      child.kill('SIGKILL');
      await end;
      await rm(folder, { recursive: true });
    },
  };
}

/** The same database, by way of the pooler. */
export function pooled(url: string, pooler: Pooler): string {
  const changed = new URL(url);
  changed.host = `127.0.0.1:${pooler.port}`;
  return changed.href;
}

/** Prepared statements are kept from 1.21 on; before, the setting is unknown and stops the start. */
async function keepsPrepared(program: string): Promise<boolean> {
  const { output } = await runProgram(program, ['--version']);
  const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(output) ?? [];
  if (!major) throw new Error(`${program} is not PgBouncer: ${output}`);
  return Number(major) > 1 || Number(minor) >= 21;
}

interface Settings {
  readonly folder: string;
  readonly url: string;
  readonly port: number;
  readonly keeps: boolean;
  readonly changed: Readonly<Record<string, string | number>>;
}

const DEPLOYED = join(PROJECT, 'deploy/pgbouncer');

/** Copies the files, because the program may run as a user that cannot read the checkout. The last setting counts. */
async function writeSettings({ folder, url, port, keeps, changed }: Settings): Promise<void> {
  const { hostname, port: serverPort, username, password } = new URL(url);
  const file = await readFile(join(DEPLOYED, keeps ? 'prepared.ini' : 'pgbouncer.ini'), 'utf8');
  await cp(join(DEPLOYED, 'pgbouncer.ini'), join(folder, 'deployed.ini'));
  const ini = `${file.replace('/etc/pgbouncer/pgbouncer.ini', join(folder, 'deployed.ini'))}
listen_addr = 127.0.0.1
listen_port = ${port}
auth_file = ${join(folder, 'users.txt')}
; Databases are dropped and made anew under their names here. Whoever kept connections to them would be refused for a while.
min_pool_size = 0
${Object.entries(changed)
  .map(([name, value]) => `${name} = ${value}`)
  .join('\n')}

[databases]
* = host=${hostname} port=${serverPort || 5432} connect_query='set statement_timeout = 5000'
`;
  const lines = [username, new URL(asService(url)).username].map((user) => `${quoted(user)} ${quoted(password)}\n`);
  await writeFile(join(folder, 'users.txt'), lines.join(''));
  await writeFile(join(folder, 'pgbouncer.ini'), ini);
}

const quoted = (word: string): string => `"${decodeURIComponent(word).replaceAll('"', '""')}"`;

interface Start {
  readonly program: string;
  readonly folder: string;
  readonly user: ServerUser | undefined;
}

async function listening({ program, folder, user }: Start): Promise<ChildProcess> {
  const child = spawn(program, ['pgbouncer.ini'], { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const log: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      if (/process up/.test(line)) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}:\n${log.join('\n')}`)));
  });
  return child;
}
