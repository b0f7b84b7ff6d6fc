/** The advice on a database with planted faults, and that it changes nothing. */
import { upkeepOf } from 'hotpath/advisor/upkeep';
import pg from 'pg';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

const SOUND = `
  CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE books (id int PRIMARY KEY, author int NOT NULL REFERENCES authors, title text, year int);
  CREATE INDEX books_by_author ON books (author, year DESC);
  INSERT INTO authors SELECT n, 'author ' || n FROM generate_series(1, 100) n;
  INSERT INTO books SELECT n, 1 + n % 100, 'title ' || n, n % 50 FROM generate_series(1, 3000) n;
  ALTER TABLE books SET (autovacuum_enabled = false);
  ANALYZE`;

let client: pg.Client;

beforeEach(async () => {
  client = new pg.Client({ connectionString: await scratchDatabase('empty') });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(SOUND);
});

/** Sends the counters of this session, so that the next statement reads them. */
const countersSent = () => client.query('SELECT pg_stat_force_next_flush()');

const found = async () => (await upkeepOf(client)).map(({ kind, subject }) => `${kind}: ${subject}`);

it('advises nothing for a sound database', async () => {
  await client.query('SELECT title FROM books WHERE id = 7');
  await countersSent();
  expect(await found()).toEqual([]);
});

it('finds two unused indexes and a covered one, and following it leaves nothing to advise', async () => {
  await client.query(`
    CREATE INDEX books_by_author_alone ON books (author);
    CREATE INDEX books_by_title ON books (title);
    CREATE INDEX books_by_year ON books (year) WHERE year > 10`);
  await client.query('SELECT title FROM books WHERE id = 7');
  await countersSent();
  const advice = await upkeepOf(client);
  expect(advice.map(({ kind, subject }) => [kind, subject]).sort()).toEqual([
    ['covered index', 'books_by_author_alone'],
    ['unused index', 'books_by_title'],
    ['unused index', 'books_by_year'],
  ]);
  for (const { sql } of advice) await client.query(sql!);
  await countersSent();
  expect(await found()).toEqual([]);
});

it('keeps an index whose direction, condition or uniqueness no other index has', async () => {
  await client.query(`
    CREATE INDEX ON books (author DESC);
    CREATE INDEX ON books (author) WHERE year = 3;
    CREATE UNIQUE INDEX ON books (author, year DESC, id)`);
  expect(await found()).toEqual(['covered index: books_by_author']);
});

it('reports one of two equal indexes only', async () => {
  await client.query('CREATE INDEX books_again ON books (author, year DESC)');
  expect(await found()).toEqual(['covered index: books_again']);
});

it('finds an invalid index, a foreign key without one, dead rows, and a sequence near its end', async () => {
  await client.query('DROP INDEX books_by_author');
  await expect(client.query('CREATE UNIQUE INDEX CONCURRENTLY books_once ON books (author)')).rejects.toThrow(/unique/);
  await client.query('CREATE SEQUENCE tickets AS smallint START 32000');
  await client.query("SELECT nextval('tickets')");
  await client.query('UPDATE books SET title = title');
  await countersSent();
  expect(await found()).toEqual([
    'invalid index: books_once',
    'unindexed foreign key: books (author)',
    'vacuum: books',
    'sequence: public.tickets',
  ]);
});

it('changes neither the catalog nor the statistics of columns', async () => {
  const state = async () =>
    (
      await client.query(`
        SELECT 'class' AS "in", xmin::text, oid::text FROM pg_class UNION ALL
        SELECT 'index', xmin::text, indexrelid::text FROM pg_index UNION ALL
        SELECT 'statistic', xmin::text, starelid || ' ' || staattnum FROM pg_statistic ORDER BY 1, 3`)
    ).rows;
  const before = await state();
  await client.query('SET default_transaction_read_only = on');
  await upkeepOf(client);
  expect(await state()).toEqual(before);
});

it('needs no privilege on a table to advise on its indexes', async () => {
  await client.query('CREATE INDEX books_by_author_alone ON books (author); SET ROLE pg_monitor');
  expect(await found()).toEqual(['covered index: books_by_author_alone']);
  await client.query('SET ROLE pg_signal_backend');
  expect(await found()).toEqual(['covered index: books_by_author_alone']);
});
