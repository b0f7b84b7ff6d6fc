/** The program that is Redis: found on PATH, or installed first where that is possible without asking anybody. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const NAMES = ['redis-server', 'valkey-server'];

const found = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** The program, installed first where that is possible without asking anybody. */
export async function redisProgram(): Promise<string> {
  if (!found() && process.getuid?.() === 0 && existsSync('/etc/debian_version')) await installPackage();
  const program = found();
  if (program) return program;
  throw new Error(
    'These tests need Redis: install redis-server (apt-get install redis-server, brew install redis), or set REDIS_URL.',
  );
}

/** Waits for whoever else installs at the moment, such as another worker of this run. */
async function installPackage(): Promise<void> {
  process.stderr.write('Installing redis-server by apt-get.\n');
  const apt = (...args: string[]) => promisify(execFile)('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args]);
  const install = () => apt('install', '-y', '--no-install-recommends', 'redis-server');
  await install().catch(async () => {
    await apt('-o', 'Acquire::Retries=3', 'update');
    await install();
  });
}
