/** Partial indexes by the constants of a statement: proved on a clone, and advised only where few rows have the value. */
import type { AskedShape } from 'hotpath/advisor/asked-shapes';
import { adviseIndexes } from 'hotpath/advisor/indexes/advise-indexes';
import { withClone } from 'hotpath/advisor/indexes/clone';
import { beforeAll, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { onDatabase } from '../../../../test/support/on-database.ts';

const ROWS = 40_000;

/** 96% of the posts are published, 2% are in review, 2% are drafts; 1% are pinned; every other post was deleted. */
const TABLES = `
  CREATE TYPE post_state AS ENUM ('draft', 'review', 'published');
  CREATE TABLE posts (
    id int PRIMARY KEY, author int NOT NULL, state post_state NOT NULL, pinned boolean NOT NULL, kind varchar(20) NOT NULL,
    created_at timestamp NOT NULL, deleted_at timestamp, writer int NOT NULL);
  INSERT INTO posts
  SELECT n, n % 200,
         CASE n % 50 WHEN 0 THEN 'review' WHEN 1 THEN 'draft' ELSE 'published' END::post_state,
         n % 97 = 0, CASE WHEN n % 40 = 0 THEN 'it''s new' ELSE 'usual' END,
         timestamp '2026-01-01' + (n * 7919 % ${ROWS}) * interval '1 minute',
         CASE WHEN n % 50 > 20 THEN timestamp '2026-03-01' END, n % 200
    FROM generate_series(1, ${ROWS}) AS n;
  CREATE TABLE shops (
    id int PRIMARY KEY, region int NOT NULL, name text NOT NULL, street text NOT NULL, town text NOT NULL, opened date NOT NULL);
  INSERT INTO shops
  SELECT n, n % 500, 'shop ' || n, 'street ' || n, 'town ' || n, date '2026-01-01' FROM generate_series(1, 5000) AS n`;

let url: string;

beforeAll(async () => {
  url = await scratchDatabase('empty');
  await onDatabase(url, (client) => client.query(TABLES));
  await onDatabase(url, (client) => client.query('VACUUM ANALYZE'));
});

type Asked = Pick<AskedShape, 'text'> & Partial<AskedShape>;

async function adviceFor(asked: readonly Asked[]) {
  const shapes = asked.map((one) => ({
    ...{ values: [], route: 'GET /posts', request: 'GET /posts', requests: 1, chosen: [], ...one },
  }));
  const found = await withClone(url, (clone) =>
    onDatabase(url, (client) => adviseIndexes({ client, clone, shapes, counted: undefined })),
  );
  if ('missing' in found) throw new Error(found.missing);
  expect(found.notes).toEqual([]);
  return found.indexes;
}

/** The advice for statements of routes, as SQL after `ON`. */
const advisedFor = async (...asked: readonly Asked[]): Promise<string[]> =>
  (await adviceFor(asked)).map(({ sql }) => / ON (.+);$/.exec(sql)![1]!).toSorted();

const newest = (condition: string) => `SELECT * FROM posts WHERE ${condition} ORDER BY created_at DESC LIMIT 20`;

it('advises one for a rare value of an enum, without its column', async () => {
  expect(await advisedFor({ text: newest("state = 'review'") })).toEqual([
    "posts (created_at DESC) WHERE state = 'review'",
  ]);
});

it('advises one for a rare Boolean, and for a rare text with a quote', async () => {
  expect(await advisedFor({ text: newest('pinned = TRUE') })).toEqual(['posts (created_at DESC) WHERE pinned']);
  expect(await advisedFor({ text: newest("kind = 'it''s new'") })).toEqual([
    "posts (created_at DESC) WHERE kind = 'it''s new'",
  ]);
});

it('advises one for two conditions that together are rare', async () => {
  expect(await advisedFor({ text: newest("deleted_at IS NULL AND state <> 'published' AND author = $1") })).toEqual([
    "posts (author) WHERE deleted_at IS NULL AND state <> 'published'",
  ]);
});

it('advises a plain index for a value that most rows have', async () => {
  expect(await advisedFor({ text: newest("author = $1 AND state = 'published'") })).toEqual([
    'posts (author, state, created_at DESC)',
  ]);
  expect(await advisedFor({ text: newest('author = $1 AND NOT pinned') })).toEqual([
    'posts (author, pinned, created_at DESC)',
  ]);
});

it('includes the columns of a statement that reads few, and makes no second copy of the table for one that reads all', async () => {
  const many = (columns: string) => `SELECT ${columns} FROM posts WHERE author = $1 ORDER BY created_at DESC LIMIT 200`;
  expect(await advisedFor({ text: many('id, kind') })).toEqual(['posts (author, created_at DESC) INCLUDE (id, kind)']);
  expect(await advisedFor({ text: many('*') })).toEqual(['posts (author, created_at DESC)']);
});

it('includes no columns that are not worth their upkeep, and advises the index without them', async () => {
  expect(await advisedFor({ text: 'SELECT id, name FROM shops WHERE region = $1' })).toEqual(['shops (region)']);
});

it('puts the column of a constant last, so that the index also serves statements and foreign keys without it', async () => {
  expect(await advisedFor({ text: newest("state = 'published' AND writer = $1") })).toEqual([
    'posts (writer, state, created_at DESC)',
  ]);
});

it('advises a plain index for a value that the client chooses: other values need it, too', async () => {
  expect(await advisedFor({ text: newest("state = 'review'"), chosen: ['state'] })).toEqual([
    'posts (state, created_at DESC)',
  ]);
});

it('advises no second index for one value beside the one for all values', async () => {
  expect(await advisedFor({ text: newest("state = 'review'") }, { text: newest('state = $1') })).toEqual([
    'posts (state, created_at DESC)',
  ]);
});

it('advises one plain index for two rare values', async () => {
  expect(await advisedFor({ text: newest("state = 'review'") }, { text: newest("state = 'draft'") })).toEqual([
    'posts (state, created_at DESC)',
  ]);
});

it('gives indexes of the same columns names of their own, and sizes far below that of the plain index', async () => {
  const advised = await adviceFor([{ text: newest("state = 'review'") }, { text: newest('pinned = TRUE') }]);
  expect(advised.map(({ sql }) => /"(.+)"/.exec(sql)![1]).toSorted()).toEqual([
    'posts_created_at_pinned_idx',
    'posts_created_at_state_review_idx',
  ]);
  await onDatabase(url, async (client) => {
    await client.query('BEGIN');
    await client.query('CREATE INDEX plain ON posts (state, created_at DESC)');
    const { rows } = await client.query("SELECT pg_relation_size('plain')::int AS size");
    for (const { bytes, sql } of advised) {
      expect(bytes).toBeLessThan(rows[0].size / 10);
      await client.query(sql.replace('CONCURRENTLY', ''));
    }
    await client.query('ROLLBACK');
  });
});
