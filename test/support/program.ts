/** A program that tests run: found on PATH, or installed first if that is possible without a question. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export interface WantedProgram {
  /** The first that is found counts. */
  readonly names: readonly string[];
  /** The package that Debian has it in. */
  readonly debianPackage: string;
  /** The remedy if it is missing, in one sentence. */
  readonly advice: string;
}

/** The program's path. @throws {Error} with the advice if it is missing and cannot be installed. */
export async function programOf({ names, debianPackage, advice }: WantedProgram): Promise<string> {
  if (!found(names) && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    await installPackage(debianPackage);
  }
  const program = found(names);
  if (program) return program;
  throw new Error(advice);
}

/** Where Debian puts servers, which is not on every user's PATH. */
const SERVERS = '/usr/sbin';

const found = (names: readonly string[]): string | undefined =>
  [...(process.env['PATH'] ?? '').split(delimiter), SERVERS]
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** Waits for any other process that installs at the moment, such as another worker of this run. */
async function installPackage(name: string): Promise<void> {
  process.stderr.write(`Installing ${name} by apt-get.\n`);
  // At this run level Debian starts no service of a package that it installs.
  const env = { ...process.env, RUNLEVEL: '1' };
  const apt = (...args: string[]) =>
    promisify(execFile)('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], { env });
  const install = () => apt('install', '-y', '--no-install-recommends', name);
  await install().catch(async () => {
    await apt('-o', 'Acquire::Retries=3', 'update');
    await install();
  });
}
