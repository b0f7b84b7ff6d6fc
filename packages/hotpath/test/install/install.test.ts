/** The installation without Prisma Migrate into a database whose shape differs from the marketplace's. */
import { randomBytes } from 'node:crypto';
import { surveyTables } from 'hotpath/freshness/coverage';
import { watch } from 'hotpath/freshness/watched';
import { InstallError, install } from 'hotpath/install/install';
import { migrationFor } from 'hotpath/install/migration';
import { PREPARE_SCHEMA, SCHEMA_VERSIONS } from 'hotpath/install/schema-versions';
import { SessionClient } from 'hotpath/session/session-client';
import pg from 'pg';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { ownRegistry, TABLES } from './own-shape.ts';

const watched = watch(ownRegistry());
const SOURCES = ['_AccountToTag', 'account', 'note', 'tag'];
const LATEST = SCHEMA_VERSIONS.at(-1)!.version;
const ANA = '11111111-1111-1111-1111-111111111111';

let database: string;

beforeEach(async () => {
  database = await scratchDatabase('empty');
  const client = await connect();
  await client.query('CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions');
  for (const schema of ['app', 'my "second" app']) await makeTables(client, schema);
});

async function makeTables(client: pg.Client, schema: string): Promise<void> {
  const name = pg.escapeIdentifier(schema);
  await client.query(`CREATE SCHEMA ${name}; SET search_path = ${name}; ${TABLES}`);
}

