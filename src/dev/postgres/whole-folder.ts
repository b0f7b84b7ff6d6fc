/**
 * A folder that appears complete or not at all.
 *
 * The code fills a folder with a temporary name beside the target, and then renames it. A rename never replaces a folder that
 * is not empty. So if several processes make the same folder, one wins and the others delete theirs. The temporary name
 * contains the process id: the next process deletes the folder that a killed process left.
 */
import { lstat, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasCode } from './errors.ts';

/** @returns whether this call made the folder that is now at `target`. */
export async function makeWholeFolder(target: string, fill: (staging: string) => Promise<void>): Promise<boolean> {
  await clearAbandoned(target);
  const staging = await mkdtemp(`${target}.new-${process.pid}-`);
  try {
    await fill(staging);
    await rename(staging, target);
    return true;
  } catch (error) {
    await rm(staging, { recursive: true, force: true, maxRetries: 3 });
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'EPERM') && (await isFolder(target))) return false;
    throw error;
  }
}

async function clearAbandoned(target: string): Promise<void> {
  const prefix = `${basename(target)}.new-`;
  for (const name of await readdir(dirname(target))) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (pid > 0 && !isAlive(pid))
      await rm(join(dirname(target), name), { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Whether a process with this id exists; it may belong to another user. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

const isFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
