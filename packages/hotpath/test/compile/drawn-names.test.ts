/** A schema with names from the project's own SQL, from the keywords of SQL, and of the greatest length that PostgreSQL keeps. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOME } from '../../../../src/dev/home.ts';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { checkTriggers } from './oracle/check-triggers.ts';
import type { OpenDatabase } from './oracle/databases.ts';
import { openDrawnSchema } from './oracle/names/open-drawn-schema.ts';
import { sqlWords } from './oracle/names/sql-words.ts';
import { checkPages } from './oracle/pages/check-pages.ts';
import { run } from './oracle/run.ts';

describe('a schema with drawn names', () => {
  const seed = 5;
  let database: OpenDatabase;

  beforeAll(async () => {
    const place = { folder: join(HOME, 'fuzz', randomUUID()), url: await scratchDatabase('empty'), hostile: true };
    database = await openDrawnSchema(seed, place);
  }, 60_000);

  afterAll(() => database.close());

  it('is read like Prisma Client reads it', { timeout: 60_000 }, async () => {
    const tally = await run(database, { cases: 200, seed });
    expect(tally.cases).toBe(200);
    expect(tally.equal).toBeGreaterThan(180);
    expect(tally.doubt()).toBeUndefined();
  });

  it('has pages in every order, of every model', { timeout: 60_000 }, async () => {
    const { models, orders, refused } = await checkPages(database);
    expect(models).toBe(Object.keys(database.dataModel.models).length);
    expect(orders).toBeGreaterThan(10);
    expect(refused).toEqual([]);
  });

  it('has triggers that log every change of every table', { timeout: 60_000 }, async () => {
    expect(await checkTriggers(database)).toBeGreaterThanOrEqual(Object.keys(database.dataModel.models).length);
  });
});

describe("the list of names in the project's SQL", () => {
  it('has those of the compiler and of the triggers, and none of the schema', () => {
    const words = sqlWords();
    const some = ['row', 'row number', 'row number among equals', 'the row', 'the page', 'element', 'value', 'next'];
    expect(words).toEqual(expect.arrayContaining([...some, 'snapshot', 'incarnation', 'old_rows', 'logged', 'SELECT']));
    expect(words.filter((word) => /animal|keeper|_2$/i.test(word))).toEqual([]);
  });
});
