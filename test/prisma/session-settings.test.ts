import pg from 'pg';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { scratchDatabase } from '../support/database.ts';
import { applyScripts, createProject, prisma, query } from './support.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Settings of a database that change the meaning of SQL, or the form of its output. */
const HOSTILE = [
  `array_nulls = off`,
  `bytea_output = 'escape'`,
  `datestyle = 'German, DMY'`,
  `extra_float_digits = -15`,
  `intervalstyle = 'sql_standard'`,
  `quote_all_identifiers = on`,
  `search_path = evil, public`,
  `standard_conforming_strings = off`,
  `timezone = 'America/New_York'`,
  `transform_null_equals = on`,
  `xmloption = 'document'`,
];

const schema = `
datasource db {
  provider = "postgresql"
}
`;

const script = `
CREATE TABLE "offers" (
    "id" INTEGER NOT NULL,
    "text" TEXT NOT NULL DEFAULT 'a\\b',
    "bytes" BYTEA NOT NULL DEFAULT '\\xff00'::bytea,
    "price" DOUBLE PRECISION NOT NULL DEFAULT 0.1,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT '2000-01-02 00:00:00'::timestamptz,
    "day" DATE NOT NULL DEFAULT '01/02/2000'::date,
    "last" TIMESTAMPTZ(3) NOT NULL DEFAULT now() + interval '1 day 2 hours',
    "open" BOOLEAN NOT NULL DEFAULT NULL::integer = NULL::integer,

    CONSTRAINT "offers_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "offers_text_idx" ON "offers"("text");
CREATE TABLE "found" AS SELECT
  1 AS id,
  '{NULL}'::text[] IS NOT DISTINCT FROM ARRAY[NULL] AS nulls,
  timestamptz '2000-01-02 00:00:00'::text AS at,
  '2000-07-01 00:00:00'::timestamp::timestamptz AS summer,
  current_schema()::text AS place;
ALTER TABLE "found" ADD PRIMARY KEY ("id");
CREATE FUNCTION "path"() RETURNS text LANGUAGE sql SET search_path FROM CURRENT
  AS $$ SELECT current_setting('search_path') $$;`;

const found = (where: string) =>
  `SELECT nulls, at, summer = '2000-07-01 00:00:00+00' AS utc, place, ${where}."path"() AS path FROM ${where}."found"`;
const usual = { nulls: true, at: '2000-01-02 00:00:00+00', utc: true };

async function hostileDatabase(): Promise<string> {
  const url = await scratchDatabase('empty');
  const name = pg.escapeIdentifier(new URL(url).pathname.slice(1));
  await query(
    url,
    'CREATE SCHEMA "evil"; CREATE TABLE "evil"."_prisma_migrations" (); CREATE TABLE "evil"."offers" ()',
  );
  for (const setting of HOSTILE) await query(url, `ALTER DATABASE ${name} SET ${setting}`);
  return url;
}

describe('a migration', () => {
  let folder: string;
  const run = (command: string, url: string) => prisma(folder, command, { DATABASE_URL: url });
  /** The result of the migrations on a shadow database, which has no settings of its own, compared with the database. */
  const diff = 'migrate diff --from-migrations migrations --to-config-datasource --exit-code';
  let pulled: string;

  beforeAll(async () => {
    const config = 'migrations/20260101000000_offers/migration.sql';
    folder = await createProject({ 'schema.prisma': schema, [config]: script });
    const plain = await scratchDatabase('empty');
    await run('migrate deploy', plain);
    pulled = (await run('db pull --print', plain)).output;
    expect(pulled).toContain('model offers {');
  });

  for (const { title, place, parameter } of [
    { title: 'with any settings of the database', place: 'public', parameter: '' },
    { title: 'in the schema of the URL', place: 'shop', parameter: '?schema=shop' },
  ]) {
    it(`makes the same tables ${title}, and the engine reads them the same`, async () => {
      const url = await hostileDatabase();
      const at = `${url}${parameter}`;
      expect((await run('migrate deploy', at)).output).toContain('All migrations have been successfully applied.');
      expect(await query(url, found(`"${place}"`))).toEqual([{ ...usual, place, path: place }]);
      for (let time = 1; time <= 2; time++) {
        expect((await run('migrate deploy', at)).output).toContain('No pending migrations to apply.');
        expect((await run('migrate status', at)).output).toContain('Database schema is up to date!');
      }
      expect((await run('db pull --print', at)).output).toBe(pulled);
      expect(await run(diff, at)).toMatchObject({
        code: 0,
        output: expect.stringContaining('No difference detected.'),
      });
      expect(await query(url, 'SELECT FROM "evil"."_prisma_migrations"')).toEqual([]);
    });
  }

  it('quotes the schema of the URL', async () => {
    const url = await scratchDatabase('empty');
    const name = `Sh op, 'x\\y`;
    expect(await applyScripts(`${url}?schema=${encodeURIComponent(name)}`, ['CREATE TABLE "here" ();'])).toEqual(['1']);
    const place = `SELECT relnamespace::regnamespace::text AS name FROM pg_class WHERE relname = 'here'`;
    expect(await query(url, place)).toEqual([{ name: pg.escapeIdentifier(name) }]);
  });

  it('follows the settings of the URL, also after a script has changed them', async () => {
    const url = await scratchDatabase('empty');
    const options = encodeURIComponent('-c TimeZone=Asia/Tokyo -c search_path=own,public -c lock_timeout=5s');
    await query(url, 'CREATE SCHEMA "own"');
    const scripts = [
      `SET TIME ZONE 'UTC'; SET search_path = 'public'; SET lock_timeout = 0;`,
      `CREATE TABLE "found" AS SELECT current_setting('TimeZone') AS zone, current_setting('lock_timeout') AS timeout`,
    ];
    expect(await applyScripts(`${url}?options=${options}`, scripts)).toEqual(['1', '2']);
    expect(await query(url, 'SELECT * FROM "own"."found"')).toEqual([{ zone: 'Asia/Tokyo', timeout: '5s' }]);
  });
});
