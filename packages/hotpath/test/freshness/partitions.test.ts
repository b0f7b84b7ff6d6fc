/** The log of a partitioned table: the changes that it has, the partitions that are not covered, and the catalog behind it. */
import { once } from 'node:events';
import { readFingerprint, relationNames } from 'hotpath/freshness/catalog';
import { type Gap, surveyTables } from 'hotpath/freshness/coverage';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { usePsql, watchMarketplace } from './support.ts';

const psql = usePsql();
const watched = watchMarketplace();
const names = relationNames(watched);
const query = (text: string) => psql().client.query(text);

/** Readings by month, without the rows of before: with a partition that has partitions, and one of another order of columns. */
const PARTITIONED = `
  DROP TABLE readings;
  CREATE TABLE readings (
    device_id integer NOT NULL REFERENCES devices ON DELETE CASCADE, "timestamp" timestamptz(3) NOT NULL,
    temperature float8 NOT NULL DEFAULT 1, humidity float8 NOT NULL DEFAULT 1, battery smallint NOT NULL DEFAULT 1,
    received_at timestamptz(3) NOT NULL DEFAULT now(), PRIMARY KEY (device_id, "timestamp")
  ) PARTITION BY RANGE ("timestamp");
  CREATE TABLE readings_2026_11 PARTITION OF readings FOR VALUES FROM ('2026-11-01Z') TO ('2026-12-01Z');
  CREATE TABLE readings_2026_12 (
    battery smallint NOT NULL DEFAULT 1, gone text, received_at timestamptz(3) NOT NULL DEFAULT now(), humidity float8 NOT NULL DEFAULT 1,
    temperature float8 NOT NULL DEFAULT 1, "timestamp" timestamptz(3) NOT NULL, device_id integer NOT NULL
  );
  ALTER TABLE readings_2026_12 DROP COLUMN gone;
  ALTER TABLE readings ATTACH PARTITION readings_2026_12 FOR VALUES FROM ('2026-12-01Z') TO ('2027-01-01Z');
  CREATE SCHEMA IF NOT EXISTS archive;
  CREATE TABLE archive.readings_2027 PARTITION OF readings FOR VALUES FROM ('2027-01-01Z') TO ('2028-01-01Z') PARTITION BY LIST (device_id);
  CREATE TABLE archive.readings_2027_1 PARTITION OF archive.readings_2027 FOR VALUES IN (1);
  CREATE TABLE archive.readings_2027_rest PARTITION OF archive.readings_2027 DEFAULT;
  CREATE TABLE readings_rest PARTITION OF readings DEFAULT;
  SELECT hotpath.log_partitions('readings')`;

const TABLES = [
  'readings',
  'readings_2026_11',
  'readings_2026_12',
  'archive.readings_2027',
  'archive.readings_2027_1',
  'archive.readings_2027_rest',
  'readings_rest',
];

/** The tags that a statement logs. */
async function logged(text: string): Promise<string[]> {
  await psql().changes();
  await query(text);
  return psql().changes();
}

/** A row of a device at the beginning of a month. */
const row = (device: number, month: string) => `(${device}, '${month}-01Z')`;
const into = (table: string, ...rows: string[]) =>
  `insert into ${table} (device_id, "timestamp") values ${rows.join(', ')}`;

const OF_DEVICE_1 = ['reading', 'reading?deviceId=1'];
const ALL = ['reading', 'reading?deviceId=*'];

beforeAll(() => query(PARTITIONED));

async function gaps(): Promise<readonly Gap[]> {
  return (await surveyTables(psql().client, watched)).gaps;
}

