/** `hotpath triggers`: its report on the migrations, and on a database. */

import { runProgram } from 'hotpath/cli';
import pg from 'pg';
import { expect, it } from 'vitest';
import { scratchDatabase } from '../support/database.ts';

async function run(args: string[], DATABASE_URL = '', command = 'triggers') {
  const environment = { ...process.env, DATABASE_URL };
  return runProgram(process.execPath, ['src/cli/main.ts', command, ...args], { env: environment });
}

it('finds that the migrations install everything that the resources need', async () => {
  expect(await run(['--check'])).toMatchObject({ code: 0, output: 'The migrations bring what the resources need.\n' });
});

it('names the changes that no trigger logs in a database', async () => {
  const url = await scratchDatabase();
  expect(await run(['--database'], url)).toMatchObject({
    code: 0,
    output: 'Every change of the data that the resources read is logged.\n',
  });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    ALTER TABLE categories ALTER COLUMN slug TYPE varchar(80) COLLATE caseless;
    ALTER TABLE users DROP COLUMN phone;
    ALTER TABLE users ADD COLUMN phone varchar(32) GENERATED ALWAYS AS ('***') VIRTUAL;
    ALTER TABLE reviews DISABLE TRIGGER invalidation_update`);
  await client.end();
  const { code, output } = await run(['--database'], url);
  expect(code).toBe(1);
  expect(output.split('\n')).toEqual([
    'category?slug=… makes no tags: the database does not compare its values by their bytes.',
    'The triggers of "reviews" are missing or disabled.',
    '"users" has the virtual generated column "phone", which no trigger sees: make it STORED.',
    'Not every change is logged, so the cache is bypassed.',
    '',
  ]);
});

it('needs a database to check one, and refuses any other argument', async () => {
  expect(await run(['--database'])).toMatchObject({ code: 1, output: 'DATABASE_URL is not set.\n' });
  expect((await run(['--databases'])).output).toContain('Usage: npm run hotpath -- triggers');
});

it('leaves no findings for the doctor in a migrated database', async () => {
  const { code, output } = await run([], await scratchDatabase(), 'doctor');
  expect(output).toMatch(/\nEverything is in order\.\n$/);
  expect(code).toBe(0);
});