/** A session with the settings of a service. */
async function connect(schema?: string, user?: { name: string; password: string }): Promise<SessionClient> {
  const url = new URL(database);
  if (schema) url.searchParams.set('schema', schema);
  if (user) Object.assign(url, { username: user.name, password: user.password });
  const client = new SessionClient({ connectionString: url.href });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** The changes in the log since the last call. */
async function changes(client: pg.Client): Promise<unknown[]> {
  const { rows } = await client.query<{ source: string; tags: string[] }>(
    'WITH taken AS (DELETE FROM hotpath.log RETURNING *) SELECT source, tags FROM taken ORDER BY source',
  );
  return rows.map(({ source, tags }) => [source, ...tags]);
}

const catalogOf = async (client: pg.Client) =>
  (
    await client.query(`
      SELECT 'class' AS "in", xmin::text, oid FROM pg_class UNION ALL
      SELECT 'trigger', xmin::text, oid FROM pg_trigger UNION ALL
      SELECT 'function', xmin::text, oid FROM pg_proc UNION ALL
      SELECT 'epoch', xmin::text, NULL FROM hotpath.epoch ORDER BY 1, 3`)
  ).rows;

describe('an installation', () => {
  it('creates the schema and the triggers, and every change is logged', async () => {
    const client = await connect('app');
    const { triggers, ...versions } = await install(client, watched);
    expect([versions, [...triggers].sort()]).toEqual([{ from: 0, to: LATEST }, SOURCES]);
    const { gaps, inexactKeys } = await surveyTables(client, watched);
    expect([gaps, [...inexactKeys]]).toEqual([[], []]);
    await client.query(`INSERT INTO accounts VALUES ('${ANA}', 'ana@x')`);
    await client.query(`INSERT INTO user_notes VALUES ('${ANA}', 1, 'one', 'is open')`);
    await client.query(`INSERT INTO tags VALUES ('red'); INSERT INTO "_AccountToTag" VALUES ('${ANA}', 'red')`);
    expect(await changes(client)).toEqual([
      ['_AccountToTag', `?A=${ANA}`],
      ['account', `:${ANA}`],
      ['note', `:${ANA},1`, `?account_id=${ANA}`],
      ['tag'],
    ]);
    await client.query(`UPDATE user_notes SET state = 'done'; UPDATE user_notes SET state = 'done'`);
    await client.query('TRUNCATE user_notes');
    expect(await changes(client)).toEqual([
      ['note', `:${ANA},1`, `:${ANA},1`, `?account_id=${ANA}`, `?account_id=${ANA}`],
      ['note', ':*', '?account_id=*'],
    ]);
  });

  it('logs a key that changes only in its case, which its type compares as equal', async () => {
    const client = await connect('app');
    await client.query(`INSERT INTO tags VALUES ('red')`);
    await install(client, watched);
    await client.query(`UPDATE tags SET slug = 'RED'`);
    expect(await changes(client)).toEqual([['tag']]);
    await client.query(`UPDATE tags SET slug = 'RED'`);
    expect(await changes(client)).toEqual([]);
  });

  it('changes only what is missing', async () => {
    const client = await connect('app');
    await install(client, watched);
    await client.query('SELECT hotpath.begin_epoch()');
    const before = await catalogOf(client);
    expect(await install(client, watched)).toEqual({ from: LATEST, to: LATEST, triggers: [] });
    expect(await catalogOf(client)).toEqual(before);
  });

  it('repairs missing and disabled parts, and begins a new epoch for it', async () => {
    const client = await connect('app');
    await install(client, watched);
    await client.query(`SELECT hotpath.begin_epoch(); ALTER TABLE tags DISABLE TRIGGER invalidation_insert;
      DROP TRIGGER invalidation_delete ON accounts`);
    const { triggers } = await install(client, watched);
    expect([...triggers].sort()).toEqual(['account', 'tag']);
    expect((await surveyTables(client, watched)).gaps).toEqual([]);
    expect((await client.query('SELECT FROM hotpath.epoch')).rowCount).toBe(0);
  });

  it('creates the triggers that a new partition lacks, and those alone', async () => {
    const client = await connect('app');
    await client.query(`DROP TABLE "_AccountToTag"; DROP TABLE tags;
      CREATE TABLE tags (slug extensions.citext PRIMARY KEY) PARTITION BY LIST (slug);
      CREATE TABLE "_AccountToTag" ("A" uuid NOT NULL, "B" extensions.citext NOT NULL REFERENCES tags, PRIMARY KEY ("A", "B"));
      CREATE TABLE red_tags PARTITION OF tags FOR VALUES IN ('red')`);
    await install(client, watched);
    expect((await surveyTables(client, watched)).gaps).toEqual([]);
    await client.query(
      `SELECT hotpath.begin_epoch(); CREATE TABLE extensions.blue_tags PARTITION OF tags FOR VALUES IN ('blue')`,
    );
    const triggers = async () => {
      const text = `SELECT oid::text FROM pg_trigger WHERE tgrelid IN ('tags'::regclass, 'red_tags'::regclass) ORDER BY oid`;
      return (await client.query(text)).rows;
    };
    const before = await triggers();
    expect((await install(client, watched)).triggers).toEqual(['tag']);
    expect([(await surveyTables(client, watched)).gaps, await triggers()]).toEqual([[], before]);
    expect((await client.query('SELECT FROM hotpath.epoch')).rowCount).toBe(0);
    expect((await install(client, watched)).triggers).toEqual([]);
    await client.query(`INSERT INTO extensions.blue_tags VALUES ('blue')`);
    expect(await changes(client)).toEqual([['tag']]);
  });

  it('leaves a table with a foreign partition without triggers, so that it can be written', async () => {
    const client = await connect('app');
    await client.query(`DROP TABLE "_AccountToTag"; DROP TABLE tags; CREATE TABLE tags (slug extensions.citext) PARTITION BY LIST (slug);
      CREATE TABLE "_AccountToTag" ("A" uuid NOT NULL, "B" extensions.citext NOT NULL, PRIMARY KEY ("A", "B"));
      CREATE EXTENSION file_fdw SCHEMA extensions; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
      CREATE FOREIGN TABLE far_tags PARTITION OF tags FOR VALUES IN ('far') SERVER files OPTIONS (filename '/dev/null');
      CREATE TABLE red_tags PARTITION OF tags FOR VALUES IN ('red')`);
    await install(client, watched);
    const { rows } = await client.query(
      `SELECT tgname FROM pg_trigger WHERE tgrelid = 'tags'::regclass AND NOT tgisinternal`,
    );
    expect(rows).toEqual([]);
    await client.query(`INSERT INTO tags VALUES ('red')`);
    expect((await surveyTables(client, watched)).gaps).toEqual([
      { source: 'tag', reason: expect.stringContaining('foreign table'), remedy: 'schema' },
    ]);
    expect((await install(client, watched)).triggers).toEqual([]);
  });

  it('runs once for many concurrent callers', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => connect('app')));
    const installed = await Promise.all(clients.map((client) => install(client, watched)));
    expect(installed.filter(({ from, triggers }) => from === 0 && triggers.length === 4)).toHaveLength(1);
    expect(installed.filter(({ from, triggers }) => from === LATEST && triggers.length === 0)).toHaveLength(5);
  });

  it('reverts nothing of a newer version', async () => {
    const client = await connect('app');
    await install(client, watched);
    await client.query(`INSERT INTO hotpath.version (version) VALUES (99);
      CREATE OR REPLACE FUNCTION hotpath.begin_epoch() RETURNS void LANGUAGE sql AS 'SELECT'`);
    expect(await install(client, watched)).toEqual({ from: 99, to: 99, triggers: [] });
    const { rows } = await client.query(`SELECT prosrc FROM pg_proc WHERE oid = 'hotpath.begin_epoch()'::regprocedure`);
    expect(rows).toEqual([{ prosrc: 'SELECT' }]);
  });

  it('needs no search path, and uses no operator or table of a session', async () => {
    const client = await connect('app');
    await install(client, watched);
    await client.query(`CREATE TEMPORARY TABLE log (xid xid8, source text, tags text[]);
      CREATE FUNCTION app.never(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
      CREATE OPERATOR app.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = app.never);
      SET search_path = pg_temp, app, extensions, pg_catalog;
      INSERT INTO app.accounts VALUES ('${ANA}', 'ana@x')`);
    expect(await changes(client)).toEqual([['account', `:${ANA}`]]);
  });
});