describe('a change is logged', () => {
  afterEach(() => query('rollback; delete from readings'));

  it.each(TABLES.filter((table) => table !== 'readings'))('in %s, by its own name', async (table) => {
    const months: Record<string, string> = {
      readings_2026_11: '2026-11',
      readings_2026_12: '2026-12',
      readings_rest: '2031-01',
    };
    const device = table.endsWith('2027_rest') ? 2 : 1;
    const tags = ['reading', `reading?deviceId=${device}`];
    expect(await logged(into(table, row(device, months[table] ?? '2027-05')))).toEqual(tags);
    expect(await logged(`update ${table} set humidity = humidity`)).toEqual([]);
    expect(await logged(`update ${table} set humidity = 50`)).toEqual(tags);
    expect(await logged(`delete from ${table}`)).toEqual(tags);
    expect(await logged(`truncate ${table}`)).toEqual(ALL);
  });

  it('by the name of the table, whatever the partition', async () => {
    const rows = ['2026-11', '2026-12', '2027-02', '2040-01'].map((month) => row(1, month));
    expect(await logged(into('readings', ...rows))).toEqual(OF_DEVICE_1);
    expect(await logged('update readings set humidity = 7')).toEqual(OF_DEVICE_1);
    expect(await logged('delete from readings')).toEqual(OF_DEVICE_1);
    expect(await logged('truncate readings')).toEqual(ALL);
  });

  it('of many rows in many partitions, in one row of the log', async () => {
    await logged(
      `insert into readings (device_id, "timestamp") select 3, '2026-11-01Z'::timestamptz + i * interval '1 hour' from generate_series(1, 3000) i`,
    );
    await query('update readings set battery = 9');
    const { rows } = await query(
      `select count(*)::int as rows from hotpath.log where cardinality(tags) = 1 and tags = '{?deviceId=3}'`,
    );
    expect(rows[0].rows).toBeLessThan(12);
  });

  it('of a row that moves to another partition, also by MERGE', async () => {
    await query(into('readings', row(1, '2026-11'), row(2, '2026-11')));
    const move = `update readings set device_id = 3, "timestamp" = '2026-12-01Z' where device_id = 1`;
    expect(await logged(move)).toEqual(['reading', 'reading?deviceId=*', 'reading?deviceId=1', 'reading?deviceId=3']);
    // PostgreSQL shows this move to no trigger of statements.
    const merge = `merge into readings r using (values (2)) v (id) on r.device_id = v.id
      when matched then update set device_id = 1, "timestamp" = '2027-06-01Z'`;
    expect(await logged(merge)).toEqual(ALL);
    // Between partitions of a partition.
    expect(
      await logged(merge.replace('values (2)', 'values (1)').replace('device_id = 1, ', 'device_id = 2, ')),
    ).toEqual(ALL);
  });

  it('of a key that many rows change, once', async () => {
    await query(
      `insert into readings (device_id, "timestamp") select 3, '2026-11-01Z'::timestamptz + i * interval '1 hour' from generate_series(1, 500) i`,
    );
    await logged(`update readings set "timestamp" = "timestamp" + interval '1 minute'`);
    await query(`update readings set "timestamp" = "timestamp" + interval '1 minute'`);
    const { rows } = await query(`select count(*)::int as rows from hotpath.log where tags = '{?deviceId=*}'`);
    expect(rows).toEqual([{ rows: 1 }]);
  });

  it('of a row that a trigger of a partition changes', async () => {
    await query(`begin; create function elsewhere() returns trigger language plpgsql as
        'begin new.device_id := 3; new."timestamp" := new."timestamp" + interval ''1 month''; return new; end';
      create function other_device() returns trigger language plpgsql as 'begin new.device_id := 2; return new; end';
      create trigger zzz before update on readings_2026_11 for each row execute function elsewhere();
      create trigger a before insert on readings_2026_11 for each row execute function other_device()`);
    expect(await logged(into('readings', row(1, '2026-11')))).toEqual(['reading', 'reading?deviceId=2']);
    const merge = `merge into readings r using (values (2)) v (id) on r.device_id = v.id when matched then update set humidity = 3`;
    expect(await logged(merge)).toEqual(ALL);
    const { rows } = await query('select device_id, tableoid::regclass::text as place from readings');
    expect(rows).toEqual([{ device_id: 3, place: 'readings_2026_12' }]);
    await query('rollback');
  });

  it('if a savepoint took back the move that was logged first', async () => {
    await query(into('readings', row(1, '2026-11')));
    const move = `merge into readings r using (values (1)) v (id) on r.device_id = v.id when matched then update set "timestamp" = '2026-12-01Z'`;
    expect(await logged(`begin; savepoint s; ${move}; rollback to s; ${move}; commit`)).toEqual(ALL);
  });

  it('by MERGE, a conflict, COPY and a cascade', async () => {
    await query(into('readings', row(1, '2026-11'), row(2, '2026-12')));
    const merge = `merge into readings r using (values (1, '2026-11-01Z'::timestamptz), (3, '2027-01-01Z')) v (id, at)
      on r.device_id = v.id and r."timestamp" = v.at
      when matched then update set humidity = 2 when not matched then insert (device_id, "timestamp") values (v.id, v.at)`;
    expect(await logged(merge)).toEqual(['reading', 'reading?deviceId=1', 'reading?deviceId=3']);
    expect(
      await logged(
        `${into('readings', row(1, '2026-11'))} on conflict (device_id, "timestamp") do update set humidity = 3`,
      ),
    ).toEqual(OF_DEVICE_1);
    for (const table of ['readings', 'readings_2026_12']) {
      await psql().changes();
      await copyInto(table, `1\t2026-12-0${table.length % 7}Z\n`);
      expect(await psql().changes()).toEqual(OF_DEVICE_1);
    }
    await query(`insert into devices (id, merchant_id, serial, name, kind, location, firmware) values (9, 1, 's9', '', 'fridge', '{}', '');
      ${into('readings', row(9, '2027-03'))}`);
    expect(await logged('delete from devices where id = 9')).toContain('reading?deviceId=9');
  });

  it('from a session in which ordinary triggers do not run', async () => {
    await query(into('readings', row(1, '2026-11')));
    await query('begin; set local session_replication_role = replica');
    expect(await logged('update readings_2026_11 set humidity = 4')).toEqual(OF_DEVICE_1);
    const move = `merge into readings r using (values (1)) v (id) on r.device_id = v.id when matched then update set "timestamp" = '2026-12-01Z'`;
    expect(await logged(move)).toEqual(ALL);
    await query('commit');
  });
});

