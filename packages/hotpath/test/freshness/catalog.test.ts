/** The fingerprint of the catalog changes with every change of the schema that may change answers, and with no other change. */

import { CatalogWatch, readFingerprint, relationNames } from 'hotpath/freshness/catalog';
import { openFollower } from 'hotpath/freshness/log-follower';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { usePsql, watchMarketplace } from './support.ts';

const psql = usePsql();
const watched = watchMarketplace();
const names = relationNames(watched);

/** The catalog that another session sees after the change is committed. */
async function fingerprintAfter(...statements: string[]): Promise<string> {
  const { client } = psql();
  for (const statement of statements) await client.query(statement);
  const other = new pg.Client({ connectionString: psql().url });
  await other.connect();
  const fingerprint = await readFingerprint(other, names);
  await other.end();
  return fingerprint;
}

const TRIGGERS = ['insert', 'update', 'delete', 'truncate'].map(
  (event) => `alter table users enable always trigger invalidation_${event}`,
);

describe('the fingerprint of the catalog', () => {
  it.each<[what: string, ...statements: string[]]>([
    [
      'columns that swap their names',
      'begin; alter table users rename column name to other; alter table users rename column phone to name; alter table users rename column other to phone; commit',
    ],
    ['a column of another type', 'alter table users alter column name type varchar(200)'],
    ['a new column', 'alter table users add column nickname text'],
    ['another default', `alter table users alter column name set default 'nobody'`],
    ['a generated column', `alter table users add column shout text generated always as (upper(name)) stored`],
    [
      'a replaced view',
      `create or replace view category_totals as select t.user_id, c.id as category_id, c.name as category,
        (1 + sum(t.amount))::numeric(20, 2) as total, count(*)::int as count
        from transactions t join merchants m on m.id = t.merchant_id join categories c on c.id = m.category_id
        group by t.user_id, c.id`,
    ],
    [
      'a new table that takes the name of an old one',
      'begin; alter table posts rename to posts_before; create table posts (like posts_before including all); commit',
    ],
    [
      'triggers that were disabled and enabled in one transaction',
      `begin; alter table users disable trigger all; update users set name = 'quiet' where id = 1; alter table users enable trigger all; ${TRIGGERS.join('; ')}; commit`,
    ],
    ['a function of the triggers', `comment on function hotpath."log public.users"() is '{}'`],
    [
      'a replaced function',
      'create or replace function half(integer) returns integer language sql as $$ select $1 / 2 $$',
    ],
    ['a policy', 'create policy own on users using (true)', 'alter table users enable row level security'],
    ['a table that inherits', 'create table more_users () inherits (users)'],
    ['an enum with a new value', `alter type user_role add value if not exists 'guest'`],
    [
      'a trigger of the team',
      'create trigger mine before update on users for each row execute function suppress_redundant_updates_trigger()',
    ],
    ['a rule', 'create rule nothing as on delete to devices do instead nothing'],
    ['a domain', 'create domain words as text check (length(value) > 2)'],
    // Only the age of the row in pg_class shows these changes: the schema is as it was before.
    [
      'row level security that applied to the owner, too, for a moment',
      'alter table users force row level security',
      'alter table users no force row level security',
    ],
    [
      'a table that had another name for a moment',
      'alter table posts rename to away',
      'alter table away rename to posts',
    ],
    [
      'a view that had another option for a moment',
      'alter view category_totals set (security_invoker)',
      'alter view category_totals reset (security_invoker)',
    ],
    // These statements write the same row, so they also begin a new epoch.
    ['an emptied table', 'truncate devices cascade'],
    ['a rewritten table', 'vacuum full devices'],
    ['a right to a table', 'grant select on devices to pg_monitor'],
  ])('changes with %s', async (_, ...statements) => {
    const before = await fingerprintAfter();
    expect(await fingerprintAfter(...statements)).not.toBe(before);
  });

  it.each<[what: string, ...statements: string[]]>([
    ['rows', `update users set name = 'another'`, 'delete from reviews where id = 1'],
    ['vacuum and statistics', 'vacuum analyze users', 'analyze'],
    [
      'an index',
      'create index concurrently users_by_name on users (name)',
      'reindex index concurrently users_by_name',
      'drop index users_by_name',
    ],
    ['temporary tables', 'create temporary table scratch (id integer)', 'drop table scratch'],
    ['tables that are not watched', 'create table elsewhere (id integer)', 'drop table elsewhere'],
  ])('does not change with %s', async (_, ...statements) => {
    const before = await fingerprintAfter();
    expect(await fingerprintAfter(...statements)).toBe(before);
  });
});

describe('the news of the catalog', () => {
  it('is not waited for because of transactions that are open, also in a savepoint', async () => {
    const [open, nested] = [
      new pg.Client({ connectionString: psql().url }),
      new pg.Client({ connectionString: psql().url }),
    ];
    await Promise.all([open.connect(), nested.connect()]);
    try {
      await open.query('begin; create table away (id integer)');
      await nested.query('begin; savepoint s; create table away_too (id integer)');
      await expect(new CatalogWatch(watched).spread(psql().client, () => false)).resolves.toBeUndefined();
    } finally {
      await Promise.all([open.end(), nested.end()]);
    }
  });
});

describe('the follower', () => {
  it('begins another epoch after a change of the schema, and continues to follow the log', async () => {
    const follower = openFollower({
      connection: { connectionString: psql().url },
      pollMs: 5,
      watched: watchMarketplace(),
    });
    follower.touch();
    try {
      await expect.poll(() => follower.epoch, { timeout: 10_000 }).not.toBe('');
      const { epoch } = follower;
      await psql().client.query(`alter table merchants alter column name set default ''`);
      await expect.poll(() => follower.epoch, { timeout: 10_000 }).not.toBe(epoch);
    } finally {
      await follower.close();
    }
  });

  it('replaces its connection and loses no change', async () => {
    const follower = openFollower({
      connection: { connectionString: psql().url },
      pollMs: 1,
      connectionMs: 50,
      boundMs: 10_000,
    });
    follower.touch();
    const pid = async () => {
      const { rows } = await psql().client.query(
        `select pid from pg_stat_activity where application_name = 'hotpath follower' and datname = current_database() order by backend_start desc`,
      );
      return rows[0]?.pid as number | undefined;
    };
    try {
      expect(await follower.catchUp(10_000)).toBe(true);
      const [{ epoch }, first] = [follower, await pid()];
      await expect.poll(pid, { timeout: 10_000 }).not.toBe(first);
      expect([await follower.catchUp(10_000), follower.epoch]).toEqual([true, epoch]);
    } finally {
      await follower.close();
    }
  });
});
