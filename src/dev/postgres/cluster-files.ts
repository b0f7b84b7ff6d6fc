/**
 * The files of an embedded cluster: data/, password, port and server.log in one folder that only its owner may enter.
 *
 * The folder appears whole, made by initdb with its password inside, so whoever sees a password sees a cluster. Files
 * that change later are replaced by rename: a reader gets the old text or the new one, and a link planted in their
 * place is never followed.
 */
import { randomBytes } from 'node:crypto';
import { constants, existsSync, readFileSync } from 'node:fs';
import { access, appendFile, chown, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { runProcess } from '../run-process.ts';
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

/** In data/, and read by postgresql.conf as its last line. What ALTER SYSTEM sets still comes after it. */
export const settingsFileName = 'hotpath.conf';

export interface Cluster {
  /** Where the cluster lies: the folder asked for, or its twin. */
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

/** The url of a database of the cluster, whether or not it runs; undefined as long as there is none. */
export function embeddedUrl(directory: string, database: string): string | undefined {
  const at = findCluster(resolve(directory));
  if (!at || !existsSync(join(at, 'port'))) return undefined;
  return connectionUrl({ password: read(at, 'password'), port: Number(read(at, 'port')), database });
}

export function connectionUrl(to: { password: string; port: number; database: string }): string {
  return `postgresql://postgres:${to.password}@127.0.0.1:${to.port}/${encodeURIComponent(to.database)}`;
}

/** The port that the cluster had last, undefined before its first start. */
export function lastPort(cluster: Cluster): number | undefined {
  return existsSync(join(cluster.directory, 'port')) ? Number(read(cluster.directory, 'port')) : undefined;
}

export async function rememberPort(cluster: Cluster, port: number): Promise<void> {
  if (lastPort(cluster) !== port) await writeOwned(join(cluster.directory, 'port'), `${port}\n`, cluster.user);
}

/** Writes a file that the server's user, and nobody else, may read; replaces one that is there in one step. */
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
  log(`The user that PostgreSQL runs as cannot reach ${directory}: the cluster lies in ${twin}`);
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
    throw new EmbeddedPostgresError(`${directory} holds files but no PostgreSQL cluster: ${remedy}.`);
  }
}

async function initialise(directory: string, { binaries, user, durable }: NewCluster): Promise<void> {
  const data = join(directory, 'data');
  const password = ['--auth=scram-sha-256', `--pwfile=${join(directory, 'password')}`];
  const text = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const safety = durable ? ['--data-checksums'] : ['--data-checksums', '--no-sync'];
  const args = [`--pgdata=${data}`, '--username=postgres', ...password, ...text, ...safety];
  const { code, output } = await runProcess(binaries.initdb, args, runAs(user));
  if (code !== 0) throw new EmbeddedPostgresError(`initdb could not make a PostgreSQL cluster:\n${output.trim()}`);
  await appendFile(join(data, 'postgresql.conf'), `\ninclude_if_exists = '${settingsFileName}'\n`);
}

const read = (directory: string, name: string): string => readFileSync(join(directory, name), 'utf8').trim();