async function copyInto(table: string, rows: string): Promise<void> {
  const copy = Object.assign(new pg.Query(`copy ${table} (device_id, "timestamp") from stdin`), {
    handleCopyInResponse(connection: { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void }) {
      connection.sendCopyFromChunk(Buffer.from(rows));
      connection.endCopyFrom();
    },
  });
  psql().client.query(copy);
  await once(copy, 'end');
}

const CREATE = `create table readings_2028 partition of readings for values from ('2028-01-01Z') to ('2029-01-01Z')`;
const MISSING = 'are missing or disabled. Run SELECT hotpath.log_partitions(\'"readings"\').';
const bare = (partition: string) => `The triggers of the partition ${partition} of "readings" ${MISSING}`;

describe('a partitioned table', () => {
  afterEach(() => query('rollback'));

  const gapsAfter = async (change: string) => {
    await query(`begin; ${change}`);
    return gaps();
  };

  it('is covered', async () => {
    expect(await gaps()).toEqual([]);
  });

  it.each<[what: string, change: string, reason: string]>([
    ['is created', CREATE, bare('readings_2028')],
    [
      'is attached',
      `create table other (like readings including defaults);
       alter table readings attach partition other for values from ('2028-01-01Z') to ('2029-01-01Z')`,
      bare('other'),
    ],
    [
      'is attached below another one',
      `create table archive.other partition of archive.readings_2027 for values in (7)`,
      bare('archive.other'),
    ],
    [
      'has the triggers of another table',
      `${CREATE}; create function hotpath."log public.other"() returns trigger language plpgsql as 'begin return null; end';
       do $$ declare e text; begin foreach e in array array['insert', 'update', 'delete', 'truncate'] loop
         execute format('create trigger invalidation_%s after %s on readings_2028 for each statement execute function hotpath."log public.other"()', e, e);
         execute format('alter table readings_2028 enable always trigger invalidation_%s', e); end loop; end $$`,
      bare('readings_2028'),
    ],
    [
      'has a disabled trigger',
      'alter table readings_2026_12 disable trigger invalidation_delete',
      bare('readings_2026_12'),
    ],
    [
      'has a trigger that does not always run',
      'alter table archive.readings_2027_1 enable trigger invalidation_insert',
      bare('archive.readings_2027_1'),
    ],
    [
      'does not log moves',
      'alter table readings_2026_11 disable trigger "~invalidation_of_moves"',
      `The partition readings_2026_11 of "readings" does not log rows that move to another partition. Run SELECT hotpath.log_partitions('"readings"').`,
    ],
    [
      'has a trigger that may move a row after its move was looked for',
      `create function elsewhere() returns trigger language plpgsql as 'begin return new; end';
       create trigger "éa" before update on readings_2026_11 for each row execute function elsewhere()`,
      'The trigger "éa" of readings_2026_11 runs after the one that logs rows that move to another partition: give it a name before "~".',
    ],
    [
      'is subscribed',
      `insert into pg_subscription_rel (srsubid, srrelid, srsubstate) values (1, 'readings_2026_11'::regclass, 'r')`,
      'The partition readings_2026_11 of "readings" is written by a subscription, which runs no trigger of a statement.',
    ],
    [
      'is a foreign table',
      `alter table readings drop constraint readings_pkey, drop constraint readings_device_id_fkey; create extension file_fdw; create server files foreign data wrapper file_fdw;
       create foreign table far partition of readings for values from ('2028-01-01Z') to ('2029-01-01Z') server files options (filename '/dev/null')`,
      'The partition far of "readings" is a foreign table, whose changes run no trigger here.',
    ],
  ])('is not covered if a partition %s', async (_, change, reason) => {
    expect(await gapsAfter(change)).toEqual([
      { source: 'reading', reason, remedy: reason.includes('Run SELECT') ? 'statement' : 'schema' },
    ]);
  });

  it('is not covered if its sub-partitions have keys that are not compared', async () => {
    const change = `alter table readings drop constraint readings_pkey; drop table readings_rest;
      create table by_battery partition of readings default partition by list (battery);
      create table all_batteries partition of by_battery default`;
    const reason = 'The triggers of the partition by_battery of "readings" are missing or disabled.';
    expect((await gapsAfter(change))[0]!.reason).toContain(reason);
    await query(`select hotpath.log_partitions('readings')`);
    expect(await gaps()).toEqual([]);
    await query(`${into('readings', row(1, '2031-01'))}`);
    const merge = `merge into readings r using (values (1)) v (id) on r.device_id = v.id when matched then update set battery = 4`;
    expect(await logged(merge)).toEqual(expect.arrayContaining(ALL));
  });

  it('is not covered if it has no triggers itself', async () => {
    const [gap] = await gapsAfter('drop trigger invalidation_insert on readings');
    expect(gap).toEqual({
      source: 'reading',
      reason: `The triggers of "readings" are missing or disabled. If its migration is deployed, run SELECT hotpath.log_partitions('"readings"').`,
      remedy: 'migrations',
    });
    await query(`select hotpath.log_partitions('readings')`);
    expect(await gaps()).toEqual([]);
  });

  it('is not covered if it is itself a partition', async () => {
    const change = `create table whole (like readings) partition by range ("timestamp"); alter table whole attach partition readings default`;
    const [gap] = await gapsAfter(change);
    expect(gap).toEqual({
      source: 'reading',
      reason: expect.stringContaining('inherits, or is inherited from'),
      remedy: 'schema',
    });
  });

  it('is covered after one call, by which its rows are outdated', async () => {
    await query(`begin; ${CREATE}; create table archive.r7 partition of archive.readings_2027 for values in (7)`);
    await psql().changes();
    const { rows } = await query(`select hotpath.log_partitions('readings') as added`);
    expect([rows, await psql().changes(), await gaps()]).toEqual([[{ added: 2 }], ALL, []]);
  });

  it('is covered again after the repair of disabled triggers', async () => {
    await query(`begin; alter table readings_2026_12 disable trigger all`);
    await query(`select hotpath.log_partitions('readings_2026_11')`);
    expect(await gaps()).toEqual([]);
  });

  it('has keys of expressions', async () => {
    await query(`begin; drop table readings; create table readings (
        device_id integer not null, "timestamp" timestamptz(3) not null, temperature float8, humidity float8, battery smallint, received_at timestamptz(3),
        loud text generated always as ('!') stored, spare text
      ) partition by range ((battery + length('!')), (humidity::integer));
      create table low partition of readings for values from (0, 0) to (10, 10); create table high partition of readings for values from (10, 10) to (200, 200);
      select hotpath.log_partitions('readings')`);
    expect(await gaps()).toEqual([]);
    const { rows } = await query(`select hotpath.partition_keys('readings') as keys`);
    expect(rows).toEqual([{ keys: ['battery', 'humidity'] }]);
    await query('alter table readings drop column spare');
    await query(`insert into readings values (1, now(), 1, 1, 1, now())`);
    const merge = `merge into readings r using (values (1)) v (id) on r.device_id = v.id when matched then update set battery = 100`;
    expect(await logged(merge)).toEqual(ALL);
  });

  it('refuses a table whose changes were never logged', async () => {
    await query('begin; create table public.stranger (id integer) partition by list (id)');
    await expect(query(`select hotpath.log_partitions('stranger')`)).rejects.toThrow(
      'The changes of public.stranger have never been logged',
    );
  });

  it('logs nothing any more after the end of its logging, nor do detached partitions', async () => {
    await query(
      `begin; alter table readings detach partition readings_2026_11; select hotpath.stop_logging('"readings"')`,
    );
    const { rows } = await query(`select tgrelid::regclass::text, tgname from pg_trigger
      where tgrelid::regclass::text ~ 'readings(_2|$|_rest)' and not tgisinternal`);
    expect(rows).toEqual([]);
  });
});

