/**
 * The oracle for as long as you like: `npm run fuzz -- --cases 100000 --seed 7`.
 *
 * Prints a line a batch, and at the first difference the seed, the smallest arguments that show it, the statement and
 * both answers; the exit code is 1 then. `TEST_DATABASE_URL` names a server on which it may create databases; without
 * it the tests' own is started.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { HOME } from '../../../src/dev/home.ts';
import { migrate } from '../../../src/dev/migrate.ts';
import { openEmbeddedPostgres } from '../../../src/dev/postgres/embedded-postgres.ts';
import { withDatabase } from '../../support/template.ts';
import { type OpenDatabase, openMarketplace, openZoo } from './oracle/databases.ts';
import { Difference, run } from './oracle/run.ts';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '10000' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
});
const cases = Number(values.cases);
const seed = Number(values.seed);

const server = await openServer();
const admin = new pg.Client({ connectionString: server.url() });
await admin.connect();
try {
  await fuzz('zoo', openZoo);
  await fuzz('marketplace', async (url) => {
    await migrate(url);
    return openMarketplace(url);
  });
} catch (error) {
  if (!(error instanceof Difference)) throw error;
  console.error(error.message, error.cause ?? '');
  process.exitCode = 1;
} finally {
  await admin.end();
  await server.stop();
}

async function fuzz(name: string, open: (url: string) => Promise<OpenDatabase>): Promise<void> {
  const scratch = `hotpath_fuzz_${process.pid}_${name}`;
  await admin.query(`CREATE DATABASE ${scratch} TEMPLATE template0`);
  const database = await open(withDatabase(server.url(), scratch));
  try {
    const onBatch = (done: number) => console.log(`${name}: ${done} of ${cases / 2}, seed ${seed}`);
    const tally = await run(database, { cases: cases / 2, seed, onBatch });
    for (const [verdict, times] of tally) console.log(`${name}: ${times} ${verdict}`);
  } finally {
    await database.close();
    await admin.query(`DROP DATABASE ${scratch} WITH (FORCE)`);
  }
}

async function openServer(): Promise<{ url(): string; stop(): Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: () => given, stop: async () => {} };
  return openEmbeddedPostgres({ directory: join(HOME, 'test-postgres'), settings: { fsync: 'off' } });
}
