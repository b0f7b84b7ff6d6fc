/**
 * The bench databases: in a real PostgreSQL with durable settings under `.hotpath/bench-postgres`, made once and kept.
 * There is one a size, seeded, and a copy of it for the slow service: the same rows and primary keys, and what the
 * rules of the data need, but no other index and no trigger.
 *
 * A database's name holds a hash of the migrations and the seed, so that a change of either makes a new one, and it gets
 * that name only when it is whole. The seed's present is fixed: every machine measures the same rows.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Progress, ProgressBar } from 'hotpath/cli';
import type pg from 'pg';
import { seed } from '../../prisma/seed/seed.ts';
import { HOME, PROJECT } from '../../src/dev/home.ts';
import { migrate } from '../../src/dev/migrate.ts';
import {
  type EmbeddedPostgres,
  ensureDatabase,
  openEmbeddedPostgres,
} from '../../src/dev/postgres/embedded-postgres.ts';
import type { Bench, BenchSize } from './bench.ts';
import { withClient } from './client.ts';
import { aloneIn, copyDatabase } from './copy-database.ts';
import { parentOf } from './cpu.ts';

const DIRECTORY = join(HOME, 'bench-postgres');
const PRESENT = new Date('2026-06-01T00:00:00Z');
const SOURCES = ['prisma/migrations', 'prisma/seed'];
/** The command, which makes no rows. */
const NO_SOURCES = ['main.ts'];

export interface BenchDatabase {
  readonly url: string;
  /** As PostgreSQL says it: `18.4`. */
  readonly version: string;
  /** The process whose children serve the connections, where it can be known. */
  readonly postmaster: number | undefined;
}

export type Opening = Pick<Bench, 'stack' | 'log' | 'directory'>;

/** Opens the server of the databases. It runs as long as a caller has it open. */
export async function openServer({ stack, log, directory = DIRECTORY }: Opening): Promise<EmbeddedPostgres> {
  const server = await openEmbeddedPostgres({ directory, log });
  stack.defer(server.stop);
  return server;
}

/** Opens the database of a size; it is made first if need be. */
export function openBenchDatabase(bench: Opening, size: BenchSize): Promise<BenchDatabase> {
  return open(bench, `bench_${size}`, async (server, name) => {
    bench.log(`Making the ${size} bench database; it is kept for the next run.`);
    await ensureDatabase(server, name);
    await migrate(server.url(name));
    const bar = new ProgressBar();
    const onProgress = (progress: Progress) => bar.show(progress);
    await seed({ url: server.url(name), size, now: PRESENT, onProgress }).finally(() => bar.close());
  });
}

/** Opens the copy that the slow service reads. Making it ends every connection to the database that it is made from. */
export async function openBeforeDatabase(bench: Opening, size: BenchSize): Promise<BenchDatabase> {
  const { url } = await openBenchDatabase(bench, size);
  return open(bench, `before_${size}`, async (server, name) => {
    bench.log(`Copying the ${size} bench database for the slow service; it is kept, too.`);
    const template = new URL(url).pathname.slice(1);
    await withClient(server.url(), (admin) => copyDatabase(admin, { from: template, to: name }));
    await withClient(server.url(name), (client) => client.query(BARE));
  });
}

/** Drops every index that no rule needs, and every trigger that no constraint is. */
const BARE = `do $$
  declare command text;
  begin
    for command in
      select format('drop index %s', indexrelid::regclass) from pg_index join pg_class on pg_class.oid = indrelid
        where relnamespace = 'public'::regnamespace and not indisunique
      union all
      select format('drop trigger %I on %s', tgname, tgrelid::regclass) from pg_trigger where not tgisinternal
    loop execute command; end loop;
  end $$`;

type Make = (server: EmbeddedPostgres, name: string) => Promise<void>;

async function open(opening: Opening, kind: string, make: Make): Promise<BenchDatabase> {
  const server = await openServer(opening);
  const name = `${kind}_${hashOfSources()}`;
  return withClient(server.url(), async (admin) => {
    await admin.query(`select pg_advisory_lock(hashtext('bench databases'))`);
    const databases = await databasesOf(admin, kind);
    if (!databases.includes(name)) {
      for (const outdated of databases) await admin.query(`drop database ${outdated} with (force)`);
      await make(server, `${kind}_unfinished`);
      await aloneIn(admin, `${kind}_unfinished`, `alter database ${kind}_unfinished rename to ${name}`);
    }
    return { url: server.url(name), ...(await serverFacts(admin)) };
  });
}

async function databasesOf(admin: pg.Client, kind: string): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select datname as name from pg_database where starts_with(datname, $1)`,
    [`${kind}_`],
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