describe('a view of a partitioned table', () => {
  it('is not covered if a partition computes its column from one that no model has', async () => {
    await query(`begin; drop view category_totals; alter table transactions rename to before;
      create table transactions (like before, hidden text, loud text generated always as (upper(description)) stored) partition by range (id);
      create table t1 (like transactions including generated); alter table t1 alter column loud set expression as (upper(hidden));
      alter table transactions attach partition t1 default; select hotpath.log_partitions('transactions');
      create view category_totals as select 1 as user_id, 1 as category_id, t.loud as category, 1 as total, 1 as count from transactions t`);
    const found = await gaps();
    await query('rollback');
    expect(found).toEqual([
      {
        source: 'categoryTotal',
        reason: expect.stringContaining('reads the column "hidden" of "transactions"'),
        remedy: 'schema',
      },
    ]);
  });
});

describe('the fingerprint of the catalog', () => {
  async function fingerprint(): Promise<string> {
    const other = new pg.Client({ connectionString: psql().url });
    await other.connect();
    const found = await readFingerprint(other, names);
    await other.end();
    return found;
  }

  const LIKE = 'create table other (like readings including all)';
  const ATTACH = `alter table readings attach partition other for values from ('2028-01-01Z') to ('2029-01-01Z')`;

  it.each<[what: string, ...statements: string[]]>([
    ['a partition that is created', CREATE],
    ['a partition that is detached', 'alter table readings detach partition readings_2028'],
    [
      'a partition that is dropped',
      CREATE.replace('2028 ', '2029 ').replaceAll('2029-', '2030-').replaceAll('2028-', '2029-'),
      'drop table readings_2029',
    ],
    ['a partition that is attached', `${LIKE}; ${ATTACH}`],
    ['a partition that was away for a moment', `alter table readings detach partition other`, ATTACH],
    ['a partition of a partition', `create table archive.r7 partition of archive.readings_2027 for values in (7)`],
    ['a partition of a partition that is dropped', 'drop table archive.r7'],
    ['a disabled trigger of a partition', 'alter table archive.readings_2027_1 disable trigger invalidation_insert'],
    ['its end', 'alter table archive.readings_2027_1 enable always trigger invalidation_insert'],
    ['a call of log_partitions', `select hotpath.log_partitions('readings')`],
    ['an emptied partition', 'truncate readings_2026_11'],
    ['a default partition that is dropped', 'drop table readings_rest'],
    ['the first step of a concurrent detachment', 'alter table readings detach partition other concurrently'],
  ])('changes with %s', async (_, ...statements) => {
    const before = await fingerprint();
    if (statements.length === 2) {
      await query(statements[0]!);
      // Dropped after a look, or back after one.
      const between = await fingerprint();
      expect(between).not.toBe(before);
      await query(statements[1]!);
      expect(await fingerprint()).not.toBe(between);
      return;
    }
    await query(statements[0]!);
    expect(await fingerprint()).not.toBe(before);
  });

  it('changes with a logged partition that came and went between two looks', async () => {
    const before = await fingerprint();
    await query(
      `begin; create table brief partition of readings for values from ('2035-01-01Z') to ('2036-01-01Z'); select hotpath.log_partitions('readings'); commit`,
    );
    await query('drop table brief');
    expect(await fingerprint()).not.toBe(before);
  });

  it('does not change with rows, vacuum, or tables that are not partitions', async () => {
    const before = await fingerprint();
    await query(
      `${into('readings', row(1, '2026-11'))}; update readings_2026_11 set humidity = 8; delete from readings`,
    );
    await query('vacuum analyze readings');
    await query('create table lone (like readings); drop table lone');
    expect(await fingerprint()).toBe(before);
  });
});
