/** PostgreSQL accepts the SQL and the settings of docs/operating/operate.md. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownerUrl, scratchDatabase } from '../support/database.ts';
import { fencedBlocks } from './doc-pages.ts';

const blocks = fencedBlocks('docs/operating/operate.md');
const codeOf = (language: string): string[] =>
  blocks.filter((block) => block.language === language).map(({ code }) => code);

let sql: pg.Client;

beforeAll(async () => {
  sql = new pg.Client({ connectionString: ownerUrl(await scratchDatabase()) });
  await sql.connect();
});
afterAll(() => sql.end());

it('fills a new column in batches until no row is left', async () => {
  const [backfill] = codeOf('sql');
  await sql.query('ALTER TABLE users ADD COLUMN language text, ADD COLUMN locale text');
  await sql.query(
    `INSERT INTO users (email, name, language) SELECT n || '@example.org', 'User', 'en' FROM generate_series(1, 1500) AS n`,
  );
  const changed = async () => (await sql.query(backfill!)).rowCount;
  expect([await changed(), await changed(), await changed()]).toEqual([1000, 500, 0]);
});

it('names settings that PostgreSQL has', async () => {
  const names = codeOf('ini').flatMap((code) => [...code.matchAll(/^(\w+) = /gm)].map(([, name]) => name!));
  expect(names.length).toBeGreaterThan(4);
  const { rows } = await sql.query<{ name: string }>('SELECT name FROM pg_settings WHERE name = ANY($1)', [names]);
  expect(rows.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
});
