import { describe, expect, it } from 'vitest';
import { findGaps } from '../../../src/engine/freshness/coverage.ts';
import { usePsql, watchMarketplace } from './support.ts';

const psql = usePsql();
const watched = watchMarketplace();

/** The gaps that a change of the schema leaves; it is undone. */
async function gapsAfter(text: string): Promise<string[]> {
  const { client } = psql();
  await client.query(`begin; ${text}`);
  const gaps = await findGaps(client, watched);
  await client.query('rollback');
  return gaps;
}

describe('the triggers in the database', () => {
  it('cover what is watched, as they are installed', async () => {
    expect(await gapsAfter('select')).toEqual([]);
  });

  it.each([
    ['is disabled', 'alter table reviews disable trigger invalidation_delete'],
    ['is enabled as others are', 'alter table reviews enable trigger invalidation_delete'],
    ['is not there', 'drop trigger invalidation_truncate on reviews'],
    [
      'logs fewer columns',
      `comment on function "log_review"() is '{"keys":[":","?productId=","?userId="],"columns":["id"]}'`,
    ],
    [
      'is on the table that was there before',
      'alter table reviews rename to old_reviews; create table reviews (like old_reviews)',
    ],
    [
      'is on a table behind another of its name',
      'create temporary table reviews (like public.reviews); set local search_path = pg_temp, public',
    ],
    ['does not run for rows of a table that inherits', 'create table more_reviews () inherits (reviews)'],
    [
      'does not run for what replication writes',
      `insert into pg_subscription_rel (srsubid, srrelid, srsubstate) values (1, 'reviews'::regclass, 'r')`,
    ],
  ])('do not, where one %s', async (_, change) => {
    expect(await gapsAfter(change)).toEqual(['review']);
  });
});
