/**
 * The system user that PostgreSQL runs as if this process is root.
 *
 * PostgreSQL refuses to run as root. So a root process (a container, a CI job) runs it as the owner of the existing cluster,
 * or else as `postgres`, which is created if it is missing. That user may be unable to reach a checkout below, say, /root. A
 * folder that it cannot reach gets a twin: a folder under /var/tmp, named after the original path. Every user can write to
 * /var/tmp. So a twin is accepted only if root owns it and no other user can write to it; the predictable name is then
 * harmless.
 */
import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { runProgram } from 'hotpath/cli';
import { EmbeddedPostgresError, hasCode } from './errors.ts';

/** The system user that the server runs as; undefined if it is this process's user. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Options to run a program as that user. It may have no access to this process's working directory, and PostgreSQL's programs
 * fail there.
 */
export const runAs = (user: ServerUser | undefined) => ({ ...user, cwd: '/' });

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Undefined if this process is not root: then the server runs as the same user. */
export async function serverUser(cluster: string | undefined): Promise<ServerUser | undefined> {
  if (!isRoot()) return undefined;
  const owner = cluster && lstatSync(cluster);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await findUser('postgres')) ?? (await createUser('postgres'));
}

/** Whether the server's user can list `path`, a folder. The user of this process always counts as able. */
export async function canReach(user: ServerUser | undefined, path: string): Promise<boolean> {
  if (!user) return true;
  return (await runProgram('/bin/sh', ['-c', 'test -r "$1" && test -x "$1"', 'sh', path], runAs(user))).code === 0;
}

export function twinOf(path: string): string {
  return `/var/tmp/hotpath-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
}

export function isTrustedTwin(twin: string): boolean {
  const found = lstatSync(twin, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === 0 && (found.mode & 0o022) === 0;
}

export async function makeTwin(path: string): Promise<string> {
  const twin = twinOf(path);
  const made = await mkdir(twin).then(
    () => true,
    (error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
      return false;
    },
  );
  if (made) await chmod(twin, 0o755);
  if (isTrustedTwin(twin)) return twin;
  throw new EmbeddedPostgresError(
    `${twin} stands for ${path}, but root does not own it alone: remove it and start again`,
  );
}

async function findUser(name: string): Promise<ServerUser | undefined> {
  const [uid, gid] = await Promise.all([runProgram('id', ['-u', name]), runProgram('id', ['-g', name])]);
  return uid.code === 0 && gid.code === 0 ? { uid: Number(uid.output), gid: Number(gid.output) } : undefined;
}

async function createUser(name: string): Promise<ServerUser> {
  try {
    await runProgram('/usr/sbin/groupadd', ['--system', name]);
    const nologin = ['--no-create-home', '--shell', '/usr/sbin/nologin'];
    await runProgram('/usr/sbin/useradd', ['--system', '--gid', name, ...nologin, name]);
  } catch (cause) {
    throw new EmbeddedPostgresError(cannotCreate(name), { cause });
  }
  const user = await findUser(name);
  if (!user) throw new EmbeddedPostgresError(cannotCreate(name));
  return user;
}

const cannotCreate = (name: string): string =>
  `PostgreSQL does not run as root, and the user "${name}" could not be created: create it, or run as another user`;
