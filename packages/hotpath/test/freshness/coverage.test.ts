import { type Survey, surveyTables } from 'hotpath/freshness/coverage';
import { describe, expect, it } from 'vitest';
import { usePsql, watchMarketplace } from './support.ts';

const psql = usePsql();

const TOTALS =
  'select 1 as user_id, 1 as category_id, t.description as category, 1 as total, 1 as count from transactions t';

/** The view with a text column that an expression over the table of transactions gives. */
const textOf = (expression: string) =>
  `create view category_totals as ${TOTALS.replace('t.description', `(${expression})::text`)}`;

const watched = watchMarketplace();

/** The gaps that the survey finds after a change of the schema. A rollback undoes the change. */
async function surveyAfter(text: string): Promise<Survey> {
  const { client } = psql();
  await client.query(`begin; ${text}`);
  const survey = await surveyTables(client, watched);
  await client.query('rollback');
  return survey;
}

describe('the triggers in the database', () => {
  it('cover every watched table after the migrations', async () => {
    expect(await surveyAfter('select')).toEqual({ gaps: [], inexactFields: new Set(), inexactKeys: new Set() });
  });

  it.each([
    ['is disabled', 'alter table reviews disable trigger invalidation_delete', 'missing or disabled'],
    [
      'is enabled like an ordinary trigger',
      'alter table reviews enable trigger invalidation_delete',
      'missing or disabled',
    ],
    ['is missing', 'drop trigger invalidation_truncate on reviews', 'missing or disabled'],
    [
      'logs fewer columns',
      `comment on function hotpath."log public.reviews"() is '{"source":"review","keys":[":","?productId=","?userId="],"columns":["id"]}'`,
      'of another version',
    ],
    [
      'logs under the name of another model',
      `do $$ begin execute format('comment on function hotpath."log public.reviews"() is %L',
        replace(obj_description('hotpath."log public.reviews"()'::regprocedure), '"review"', '"rating"')); end $$`,
      'of another version',
    ],
    [
      'runs a function of another owner',
      `create function nothing() returns trigger language plpgsql as 'begin return null; end';
       create or replace trigger invalidation_insert after insert on reviews for each statement execute function nothing()`,
      'missing or disabled',
    ],
    [
      'is on the old table of that name',
      'alter table reviews rename to old_reviews; create table reviews (like old_reviews)',
      'missing or disabled',
    ],
    [
      'is on a table that a temporary one of its name hides',
      'create temporary table reviews (like public.reviews); set local search_path = pg_temp, public',
      'missing or disabled',
    ],
    ['does not run for rows of a table that inherits', 'create table more_reviews () inherits (reviews)', 'inherit'],
    [
      'does not run for rows that logical replication writes',
      `insert into pg_subscription_rel (srsubid, srrelid, srsubstate) values (1, 'reviews'::regclass, 'r')`,
      'subscription',
    ],
    [
      'sees no value of a virtual generated column',
      `alter table reviews drop column title; alter table reviews add column title text generated always as (body || '!') virtual`,
      'the virtual generated column "title"',
    ],
    [
      'logs a column that the table has lost',
      'alter table reviews rename column title to headline',
      'has no column "title"',
    ],
    ['logs a table that was dropped', 'drop table reviews', 'There is no table "reviews"'],
    [
      'is on a table that became a view',
      'alter table reviews rename to old_reviews; create view reviews as select * from old_reviews',
      '`madeOf`',
    ],
  ])('do not cover the table if one %s', async (_, change, reason) => {
    const { gaps } = await surveyAfter(change);
    expect(gaps).toEqual([{ source: 'review', reason: expect.stringContaining(reason), remedy: expect.any(String) }]);
  });

  it.each([
    ['is a materialized view', `create materialized view category_totals as ${TOTALS}`, 'materialized'],
    [
      'reads a table that its resource does not declare',
      `create view category_totals as ${TOTALS.replace('from transactions', 'from devices d join transactions')} on d.id = 1`,
      'reads devices',
    ],
    [
      'reads a column that no model has',
      `alter table transactions add column hidden text; ${textOf('t.hidden')}`,
      'reads the column "hidden" of "transactions"',
    ],
    [
      'reads an unknown column in a whole row',
      `alter table transactions add column hidden text; ${textOf('to_json(t)')}`,
      'the column "hidden"',
    ],
    [
      'reads an unknown column through another view',
      `alter table transactions add column hidden text; create view between as select hidden from transactions;
        ${textOf('(select max(hidden) from between)')}`,
      'the column "hidden"',
    ],
    [
      'reads a virtual generated column that is computed from an unknown column',
      `alter table transactions add column hidden text, add column shown text generated always as (hidden) virtual;
        ${textOf('t.shown')}`,
      'the column "hidden"',
    ],
    ['reads the version of the row', textOf('t.xmin'), 'the column "xmin"'],
    ['is missing', '', 'There is no view'],
  ])('do not cover a view that %s', async (_, change, reason) => {
    const { gaps } = await surveyAfter(`drop view category_totals; ${change}`);
    expect(gaps).toEqual([
      { source: 'categoryTotal', reason: expect.stringContaining(reason), remedy: expect.any(String) },
    ]);
  });
});

it.each([
  ['a whole row', textOf('to_json(t)')],
  [
    'generated columns of logged columns',
    `alter table transactions add column loud text generated always as (upper(description)) stored,
      add column quiet text generated always as (lower(description)) virtual, add column none text generated always as ('') virtual;
      ${textOf('t.loud || t.quiet || t.none')}`,
  ],
])('the triggers cover a view that reads %s', async (_, change) => {
  expect((await surveyAfter(`drop view category_totals; ${change}`)).gaps).toEqual([]);
});

describe('a key', () => {
  it('has no tags while the database compares it by other rules than its bytes', async () => {
    const ci = `create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`;
    const collated = `${ci}; alter table categories alter column slug type varchar(80) collate ci`;
    expect((await surveyAfter(collated)).inexactKeys).toEqual(new Set(['category?slug=']));
    const citext = `create extension citext; create domain words as citext; alter table categories alter column slug type words`;
    expect((await surveyAfter(citext)).inexactKeys).toEqual(new Set(['category?slug=']));
  });
});
