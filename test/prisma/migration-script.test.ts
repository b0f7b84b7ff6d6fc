import pg from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { scratchDatabase } from '../support/database.ts';
import { applyScripts, query, request, talk } from './support.ts';

vi.setConfig({ testTimeout: 60_000 });

const names = async (url: string, sql: string) => (await query<{ name: string }>(url, sql)).map(({ name }) => name);
const tables = (url: string) =>
  names(
    url,
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND oid >= 16384 AND relname <> '_prisma_migrations' ORDER BY 1`,
  );
const notes = (url: string) =>
  query(
    url,
    'SELECT migration_name AS name, finished_at IS NOT NULL AS finished, logs FROM _prisma_migrations ORDER BY started_at',
  );

const setUp = 'CREATE TABLE "t" ("id" INT PRIMARY KEY, "a" INT, "b" INT);';

describe('the script of a migration', () => {
  it('may have statements that cannot share a transaction', async () => {
    const url = await scratchDatabase('empty');
    const script = `${setUp}
SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY "one" ON "t" ("a");
CREATE INDEX CONCURRENTLY "two" ON "t" ("b");
DROP INDEX CONCURRENTLY "one";
REINDEX TABLE CONCURRENTLY "t";
CREATE TYPE "kind" AS ENUM ('a');
ALTER TABLE "t" ADD COLUMN "kind" "kind";
ALTER TYPE "kind" ADD VALUE 'b';
INSERT INTO "t" VALUES (1, 1, 1, 'b');
VACUUM (ANALYZE) "t";
DO $$ BEGIN INSERT INTO "t" VALUES (2); COMMIT; INSERT INTO "t" VALUES (3); END $$;
CREATE PROCEDURE "more"() LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO "t" VALUES (4); -- it's $$ ;
  COMMIT;
  INSERT INTO "t" VALUES (1);
EXCEPTION WHEN unique_violation THEN
  NULL;
END $body$;
CREATE FUNCTION "five"() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 5 END; END;
CREATE RULE "also" AS ON DELETE TO "t" DO ALSO (SELECT 1; SELECT 2);
INSERT INTO "t" VALUES ("five"())`;
    expect(await applyScripts(url, [script])).toEqual(['1']);
    expect(await query(url, 'SELECT array_agg("id" ORDER BY "id") AS ids FROM "t"')).toEqual([{ ids: [1, 2, 3, 5] }]);
    const valid = `SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid ORDER BY 1`;
    expect(await names(url, valid)).toEqual(['t_pkey', 'two']);
  });

  it('keeps the statements before the one that fails, and names that one', async () => {
    const url = await scratchDatabase('empty');
    const script = `${setUp}\r\n-- ünï 😀;\r\nCREATE INDEX CONCURRENTLY "one" ON "t" ("a");\r
CREATE INDEX CONCURRENTLY "two" ON "t" ("b");\r\nSELECT '😀',\r\n  "gone";\r\nCREATE TABLE "after" ();`;
    const error = await applyScripts(url, [script, 'CREATE TABLE "next" ();']);
    expect(error).toContain('Migration name: 1\n\nDatabase error code: 42703');
    expect(error).toMatch(/\n {2}5 SELECT '😀',\r\n {2}6 {3}"gone";\r?$/);
    expect(await tables(url)).toEqual(['t']);
    expect(await names(url, `SELECT relname AS name FROM pg_class WHERE relname IN ('one', 'two') ORDER BY 1`)).toEqual(
      ['one', 'two'],
    );
    expect(await notes(url)).toEqual([{ name: '1', finished: false, logs: expect.stringContaining('gone') }]);
  });

  it('names the statement that fails, if PostgreSQL names no place in it', async () => {
    const url = await scratchDatabase('empty');
    const error = await applyScripts(url, [
      `${setUp}\n\n/* first */ -- second\nALTER TABLE "t"\n  DROP COLUMN "gone";`,
    ]);
    expect(error).toContain('ERROR: column "gone" of relation "t" does not exist');
    expect(error).toMatch(/Position:\n {2}1 CREATE [^\n]+\n {2}2 \n {2}3 [^\n]+\n {2}4 ALTER TABLE "t"$/);
  });

  it('does nothing if it has an error of syntax anywhere', async () => {
    const url = await scratchDatabase('empty');
    const error = await applyScripts(url, [`${setUp}\nCREATE TABLE "u" ();\nCREATE TABEL "v" ();`]);
    expect(error).toContain('ERROR: syntax error at or near "TABEL"');
    expect(error).toMatch(/\n {2}3 CREATE TABEL "v" \(\);$/);
    expect(await tables(url)).toEqual([]);
  });

  it('is applied whole or not at all between BEGIN and COMMIT', async () => {
    const url = await scratchDatabase('empty');
    const failing = `BEGIN;\n${setUp}\nCREATE TABLE "u" ();\nSELECT 1 / 0;\nCOMMIT;`;
    expect(await applyScripts(url, [failing])).toContain('ERROR: division by zero\n\nPosition:\n  1 BEGIN;');
    expect(await tables(url)).toEqual([]);
    expect(await notes(url)).toEqual([
      { name: '1', finished: false, logs: expect.stringContaining('division by zero') },
    ]);
    await query(url, 'UPDATE _prisma_migrations SET rolled_back_at = now()');
    expect(await applyScripts(url, [failing.replace('1 / 0', '1')])).toEqual(['1']);
    expect(await tables(url)).toEqual(['t', 'u']);
  });

  it('fails if it leaves a transaction open', async () => {
    const url = await scratchDatabase('empty');
    const error = await applyScripts(url, [`BEGIN;\n${setUp}`, 'CREATE TABLE "next" ();']);
    expect(error).toContain('the script began a transaction and did not end it');
    expect(error).toContain('HINT: End the script with COMMIT.');
    expect(await tables(url)).toEqual([]);
    expect(await notes(url)).toEqual([expect.objectContaining({ name: '1', finished: false })]);
  });

  it('runs in one transaction if it has no BEGIN, and a statement needs one', async () => {
    const url = await scratchDatabase('empty');
    const locking = `LOCK TABLE "t" IN EXCLUSIVE MODE;\nINSERT INTO "t" VALUES (1);`;
    const failing = await applyScripts(url, [setUp, `${locking}\nSELECT 1 / 0;`]);
    expect(failing).toMatch(/ERROR: division by zero$/);
    expect(await query(url, 'SELECT 1 FROM "t"')).toEqual([]);
    await query(url, 'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL');
    const pointed = `BEGIN;\nSAVEPOINT "a";\nDELETE FROM "t";\nROLLBACK TO "a";\nEND;\nVACUUM "t";`;
    expect(await applyScripts(url, [setUp, locking, pointed])).toEqual(['2', '3']);
    expect(await query(url, 'SELECT 1 FROM "t"')).toHaveLength(1);
  });

  it('creates indexes concurrently while another deployment waits for its end', async () => {
    const url = await scratchDatabase('empty');
    const script = `${setUp}
SELECT pg_sleep(1.5);
CREATE INDEX CONCURRENTLY "one" ON "t" ("a");
CREATE INDEX CONCURRENTLY "two" ON "t" ("b");`;
    const applied = await Promise.all([applyScripts(url, [script]), applyScripts(url, [script])]);
    expect(applied.toSorted((a, b) => a.length - b.length)).toEqual([[], ['1']]);
  });

  it('is named if it fails and another one has the same text', async () => {
    const url = await scratchDatabase('empty');
    const error = await applyScripts(url, [setUp, 'DROP TABLE "t";', 'DROP TABLE "t";']);
    expect(error).toContain('Migration name: 3');
  });

  it('is refused if it was saved as UTF-16', async () => {
    const url = await scratchDatabase('empty');
    const error = await applyScripts(url, [Buffer.from(setUp, 'utf16le').toString()]);
    expect(error).toContain('ERROR: the script contains a zero byte\nHINT: Save the script as UTF-8.');
    expect(await notes(url)).toEqual([expect.objectContaining({ name: '1', finished: false })]);
  });

  it('keeps its settings and its role to itself', async () => {
    const url = await scratchDatabase('empty');
    await query(url, 'CREATE SCHEMA "other"');
    const leaking = `SET search_path = 'other';
SELECT set_config('DateStyle', 'German', false), set_config('lock_timeout', '1', false);
SET TIME ZONE 'America/New_York';
SET standard_conforming_strings = off;
SET ROLE pg_read_all_data;`;
    const next = `CREATE TABLE "of_public" AS SELECT current_user, '\\' AS text, '2000-01-31'::timestamptz::text AS at;`;
    expect(await applyScripts(url, [leaking, next])).toEqual(['1', '2']);
    expect(await applyScripts(url, [leaking, next, `${leaking} SELECT 1 / 0;`])).toContain('division by zero');
    expect(await notes(url)).toMatchObject([{ finished: true }, { finished: true }, { finished: false }]);
    const rows = await query(
      url,
      'SELECT text, at, "current_user" <> \'pg_read_all_data\' AS own FROM "public"."of_public"',
    );
    expect(rows).toEqual([{ text: '\\', at: '2000-01-31 00:00:00+00', own: true }]);
  });

  it('may be empty, end without a semicolon, have line ends of Windows or a byte order mark', async () => {
    const url = await scratchDatabase('empty');
    const scripts = [
      '',
      '-- This is an empty migration.',
      ' \r\n/* no statement; */ ;;\r\n',
      '\uFEFFCREATE TABLE "a" ();\r\n-- and\r\nCREATE TABLE "b" ();\r\n',
      '\uFEFF-- one\nCREATE TABLE "c" ()',
      'CREATE TABLE "d" (); -- at the end',
      'DO $$ BEGIN CREATE TABLE "e" (); END $$',
    ];
    expect(await applyScripts(url, scripts)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(await tables(url)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('may be long', async () => {
    const url = await scratchDatabase('empty');
    const text = "it''s; ".repeat(100_000);
    const inserts = Array.from({ length: 2_000 }, (_, id) => `INSERT INTO "t" VALUES (${id}, NULL, NULL);`).join('\n');
    const script = `${setUp}\n${inserts}\nCOMMENT ON TABLE "t" IS '${text}';\nVACUUM "t";`;
    expect(await applyScripts(url, [script])).toEqual(['1']);
    expect(await query(url, `SELECT count(*)::int, length(obj_description('t'::regclass)) FROM "t"`)).toEqual([
      { count: 2_000, length: 600_000 },
    ]);
  });

  it('runs as a role that may not create temporary functions, which its check would need', async () => {
    const url = await scratchDatabase('empty');
    const name = new URL(url).pathname.slice(1);
    const role = pg.escapeIdentifier(`migrator_of_${name}`);
    await query(url, `REVOKE TEMPORARY ON DATABASE ${pg.escapeIdentifier(name)} FROM PUBLIC`);
    await query(url, `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT ALL ON SCHEMA "public" TO ${role}`);
    const own = Object.assign(new URL(url), { username: `migrator_of_${name}`, password: 'secret' });
    const applied = await applyScripts(own.href, [`${setUp} CREATE INDEX CONCURRENTLY "one" ON "t" ("a");`]);
    await query(url, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
    expect(applied).toEqual(['1']);
  });
});

describe('a script outside the migrations', () => {
  it('runs in one transaction, as Prisma runs those of `db execute`', async () => {
    const url = await scratchDatabase('empty');
    const execute = (script: string) =>
      talk([request(1, 'dbExecute', { datasourceType: { tag: 'url', url: '' }, script })], url);
    const { messages } = await execute(`${setUp} SELECT 1 / 0;`);
    expect(JSON.stringify(messages)).toContain('division by zero');
    expect(await tables(url)).toEqual([]);
    expect((await execute(`${setUp} CREATE TABLE "u" ();`)).messages).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
    expect(await tables(url)).toEqual(['t', 'u']);
  });
});