describe('while others write', () => {
  /** Transactions that write to tables in another order than the installation. @returns the errors that they met. */
  async function writing(work: () => Promise<unknown>): Promise<string[]> {
    const errors: string[] = [];
    let isDone = false;
    const writers = [1, 2, 3, 4].map(async (number) => {
      const client = await connect('app');
      while (!isDone) {
        const transaction = `BEGIN; INSERT INTO tags VALUES ('${number}' || clock_timestamp());
          INSERT INTO accounts VALUES (gen_random_uuid(), '${number}' || clock_timestamp()); COMMIT`;
        await client.query(transaction).catch((error: Error) => errors.push(error.message));
        if (errors.length > 0) await client.query('ROLLBACK');
      }
    });
    await work();
    isDone = true;
    await Promise.all(writers);
    return errors;
  }

  it('the triggers are installed, and no writer is aborted', async () => {
    const client = await connect('app');
    expect(await writing(() => install(client, watched))).toEqual([]);
    expect((await surveyTables(client, watched)).gaps).toEqual([]);
  });

  it('a migration behaves in the same way', async () => {
    const client = await connect('app');
    const { text } = migrationFor({ migrationTexts: [], registry: watched.registry })!;
    expect(await writing(() => client.query(text))).toEqual([]);
    expect((await surveyTables(client, watched)).gaps).toEqual([]);
    expect((await client.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
  });

  it('a table that stays locked is named', async () => {
    const [client, other] = [await connect('app'), await connect('app')];
    await other.query('BEGIN; LOCK TABLE tags IN ROW EXCLUSIVE MODE');
    await expect(install(client, watched, { tries: 3 })).rejects.toThrow(
      /^canceling statement due to lock timeout, again and again\./,
    );
    await other.query('COMMIT');
    expect((await install(client, watched)).triggers).toHaveLength(4);
  });
});

describe('two services in one database', () => {
  it('log the changes of their own tables, each by functions of its own', async () => {
    const [one, other] = [await connect('app'), await connect('my "second" app')];
    await install(one, watched);
    const second = await install(other, watched);
    expect([second.from, second.triggers.length]).toEqual([LATEST, 4]);
    for (const client of [one, other]) {
      expect((await surveyTables(client, watched)).gaps).toEqual([]);
      await client.query(`INSERT INTO tags VALUES ('red')`);
      expect(await changes(client)).toEqual([['tag']]);
    }
    const { rows } = await one.query(`SELECT proname FROM pg_proc WHERE proname LIKE 'log %tags' ORDER BY 1`);
    expect(rows).toEqual([{ proname: 'log "my ""second"" app".tags' }, { proname: 'log app.tags' }]);
  });

  it('keep their rows apart', async () => {
    const [one, other] = [await connect('app'), await connect('my "second" app')];
    await install(one, watched);
    await install(other, watched);
    for (const client of [one, other]) await client.query(`INSERT INTO hotpath.job_effects (key) VALUES ('mail:1')`);
    await one.query('DROP SCHEMA app CASCADE');
    await makeTables(one, 'app');
    await install(one, watched);
    const { rows } = await one.query('SELECT schema, key FROM hotpath.job_effects');
    expect(rows).toEqual([{ schema: 'my "second" app', key: 'mail:1' }]);
  });
});

describe('the functions of triggers', () => {
  it('follow a renamed table, also one whose name PostgreSQL truncates', async () => {
    const client = await connect('app');
    await install(client, watched);
    const [tag] = [...watched.tables.values()].filter(({ source }) => source === 'tag');
    for (const table of ['t'.repeat(63), 'labels']) {
      await client.query(`ALTER TABLE ${tag!.table} RENAME TO ${table}`);
      Object.assign(tag!, { table });
      expect((await install(client, watched)).triggers).toEqual(['tag']);
      expect((await surveyTables(client, watched)).gaps).toEqual([]);
      const { rows } = await client.query(`SELECT count(*)::int AS n FROM pg_proc WHERE proname LIKE 'log %'`);
      expect(rows).toEqual([{ n: 4 }]);
    }
    await client.query('ALTER TABLE labels RENAME TO tags');
    Object.assign(tag!, { table: 'tags' });
  });

  it('go with the triggers when a table logs nothing any more, and when it is dropped', async () => {
    const client = await connect('app');
    await install(client, watched);
    await client.query(
      `SELECT hotpath.stop_logging('"accounts"'); DROP TABLE tags; SELECT hotpath.stop_logging('"tags"')`,
    );
    const { rows } = await client.query(`SELECT proname FROM pg_proc WHERE proname LIKE 'log %' ORDER BY 1`);
    expect(rows).toEqual([{ proname: 'log app."_AccountToTag"' }, { proname: 'log app.user_notes' }]);
    await client.query(`INSERT INTO accounts VALUES ('${ANA}', 'ana@x')`);
    expect(await changes(client)).toEqual([]);
  });
});

describe('an installation that fails', () => {
  it('names the missing table, and leaves nothing behind', async () => {
    const client = await connect('app');
    await client.query('DROP TABLE tags');
    await expect(install(client, watched)).rejects.toThrow(
      new InstallError('relation "tags" does not exist: create the tables of the data model first, then install.'),
    );
    expect((await client.query(`SELECT to_regnamespace('hotpath') AS "place"`)).rows).toEqual([{ place: null }]);
  });

  it('refuses the schema of the library itself', async () => {
    await (await connect()).query('CREATE SCHEMA hotpath');
    const client = await connect('hotpath');
    await expect(install(client, watched)).rejects.toThrow(`The schema "hotpath" is the library's own`);
  });

  it('names the role that it needs', async () => {
    const name = `clerk_${randomBytes(6).toString('hex')}`;
    const owner = await connect();
    await owner.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA app TO ${name}`);
    const clerk = await connect('app', { name, password: 'secret' });
    await expect(install(clerk, watched)).rejects.toThrow(/^permission denied for database .* Connect as the owner/);
    await owner.query(PREPARE_SCHEMA);
    await owner.query(`GRANT ALL ON SCHEMA hotpath TO ${name}; GRANT ALL ON ALL TABLES IN SCHEMA hotpath TO ${name}`);
    await expect(install(clerk, watched)).rejects.toThrow(/^(must be owner|permission denied).* Connect as the owner/);
    await owner.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
  });
});
