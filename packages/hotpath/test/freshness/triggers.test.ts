import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableLogs } from 'hotpath/freshness/triggers';
import { madeOf } from 'hotpath/freshness/watched';
import { migrationFor } from 'hotpath/install/migration';
import { SCHEMA_VERSIONS } from 'hotpath/install/schema-versions';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS, marketplaceMigrations } from '../../../../src/migrations.ts';
import { usePsql, watchMarketplace } from './support.ts';

const psql = usePsql();
const query = (text: string) => psql().client.query(text);

/** The tags that a statement logs. */
async function logged(text: string): Promise<string[]> {
  await query(text);
  return psql().changes();
}

describe('the migrations', () => {
  it('install the triggers that the resources need; if not, `npm run hotpath -- triggers` writes such a migration', () => {
    const migrationTexts = marketplaceMigrations().map((name) =>
      readFileSync(join(MIGRATIONS, name, 'migration.sql'), 'utf8'),
    );
    expect(migrationFor({ migrationTexts, registry: watchMarketplace().registry })).toBeUndefined();
  });

  it("have the released versions of the library's schema as the package has them: a change is a version of its own", () => {
    const text = readFileSync(join(MIGRATIONS, '20261128223000_hotpath', 'migration.sql'), 'utf8');
    expect(text).toContain(SCHEMA_VERSIONS[0]!.sql);
  });

  it('made the same triggers in the database', async () => {
    const { rows } = await query(`
      select log.proname as function, log.prosrc as body, log.prosecdef as definer, log.proconfig as settings,
        obj_description(log.oid) as coverage,
        count(*)::int as triggers, bool_and(logging.tgenabled = 'A') as always
      from pg_proc log join pg_trigger logging on logging.tgfoid = log.oid
      where logging.tgname like 'invalidation%' group by log.oid order by 1`);
    const wanted = tableLogs(watchMarketplace()).map(({ relation, body, coverage }) => ({
      function: `log public.${relation.replaceAll('"', '')}`,
      body,
      definer: true,
      settings: ['search_path=pg_catalog, pg_temp'],
      coverage,
      triggers: 4,
      always: true,
    }));
    expect(rows).toEqual(wanted.sort((one, other) => (one.function < other.function ? -1 : 1)));
  });

  it("leave nothing of the library in the service's schema", async () => {
    const { rows } = await query(`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace
        and relname ~ '^(invalidation|idempotency|job)_'
      union all select proname from pg_proc where pronamespace = 'public'::regnamespace and proname ~ '^(invalidation|log)_'`);
    expect(rows).toEqual([]);
  });

  it('watch the base tables of every view', async () => {
    const { rows } = await query(`
      select view_name as view, array_agg(table_name::text order by table_name) as tables
      from information_schema.view_table_usage where view_schema = 'public' group by 1`);
    const { registry } = watchMarketplace();
    const models = Object.values(registry.dataModel.models);
    for (const { view, tables } of rows) {
      const { name } = models.find(({ table }) => table === view)!;
      const bases = Object.keys(madeOf(registry, name) ?? {}).map((base) => registry.dataModel.models[base]!.table);
      expect([view, bases.sort()]).toEqual([view, tables]);
    }
    expect(rows).toHaveLength(1);
  });
});

describe('a statement logs', () => {
  it.each([
    [
      'a row that is inserted',
      `insert into reviews (id, product_id, user_id, rating, title, body) values (9, 7, 8, 5, '', '')`,
      ['review', 'review:9', 'review?productId=7', 'review?userId=8'],
    ],
    [
      'a row that is deleted',
      'delete from reviews where id = 9',
      ['review', 'review:9', 'review?productId=7', 'review?userId=8'],
    ],
    [
      'a row that is updated',
      'update reviews set rating = 4 where id = 1',
      ['review', 'review:1', 'review?productId=2', 'review?userId=1'],
    ],
    [
      'a row that moves from one collection to another',
      'update reviews set product_id = 5 where id = 1',
      ['review', 'review:1', 'review?productId=2', 'review?productId=5', 'review?userId=1'],
    ],
    [
      'a row that changes its key',
      'update reviews set id = 77 where id = 2',
      ['review', 'review:2', 'review:77', 'review?productId=1', 'review?userId=2'],
    ],
    [
      'a text that is equal but written in another way',
      `update users set preferences = '{"a": 1.00}' where id = 5`,
      ['user', 'user:5', 'user?email=u5'],
    ],
    [
      'a row that exists and is updated on conflict',
      `insert into categories (id, name, slug, description, icon_url, parent_id) values (2, 'New', 'c2', '', '', 1)
      on conflict (id) do update set parent_id = excluded.parent_id`,
      ['category', 'category:2', 'category?parentId=1', 'category?slug=c2'],
    ],
    [
      'rows of a MERGE',
      `merge into reviews r using (values (3), (50)) v (id) on r.id = v.id
      when matched then delete when not matched then insert (id, product_id, user_id, rating, title, body) values (50, 9, 9, 1, '', '')`,
      [
        'review',
        'review:3',
        'review:50',
        'review?productId=2',
        'review?productId=9',
        'review?userId=3',
        'review?userId=9',
      ],
    ],
    [
      'a few rows, each by itself',
      'update transactions set amount = 2 where id in (1, 2)',
      [
        'transaction',
        'transaction:1',
        'transaction:2',
        'transaction?merchantId=1',
        'transaction?userId=1',
        'transaction?userId=2',
      ],
    ],
    [
      'many rows of one collection',
      `insert into readings (device_id, timestamp, temperature, humidity, battery)
      select 2, now() - i * interval '1 second', 1, 1, 1 from generate_series(1, 1000) i`,
      ['reading', 'reading?deviceId=2'],
    ],
    [
      'many rows of many collections',
      'update products set price = 2',
      [
        'product',
        'product:*',
        'product?categoryId=1',
        'product?categoryId=2',
        'product?categoryId=3',
        'product?merchantId=1',
        'product?merchantId=2',
        'product?merchantId=3',
      ],
    ],
  ])('%s', async (_, statement, tags) => {
    expect((await logged(statement)).filter((tag) => !/^product:\d/.test(tag))).toEqual(tags);
  });
});

