/**
 * The bench database: a real PostgreSQL with durable settings under `.hotpath/bench-postgres`, seeded once and kept.
 *
 * A database's name holds a hash of the migrations and the seed, so that a change of either makes a new one, and it gets
 * that name only when it is whole. The seed's present is fixed: every machine measures the same rows.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { progressDisplay } from '../../prisma/seed/progress.ts';
import { seed } from '../../prisma/seed/seed.ts';
import { HOME, PROJECT } from '../../src/dev/home.ts';
import { migrate } from '../../src/dev/migrate.ts';
import {
  type EmbeddedPostgres,
  ensureDatabase,
  openEmbeddedPostgres,
} from '../../src/dev/postgres/embedded-postgres.ts';
import type { Bench, Size } from './bench.ts';
import { withClient } from './client.ts';
import { parentOf } from './cpu.ts';

const PRESENT = new Date('2026-06-01T00:00:00Z');
const SOURCES = ['prisma/migrations', 'prisma/seed'];
/** They tell how a seed goes and make no rows. */
const NO_SOURCES = ['main.ts', 'progress.ts'];

export interface BenchDatabase {
  readonly url: string;
  /** As PostgreSQL says it: `18.4`. */
  readonly version: string;
  /** The process whose children serve the connections, where it can be known. */
  readonly postmaster: number | undefined;
}

/** Opens the database of a size; it is made first if need be. */
export async function openBenchDatabase({ stack, log }: Bench, size: Size): Promise<BenchDatabase> {
  const server = await openEmbeddedPostgres({ directory: join(HOME, 'bench-postgres'), log });
  stack.defer(server.stop);
  const name = `bench_${size}_${hashOfSources()}`;
  return withClient(server.url(), async (admin) => {
    await admin.query(`select pg_advisory_lock(hashtext('bench databases'))`);
    const databases = await databasesOf(admin, size);
    if (!databases.includes(name)) {
      for (const outdated of databases) await admin.query(`drop database ${outdated} with (force)`);
      await make(server, size, log);
      await admin.query(`alter database ${unfinished(size)} rename to ${name}`);
    }
    return { url: server.url(name), ...(await serverFacts(admin)) };
  });
}

const unfinished = (size: Size): string => `bench_${size}_unfinished`;

async function make(server: EmbeddedPostgres, size: Size, log: Bench['log']): Promise<void> {
  const url = server.url(unfinished(size));
  log(`Making the ${size} bench database; it is kept for the next run.`);
  await ensureDatabase(server, unfinished(size));
  await migrate(url);
  const display = progressDisplay();
  await seed({ url, size, now: PRESENT, onProgress: display.show }).finally(display.close);
}

async function databasesOf(admin: pg.Client, size: Size): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select datname as name from pg_database where starts_with(datname, $1)`,
    [`bench_${size}_`],
  );
  return rows.map(({ name }) => name);
}

async function serverFacts(admin: pg.Client): Promise<Pick<BenchDatabase, 'version' | 'postmaster'>> {
  const { rows } = await admin.query<{ version: string; pid: number }>(
    `select current_setting('server_version') as version, pg_backend_pid() as pid`,
  );
  return { version: rows[0]!.version, postmaster: parentOf(rows[0]!.pid) };
}

const isSource = (file: string): boolean => /\.(sql|ts)$/.test(file) && !NO_SOURCES.includes(file);

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const folder of SOURCES) {
    const files = readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter(isSource).sort()) {
      hash
        .update(`${folder}/${file}\0`)
        .update(readFileSync(join(PROJECT, folder, file)))
        .update('\0');
    }
  }
  return hash.digest('hex').slice(0, 12);
}
