/** A PostgreSQL server of a distribution that has the extension HypoPG; the embedded PostgreSQL has none. */
import { globSync, mkdtempSync } from 'node:fs';
import { chown, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresServer, postgresPrograms } from './postgres-server.ts';
import { programOf } from './program.ts';

/** Where Debian and Ubuntu put the extensions of each version. */
const EXTENSIONS = '/usr/share/postgresql';

/** @throws {Error} with the packages to install, where there is no HypoPG. */
export async function openHypopgServer(stack: AsyncDisposableStack): Promise<PostgresServer> {
  const version = await versionWithHypopg();
  const programs = await postgresPrograms(`/usr/lib/postgresql/${version}/bin`);
  const home = mkdtempSync(join(tmpdir(), 'hotpath-hypopg-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  if (programs.user) await chown(home, programs.user.uid, programs.user.gid);
  const server = await PostgresServer.create(programs, join(home, 'data'));
  stack.defer(() => server.end());
  await server.start();
  return server;
}

/** The newest version of PostgreSQL that has the extension. As root on Debian 12 the package is installed if it is missing. */
async function versionWithHypopg(): Promise<string> {
  const [newest] = versions();
  if (newest !== undefined) return newest;
  await programOf({
    names: ['../share/postgresql/15/extension/hypopg.control'],
    debianPackage: 'postgresql-15-hypopg',
    advice:
      'This test needs HypoPG: install a package such as postgresql-15-hypopg, of the version of your PostgreSQL, on Debian or Ubuntu.',
  });
  return '15';
}

const versions = (): string[] =>
  globSync('*/extension/hypopg.control', { cwd: EXTENSIONS })
    .map((file) => file.split('/')[0]!)
    .toSorted((one, other) => Number(other) - Number(one));