describe('a change is logged', () => {
  it('if a cascade makes it, in every table that it reaches', async () => {
    await query(`insert into orders (id, user_id, total, shipping_address) values (1, 50, 1, '{}');
      insert into order_items (order_id, product_id, quantity, unit_price) values (1, 4, 1, 1);
      update transactions set order_id = 1 where id = 9`);
    await psql().changes();
    const tags = await logged('delete from orders where id = 1');
    expect(tags).toEqual(
      expect.arrayContaining([
        'order:1',
        'orderItem:1,4',
        'orderItem?orderId=1',
        'transaction:9',
        'transaction?orderId=1',
      ]),
    );
  });

  it('if TRUNCATE makes it, for all rows that the tables had', async () => {
    const tags = await logged('truncate devices cascade');
    expect(tags).toEqual([
      'device',
      'device:*',
      'device?merchantId=*',
      'reading',
      'reading?deviceId=*',
      'readingHourly',
      'readingHourly?deviceId=*',
    ]);
  });

  it('if COPY makes it', async () => {
    const rows = Buffer.from('60\tx\tcopied\t\t\n');
    const copy = Object.assign(new pg.Query('copy categories (id, name, slug, description, icon_url) from stdin'), {
      handleCopyInResponse(connection: { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void }) {
        connection.sendCopyFromChunk(rows);
        connection.endCopyFrom();
      },
    });
    psql().client.query(copy);
    await once(copy, 'end');
    expect(await psql().changes()).toEqual(['category', 'category:60', 'category?slug=copied']);
  });

  it('if it comes from a session in which ordinary triggers do not run', async () => {
    await query('begin; set local session_replication_role = replica');
    await query(`update merchants set name = 'Restored' where id = 2; commit`);
    expect(await psql().changes()).toEqual(['merchant', 'merchant:2', 'merchant?categoryId=2']);
  });

  it('if its role may write to the table but not to the log, and has a temporary table of that name', async () => {
    await query('begin; create role clerk; grant insert, select on categories to clerk');
    await query('create temporary table log (like hotpath.log); set local role clerk');
    await query(`insert into categories (id, name, slug, description, icon_url) values (61, '', 'clerk', '', '')`);
    await query('reset role; drop table pg_temp.log');
    expect(await psql().changes()).toEqual(['category', 'category:61', 'category?slug=clerk']);
    await query('rollback');
  });
});

describe('nothing is logged', () => {
  it.each([
    [
      'of a column that nothing exposed depends on',
      'update users set internal_risk_score = 5, encrypted_ssn = id::text',
    ],
    ['of an update that changes nothing', 'update users set name = name'],
    ['of a statement that finds no rows', 'delete from users where id = 0'],
    [
      'of a table that no resource exposes',
      `insert into hotpath.idempotency_keys (subject, route, key, fingerprint, expires_at) values ('', '', '', '', now())`,
    ],
    ['of a transaction that is rolled back', `begin; update users set name = ''; rollback`],
    ['of a savepoint that is rolled back', `begin; savepoint s; update users set name = ''; rollback to s; commit`],
  ])('%s', async (_, statement) => {
    expect(await logged(statement)).toEqual([]);
  });
});

it('the triggers make one pass over the rows, whatever their plan was made for', async () => {
  await query(`update users set name = 'one' where id = 1`);
  await query(`insert into users (id, email, name) select i, i, '' from generate_series(1000, 20000) i`);
  const { rows } = await query('explain (analyze, format json) update users set internal_risk_score = 1');
  const [{ Triggers: triggers }] = rows[0]['QUERY PLAN'];
  const { Time: time } = triggers.find(
    (trigger: { 'Trigger Name': string }) => trigger['Trigger Name'] === 'invalidation_update',
  );
  // A nested loop would visit 360 million pairs.
  expect(time).toBeLessThan(5_000);
}, 60_000);
