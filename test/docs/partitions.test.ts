/** The SQL of "Partitions" in docs/operating/growing.md, statement by statement, while the service answers. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { splitStatements } from '../../prisma/schema-engine/statements.ts';
import { prisma, ROOT } from '../prisma/support.ts';
import { as } from '../support/app.ts';
import { ownerUrl } from '../support/database.ts';
import { ask, useInstances } from '../support/instances.ts';
import { fencedBlocks } from './doc-pages.ts';

const [constraint, migration, nextMonth, retention, finalize] = fencedBlocks('docs/operating/growing.md')
  .filter(({ language }) => language === 'sql')
  .map(({ code }) => code) as [string, string, string, string, string];

const BOUND_MS = 1000;
const service = useInstances({ count: 2, environment: () => ({ FRESHNESS_BOUND_MS: String(BOUND_MS) }) });

/** As `psql` sends them. */
async function run(text: string): Promise<void> {
  for (const { text: statement } of splitStatements(text)) await service().psql.query(statement);
}

const insert = (table: string, time: string) =>
  `INSERT INTO ${table} (device_id, "timestamp", temperature, humidity, battery) VALUES (1, '${time}', 1, 1, 1)`;

const page = (month: string, until: string) =>
  `/v1/devices/1/readings?since=${month}-01T00:00:00Z&until=${until}-01T00:00:00Z&fields=timestamp`;
const DECEMBER = page('2026-12', '2027-01');
const JANUARY = page('2027-01', '2027-02');
const FEBRUARY = page('2027-02', '2027-03');
const MARCH = page('2027-03', '2027-04');

/** The times that each instance shows at once; an answer of the cache after that shows the same. */
async function shown(path: string): Promise<string[]> {
  await pause(BOUND_MS);
  const { apps } = service();
  const found = await Promise.all(apps.map((app) => ask(app, path, as(1))));
  const times = found.map(({ body }) =>
    (JSON.parse(body).data as { timestamp: string }[]).map(({ timestamp }) => timestamp),
  );
  expect(times[1]).toEqual(times[0]);
  for (const [index, app] of apps.entries()) {
    let reply = found[index]!;
    await expect
      .poll(
        async () => {
          reply = await ask(app, path, as(1));
          return reply.cache;
        },
        { timeout: 10_000 },
      )
      .toBe('l1 hit');
    expect(reply.body).toBe(found[index]!.body);
  }
  return times[0]!;
}

const gaps = () => service().apps.map((app) => app.hotpath.gaps());

describe('the page of partitions', () => {
  it('has statements that keep the service fresh, and its cache in use', async () => {
    const { psql } = service();
    await psql.query(`DELETE FROM readings; ${insert('readings', '2026-12-05T00:00:00Z')}`);
    expect(await shown(DECEMBER)).toEqual(['2026-12-05T00:00:00.000Z']);

    await run(constraint);
    expect(await shown(DECEMBER)).toEqual(['2026-12-05T00:00:00.000Z']);

    await run(migration);
    expect(await shown(DECEMBER)).toEqual(['2026-12-05T00:00:00.000Z']);
    expect(await shown(JANUARY)).toEqual([]);

    await psql.query(insert('readings', '2027-01-07T00:00:00Z'));
    expect(await shown(JANUARY)).toEqual(['2027-01-07T00:00:00.000Z']);
    await psql.query(insert('readings_2027_01', '2027-01-08T00:00:00Z'));
    expect(await shown(JANUARY)).toHaveLength(2);
    await psql.query(`UPDATE readings_until_2026 SET "timestamp" = '2026-12-06Z'`);
    expect(await shown(DECEMBER)).toEqual(['2026-12-06T00:00:00.000Z']);

    expect(await shown(MARCH)).toEqual([]);
    await expect(psql.query(insert('readings', '2027-03-03T00:00:00Z'))).rejects.toThrow(
      'no partition of relation "readings" found for row',
    );
    await run(nextMonth);
    expect(await shown(MARCH)).toEqual([]);
    await psql.query(insert('readings', '2027-03-03T00:00:00Z'));
    expect(await shown(MARCH)).toEqual(['2027-03-03T00:00:00.000Z']);

    await psql.query(insert('readings', '2027-02-02T00:00:00Z'));
    expect([await shown(JANUARY), await shown(FEBRUARY)].map(({ length }) => length)).toEqual([2, 1]);
    await run(retention);
    expect([await shown(JANUARY), await shown(FEBRUARY)].map(({ length }) => length)).toEqual([0, 1]);
    expect(gaps()).toEqual([[], []]);
  }, 120_000);

  it('has a statement that ends an interrupted detachment', async () => {
    await interruptDetachment();
    expect(await shown(FEBRUARY)).toEqual([]);
    await run(finalize);
    expect(await shown(FEBRUARY)).toEqual([]);
    expect(gaps()).toEqual([[], []]);
  }, 60_000);

  it('leaves a database without drift from the schema of Prisma', async () => {
    const { code, output } = await prisma(
      ROOT,
      'migrate diff --from-config-datasource --to-schema prisma/schema --exit-code',
      {
        DATABASE_URL: ownerUrl(service().databaseUrl),
      },
    );
    expect([code, output]).toEqual([0, expect.stringContaining('No difference detected.')]);
  }, 60_000);

  it('says what a partition without triggers does', async () => {
    const { psql, apps } = service();
    await psql.query(
      `CREATE TABLE readings_2027_04 PARTITION OF readings FOR VALUES FROM ('2027-04-01Z') TO ('2027-05-01Z')`,
    );
    const reasons = () => gaps().map((each) => each?.map(({ reason }) => reason));
    const reason = expect.stringContaining('The triggers of the partition readings_2027_04 of "readings" are missing');
    await expect.poll(reasons, { timeout: 10_000 }).toEqual([[reason], [reason]]);
    const april = page('2027-04', '2027-05');
    for (const day of ['02', '03']) {
      await psql.query(insert('readings_2027_04', `2027-04-${day}T00:00:00Z`));
      const replies = await Promise.all(apps.map((app) => ask(app, april, as(1))));
      for (const { body, statements } of replies)
        expect([JSON.parse(body).data.length, statements]).toEqual([Number(day) - 1, 1]);
    }
    await psql.query(`SELECT hotpath.log_partitions('readings')`);
    expect(await shown(april)).toHaveLength(2);
    await psql.query(insert('readings_2027_04', '2027-04-09T00:00:00Z'));
    expect(await shown(april)).toHaveLength(3);
  }, 60_000);
});

/** A reader keeps the statement from its end, so that it can be cancelled between its two transactions. */
async function interruptDetachment(): Promise<void> {
  const url = ownerUrl(service().databaseUrl);
  const [reader, detaching] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  await Promise.all([reader.connect(), detaching.connect()]);
  try {
    await reader.query('BEGIN; SELECT FROM readings');
    const { rows } = await detaching.query('SELECT pg_backend_pid() AS pid');
    const detached = detaching
      .query(splitStatements(finalize)[0]!.text.replace('FINALIZE', 'CONCURRENTLY'))
      .catch((error: Error) => error.message);
    const isPending = async () =>
      (await service().psql.query('SELECT FROM pg_inherits WHERE inhdetachpending')).rowCount === 1;
    await expect.poll(isPending, { timeout: 10_000 }).toBe(true);
    await service().psql.query('SELECT pg_cancel_backend($1)', [rows[0].pid]);
    expect(await detached).toContain('canceling statement');
  } finally {
    await Promise.all([reader.end(), detaching.end()]);
  }
}
