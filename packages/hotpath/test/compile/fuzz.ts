/**
 * The oracle as a command, `npm run fuzz`: compiled reads against Prisma Client, for as long as you like.
 *
 *     npm run fuzz -- --cases 100000 --seed 7        the marketplace and the zoo, half of the cases each
 *     npm run fuzz -- --schema ../shop/prisma        any Prisma schema for PostgreSQL
 *     npm run fuzz -- --names 20                     so many schemas, drawn for their names
 *
 * It prints a line a batch. After the cases it goes through the pages of every model, and on a schema that is not the
 * project's it installs the triggers that log changes and changes each table. At the first difference it prints the
 * seed, the smallest arguments that show it, the statement and both answers. The exit code is 1 after a difference, after a run that proves little, and for a schema
 * or an option that it cannot take.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { HOME } from '../../../../src/dev/home.ts';
import { migrate } from '../../../../src/dev/migrate.ts';
import { openEmbeddedPostgres } from '../../../../src/dev/postgres/embedded-postgres.ts';
import { withDatabase } from '../../../../test/support/template.ts';
import { type FuzzOptions, readFuzzOptions, UsageError } from './fuzz-options.ts';
import { checkTriggers, UnloggedChange } from './oracle/check-triggers.ts';
import { type OpenDatabase, openMarketplace, openZoo } from './oracle/databases.ts';
import { openDrawnSchema } from './oracle/names/open-drawn-schema.ts';
import { checkPages, PageDifference } from './oracle/pages/check-pages.ts';
import { Difference, run } from './oracle/run.ts';
import { SchemaError } from './oracle/schema/copy-schema.ts';
import { openSchema } from './oracle/schema/open-schema.ts';

/** Errors whose message is a sentence for the user. */
const SAID = [UsageError, SchemaError, Difference, PageDifference, UnloggedChange];

try {
  const options = readFuzzOptions(process.argv.slice(2));
  if (typeof options === 'string') console.log(options);
  else await fuzz(options);
} catch (error) {
  if (!SAID.some((kind) => error instanceof kind)) throw error;
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function fuzz({ schema, names, cases, seed }: FuzzOptions): Promise<void> {
  await using server = await openServer();
  if (schema !== undefined) {
    const open = (url: string) => openSchema({ schema, folder: newFolder(), url, hostile: true });
    await fuzzDatabase(server, 'schema', { cases, seed, open, foreign: true });
  } else if (names !== undefined) {
    await fuzzNames(server, names, { cases, seed });
  } else {
    const half = Math.ceil(cases / 2);
    await fuzzDatabase(server, 'zoo', { cases: half, seed, open: (url) => openZoo(url, { hostile: true }) });
    await fuzzDatabase(server, 'marketplace', { cases: half, seed, open: openMigrated });
  }
}

async function fuzzNames(server: Server, names: number, { cases, seed }: Pick<FuzzOptions, 'cases' | 'seed'>) {
  const each = Math.ceil(cases / names);
  for (let drawn = seed; drawn < seed + names; drawn += 1) {
    const open = (url: string) => openDrawnSchema(drawn, { folder: newFolder(), url, hostile: true });
    await fuzzDatabase(server, `names_${drawn}`, { cases: each, seed, open, foreign: true });
  }
}

function newFolder(): string {
  return join(HOME, 'fuzz', randomUUID());
}

async function openMigrated(url: string): Promise<OpenDatabase> {
  await migrate(url);
  return openMarketplace(url, { hostile: true });
}

interface Fuzzing extends Pick<FuzzOptions, 'cases' | 'seed'> {
  readonly open: (url: string) => Promise<OpenDatabase>;
  /** Whether the database has no triggers yet. */
  readonly foreign?: boolean;
}

async function fuzzDatabase(server: Server, name: string, { open, foreign = false, ...run }: Fuzzing): Promise<void> {
  await using scratch = await openScratch(server, `hotpath_fuzz_${process.pid}_${name}`);
  const database = await open(scratch.url);
  try {
    const doubt = await checkCases(database, name, run);
    const { models, orders, refused } = await checkPages(database);
    const without = refused.length > 0 ? `; without a key: ${refused.join(', ')}` : '';
    console.log(`${name}: the pages of ${models} models are whole in ${orders} orders${without}`);
    if (foreign) console.log(`${name}: the triggers of ${await checkTriggers(database)} tables log every change`);
    if (doubt === undefined) return;
    console.error(`${name}: ${doubt}`);
    process.exitCode = 1;
  } finally {
    await database.close();
  }
}

/** @returns why the run proves little, or nothing. */
async function checkCases(database: OpenDatabase, name: string, { cases, seed }: Pick<FuzzOptions, 'cases' | 'seed'>) {
  const onBatch = (done: number) => console.log(`${name}: ${done} of ${cases}, seed ${seed}`);
  const tally = await run(database, { cases, seed, onBatch });
  for (const line of tally.lines()) console.log(`${name}: ${line}`);
  return tally.doubt();
}

interface Server extends AsyncDisposable {
  url(): string;
}

/** `TEST_DATABASE_URL` names a server that may create databases; without it, the command starts the server of the tests. */
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
