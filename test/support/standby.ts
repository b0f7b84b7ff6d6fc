/** Two servers with the same rows: a primary, and a copy of it that is in recovery, as a standby is. */
import { mkdtempSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from 'hotpath/cli';
import { seed } from '../../prisma/seed/seed.ts';
import { migrate } from '../../src/dev/migrate.ts';
import { ensureDatabase, openEmbeddedPostgres } from '../../src/dev/postgres/embedded-postgres.ts';
import { letServiceIn } from './service-role.ts';

const DATABASE = 'shop';
const settings = { fsync: 'off', synchronous_commit: 'off', shared_buffers: '32MB' };

export interface Pair {
  readonly primaryUrl: string;
  readonly standbyUrl: string;
  close(): Promise<void>;
}

export async function openPair(): Promise<Pair> {
  await using opened = new AsyncDisposableStack();
  const home = mkdtempSync(join(tmpdir(), 'hotpath-pair-'));
  opened.defer(() => rm(home, { recursive: true, force: true }));
  await chmod(home, 0o755);
  const directory = join(home, 'primary');
  const first = await openEmbeddedPostgres({ directory, settings });
  await ensureDatabase(first, DATABASE);
  await migrate(first.url(DATABASE));
  await letServiceIn(first.url(DATABASE));
  await seed({ url: first.url(DATABASE), size: 'tiny' });
  await first.stop();
  const copy = join(home, 'standby');
  await copyOf(directory, copy);
  const primary = opened.adopt(await openEmbeddedPostgres({ directory, settings }), (server) => server.stop());
  const standby = opened.adopt(await openEmbeddedPostgres({ directory: copy, settings }), (server) => server.stop());
  const ours = opened.move();
  return {
    primaryUrl: primary.url(DATABASE),
    standbyUrl: standby.url(DATABASE),
    close: () => ours.disposeAsync(),
  };
}

/** Of a server that is stopped. The files keep their owner. */
async function copyOf(from: string, to: string): Promise<void> {
  const { code, output } = await runProgram('cp', ['-a', from, to]);
  if (code !== 0) throw new Error(output);
  await writeFile(join(to, 'data', 'standby.signal'), '');
  await rm(join(to, 'port'), { force: true });
}
