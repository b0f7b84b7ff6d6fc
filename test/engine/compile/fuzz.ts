/**
 * The oracle as a command, `npm run fuzz`: compiled reads against Prisma Client, for as long as you like.
 *
 *     npm run fuzz -- --cases 100000 --seed 7        the marketplace and the zoo, half of the cases each
 *     npm run fuzz -- --schema ../shop/prisma        any Prisma schema for PostgreSQL
 *
 * It prints a line a batch. At the first difference it prints the seed, the smallest arguments that show it, the
 * statement and both answers. The exit code is 1 after a difference, after a run that proves little, and for a schema
 * or an option that it cannot take.
 */
import { join } from 'node:path';
import pg from 'pg';
import { HOME } from '../../../src/dev/home.ts';
import { migrate } from '../../../src/dev/migrate.ts';
import { openEmbeddedPostgres } from '../../../src/dev/postgres/embedded-postgres.ts';
import { withDatabase } from '../../support/template.ts';
import { type FuzzOptions, readFuzzOptions, UsageError } from './fuzz-options.ts';
import { type OpenDatabase, openMarketplace, openZoo } from './oracle/databases.ts';
import { Difference, run } from './oracle/run.ts';
import { SchemaError } from './oracle/schema/copy-schema.ts';
import { openSchema } from './oracle/schema/open-schema.ts';

try {
  const options = readFuzzOptions(process.argv.slice(2));
  if (typeof options === 'string') console.log(options);
  else await fuzz(options);
} catch (error) {
  const isSaid = error instanceof UsageError || error instanceof SchemaError || error instanceof Difference;
  if (!isSaid) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function fuzz({ schema, cases, seed }: FuzzOptions): Promise<void> {
  await using server = await openServer();
  if (schema === undefined) {
    const half = Math.ceil(cases / 2);
    await fuzzDatabase(server, 'zoo', { cases: half, seed, open: openZoo });
    await fuzzDatabase(server, 'marketplace', { cases: half, seed, open: openMigrated });
  } else {
    const folder = join(HOME, 'fuzz', String(process.pid));
    await fuzzDatabase(server, 'schema', { cases, seed, open: (url) => openSchema({ schema, folder, url }) });
  }
}

async function openMigrated(url: string): Promise<OpenDatabase> {
  await migrate(url);
  return openMarketplace(url);
}

interface Fuzzing extends Pick<FuzzOptions, 'cases' | 'seed'> {
  readonly open: (url: string) => Promise<OpenDatabase>;
}

async function fuzzDatabase(server: Server, name: string, { cases, seed, open }: Fuzzing): Promise<void> {
  await using scratch = await openScratch(server, `hotpath_fuzz_${process.pid}_${name}`);
  const database = await open(scratch.url);
  try {
    const onBatch = (done: number) => console.log(`${name}: ${done} of ${cases}, seed ${seed}`);
    const tally = await run(database, { cases, seed, onBatch });
    for (const line of tally.lines()) console.log(`${name}: ${line}`);
    const doubt = tally.doubt();
    if (doubt === undefined) return;
    console.error(`${name}: ${doubt}`);
    process.exitCode = 1;
  } finally {
    await database.close();
  }
}

interface Server extends AsyncDisposable {
  url(): string;
}

/** `TEST_DATABASE_URL` names a server on which databases may be created; without it the tests' own is started. */
async function openServer(): Promise<Server> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: () => given, [Symbol.asyncDispose]: async () => {} };
  const server = await openEmbeddedPostgres({ directory: join(HOME, 'test-postgres'), settings: { fsync: 'off' } });
  return { url: () => server.url(), [Symbol.asyncDispose]: () => server.stop() };
}

async function openScratch(server: Server, name: string): Promise<AsyncDisposable & { readonly url: string }> {
  const admin = new pg.Client({ connectionString: server.url() });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  return {
    url: withDatabase(server.url(), name),
    async [Symbol.asyncDispose]() {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
