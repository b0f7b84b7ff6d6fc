/** A primary with the marketplace's tables and rows, and physical standbys that stream from it. */
import { mkdtempSync } from 'node:fs';
import { chmod, chown, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seed } from '../../prisma/seed/seed.ts';
import { migrate } from '../../src/dev/migrate.ts';
import { PostgresServer, postgresPrograms } from './postgres-server.ts';
import { letServiceIn } from './service-role.ts';

export const REPLICATED = 'shop';

export interface Replication {
  readonly primary: PostgresServer;
  readonly standbys: readonly PostgresServer[];
  close(): Promise<void>;
}

export interface ReplicationOptions {
  readonly standbys: number;
  /** The folder with the programs of a version of PostgreSQL; the embedded ones without it. */
  readonly programs?: string | undefined;
  /** The rows of the primary; `tiny` without it. */
  readonly size?: 'tiny' | 'small' | 'large' | undefined;
}

export async function openReplication(options: ReplicationOptions): Promise<Replication> {
  const opened = new AsyncDisposableStack();
  try {
    return { ...(await openServers(opened, options)), close: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** @param opened gets what closes each server. */
async function openServers(
  opened: AsyncDisposableStack,
  { standbys: count, programs: folder, size = 'tiny' }: ReplicationOptions,
): Promise<Omit<Replication, 'close'>> {
  const programs = await postgresPrograms(folder);
  const home = mkdtempSync(join(tmpdir(), 'hotpath-replication-'));
  opened.defer(() => rm(home, { recursive: true, force: true }));
  await chmod(home, 0o755);
  if (programs.user) await chown(home, programs.user.uid, programs.user.gid);
  const primary = await PostgresServer.create(programs, join(home, 'primary'));
  opened.defer(() => primary.end());
  await primary.start();
  await primary.run(`CREATE DATABASE ${REPLICATED}`);
  const url = primary.url(REPLICATED);
  await migrate(url);
  await letServiceIn(url);
  await seed({ url, size });
  await primary.stop();
  const standbys: PostgresServer[] = [];
  for (let each = 1; each <= count; each += 1) {
    const standby = await PostgresServer.standbyOf(primary, join(home, `standby-${each}`));
    opened.defer(() => standby.end());
    standbys.push(standby);
  }
  await primary.start();
  await Promise.all(standbys.map((standby) => standby.start()));
  return { primary, standbys };
}
