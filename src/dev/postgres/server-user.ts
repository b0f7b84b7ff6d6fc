/**
 * The system user that PostgreSQL runs as when we are root.
 *
 * PostgreSQL refuses to run as root, so a root process (a container, a CI job) runs it as the owner of the existing
 * cluster, or else as `postgres`, which is created where it is missing. That user may be unable to reach a checkout
 * below, say, /root. What it cannot reach gets a twin: a folder under /var/tmp, named after the path it stands for.
 * /var/tmp is open to everybody, so a twin counts only when root owns it and nobody else can write to it; its name
 * being predictable then gives nothing away.
 */
import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { runProcess } from '../run-process.ts';
import { EmbeddedPostgresError, hasCode } from './errors.ts';

/** The system user that the server runs as, if not as ourselves. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** How a program is run as that user. It may be barred from our working directory, in which PostgreSQL's programs fail. */
export const runAs = (user: ServerUser | undefined) => ({ ...user, cwd: '/' });

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Undefined when we are not root: then the server runs as ourselves. */
export async function serverUser(cluster: string | undefined): Promise<ServerUser | undefined> {
  if (!isRoot()) return undefined;
  const owner = cluster && lstatSync(cluster);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await findUser('postgres')) ?? (await createUser('postgres'));
}

/** Whether the server's user can list `path`, a folder. We ourselves always count as able. */
export async function canReach(user: ServerUser | undefined, path: string): Promise<boolean> {
  if (!user) return true;
  return (await runProcess('/bin/sh', ['-c', 'test -r "$1" && test -x "$1"', 'sh', path], runAs(user))).code === 0;
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
  const [uid, gid] = await Promise.all([runProcess('id', ['-u', name]), runProcess('id', ['-g', name])]);
  return uid.code === 0 && gid.code === 0 ? { uid: Number(uid.output), gid: Number(gid.output) } : undefined;
}

async function createUser(name: string): Promise<ServerUser> {
  try {
    await runProcess('/usr/sbin/groupadd', ['--system', name]);
    const nologin = ['--no-create-home', '--shell', '/usr/sbin/nologin'];
    await runProcess('/usr/sbin/useradd', ['--system', '--gid', name, ...nologin, name]);
  } catch (cause) {
    throw new EmbeddedPostgresError(cannotCreate(name), { cause });
  }
  const user = await findUser(name);
  if (!user) throw new EmbeddedPostgresError(cannotCreate(name));
  return user;
}

const cannotCreate = (name: string): string =>
  `PostgreSQL does not run as root, and the user "${name}" could not be created: create it, or run as another user`;
