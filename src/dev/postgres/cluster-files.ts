/**
 * The files of an embedded cluster: data/, password, port and server.log in one folder that only its owner may enter.
 *
 * The folder appears in one step. initdb has then made the cluster, with its password in the folder: a process that can read
 * the password can use the cluster. A rename replaces files that change later: a reader gets the old text or the new one, and
 * the write never follows a link in their place.
 */
import { randomBytes } from 'node:crypto';
import { constants, existsSync, readFileSync } from 'node:fs';
import { access, appendFile, chown, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProgram } from 'hotpath/cli';
import { type PostgresBinaries, postgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError, hasCode } from './errors.ts';
import {
  canReach,
  isRoot,
  isTrustedTwin,
  makeTwin,
  runAs,
  type ServerUser,
  serverUser,
  twinOf,
} from './server-user.ts';
import { makeWholeFolder } from './whole-folder.ts';

/** In data/; postgresql.conf includes it in its last line. Settings of ALTER SYSTEM still override it. */
export const settingsFileName = 'hotpath.conf';

export interface Cluster {
  /** The folder of the cluster: the requested folder, or its twin. */
  readonly directory: string;
  readonly data: string;
  readonly serverLog: string;
  readonly password: string;
  readonly binaries: PostgresBinaries;
  readonly user: ServerUser | undefined;
}

export interface ClusterOptions {
  /** False skips the flush to disk while the cluster is made. */
  readonly durable: boolean;
  readonly log: (line: string) => void;
}

/** Finds the cluster of `directory`, or makes it. */
export async function openCluster(directory: string, { durable, log }: ClusterOptions): Promise<Cluster> {
  const existing = findCluster(directory);
  const user = await serverUser(existing);
  const binaries = await postgresBinaries(user, log);
  const at = existing ?? (await chooseDirectory({ directory, user, log }));
  if (!existing) await createCluster(at, { binaries, user, durable, log });
  return {
    directory: at,
    data: join(at, 'data'),
    serverLog: join(at, 'server.log'),
    password: read(at, 'password'),
    binaries,
    user,
  };
}

export function connectionUrl(to: { password: string; port: number; database: string }): string {
  return `postgresql://postgres:${to.password}@127.0.0.1:${to.port}/${encodeURIComponent(to.database)}`;
}

/** The last port of the cluster; undefined before its first start. */
export function lastPort(cluster: Cluster): number | undefined {
  return existsSync(join(cluster.directory, 'port')) ? Number(read(cluster.directory, 'port')) : undefined;
}

export async function rememberPort(cluster: Cluster, port: number): Promise<void> {
  if (lastPort(cluster) !== port) await writeOwned(join(cluster.directory, 'port'), `${port}\n`, cluster.user);
}

/** Writes a file that only the server's user may read; replaces an existing file in one step. */
export async function writeOwned(path: string, text: string, user: ServerUser | undefined): Promise<void> {
  const staging = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(staging, text, { mode: 0o600, flag: 'wx' });
  if (user) await chown(staging, user.uid, user.gid);
  await rename(staging, path);
}

function findCluster(directory: string): string | undefined {
  if (existsSync(join(directory, 'password'))) return directory;
  const twin = join(twinOf(directory), 'cluster');
  if (isRoot() && isTrustedTwin(twinOf(directory)) && existsSync(join(twin, 'password'))) return twin;
  return undefined;
}

interface Wanted {
  readonly directory: string;
  readonly user: ServerUser | undefined;
  readonly log: (line: string) => void;
}

async function chooseDirectory({ directory, user, log }: Wanted): Promise<string> {
  await mkdir(dirname(directory), { recursive: true });
  if (await canReach(user, dirname(directory))) return directory;
  const twin = join(await makeTwin(directory), 'cluster');
  log(`The user that PostgreSQL runs as cannot reach ${directory}: the cluster is in ${twin}`);
  return twin;
}

interface NewCluster extends ClusterOptions {
  readonly binaries: PostgresBinaries;
  readonly user: ServerUser | undefined;
}

async function createCluster(directory: string, cluster: NewCluster): Promise<void> {
  const remedy = 'remove it, or set DATABASE_URL';
  const cannotEnter = await access(directory, constants.R_OK).catch((error: unknown) => hasCode(error, 'EACCES'));
  if (cannotEnter) throw new EmbeddedPostgresError(`${directory} belongs to another user: ${remedy}.`);
  cluster.log(`Creating a PostgreSQL cluster in ${directory}`);
  const mine = await makeWholeFolder(directory, async (staging) => {
    if (cluster.user) await chown(staging, cluster.user.uid, cluster.user.gid);
    await writeOwned(join(staging, 'password'), randomBytes(24).toString('base64url'), cluster.user);
    await initialise(staging, cluster);
  });
  if (!mine && !findCluster(directory)) {
    throw new EmbeddedPostgresError(`${directory} contains files but no PostgreSQL cluster: ${remedy}.`);
  }
}

async function initialise(directory: string, { binaries, user, durable }: NewCluster): Promise<void> {
  const data = join(directory, 'data');
  const password = ['--auth=scram-sha-256', `--pwfile=${join(directory, 'password')}`];
  const text = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const safety = durable ? ['--data-checksums'] : ['--data-checksums', '--no-sync'];
  const args = [`--pgdata=${data}`, '--username=postgres', ...password, ...text, ...safety];
  const { code, output } = await runProgram(binaries.initdb, args, runAs(user));
  if (code !== 0) throw new EmbeddedPostgresError(`initdb could not make a PostgreSQL cluster:\n${output.trim()}`);
  await appendFile(join(data, 'postgresql.conf'), `\ninclude_if_exists = '${settingsFileName}'\n`);
}

const read = (directory: string, name: string): string => readFileSync(join(directory, name), 'utf8').trim();
