/** The findings of `hotpath doctor` in a project, its database and its Redis. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needsOf } from 'hotpath/access/needs';
import { type ExamineOptions, examine } from 'hotpath/doctor/examine';
import type { Finding } from 'hotpath/doctor/finding';
import { checkInfo } from 'hotpath/doctor/redis';
import { checkClock, checkPooler } from 'hotpath/doctor/server';
import { findingsSummary, findingsTable, isBad } from 'hotpath/doctor/table';
import { checkNode, checkPackages } from 'hotpath/doctor/versions';
import { watch } from 'hotpath/freshness/watched';
import { install } from 'hotpath/install/install';
import { LATEST_VERSION } from 'hotpath/install/latest-version';
import { SessionClient } from 'hotpath/session/session-client';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { useRedisServer } from '../../../../test/support/redis.ts';
import { dataModel, ownRegistry, TABLES } from '../install/own-shape.ts';

const watched = watch(ownRegistry());
const redis = useRedisServer();
let url: string;

beforeAll(async () => {
  url = `${await scratchDatabase('empty')}?schema=app`;
  await run(
    `CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions; CREATE SCHEMA app; SET search_path = app; ${TABLES}`,
  );
});

/** By the owner, without the schema of the service in the search path. */
async function run(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}

async function session(): Promise<SessionClient> {
  const client = new SessionClient({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

const needs = needsOf({ dataModel, watched, writes: [], schema: 'app', hasQueue: false, hasMigrations: false });

/** The findings by check. */
async function examined(options: Partial<ExamineOptions> = {}): Promise<Record<string, Finding>> {
  const findings = await examine({ url, watched, needs, ...options });
  return Object.fromEntries(findings.map((finding) => [finding.check, finding]));
}

const statesOf = (findings: Record<string, Finding>) =>
  Object.fromEntries(Object.values(findings).map(({ check, state }) => [check, state]));

const TRIGGERS = ['triggers of account', 'triggers of note', 'triggers of tag', 'triggers of _AccountToTag'];
const withTriggers = (state: string) => Object.fromEntries(TRIGGERS.map((check) => [check, state]));

describe('the doctor', () => {
  it('finds missing parts, with their remedies', async () => {
    const found = await examined();
    expect(statesOf(found)).toEqual({
      ...{ 'Node.js': 'ok', 'session settings': 'ok', PostgreSQL: 'ok', pooler: 'ok', writes: 'ok', clock: 'ok' },
      ...{
        'data model': 'ok',
        'schema hotpath': 'missing',
        'privileges of the role': 'ok',
        ...withTriggers('missing'),
      },
    });
    expect(found['schema hotpath']).toMatchObject({
      detail: 'The database has no schema hotpath',
      remedy: 'hotpath migration, then npx prisma migrate deploy; or hotpath install',
    });
    expect(found['triggers of tag']!.detail).toBe('The triggers of "tags" are missing or disabled.');
  });

  it('finds nothing once it is installed', async () => {
    await install(await session(), watched);
    const found = await examined({ redisUrl: redis().url });
    expect(
      Object.values(found)
        .filter(isBad)
        .map(({ check }) => check),
    ).toEqual(['Redis maxmemory-policy']);
    expect(found['schema hotpath']!.detail).toBe(`version ${LATEST_VERSION} or later`);
    expect(found['triggers of tag']!.detail).toBe('every change is logged');
  });

  it('names a disabled trigger and a missing column, and continues', async () => {
    await run(
      'ALTER TABLE app.tags DISABLE TRIGGER invalidation_insert; ALTER TABLE app.user_notes RENAME COLUMN title TO name',
    );
    const found = await examined();
    expect(statesOf(found)).toMatchObject({
      'triggers of tag': 'missing',
      'triggers of note': 'missing',
      'data model': 'wrong',
    });
    expect(found['data model']!.detail).toContain('no column "title" in a table "app"."user_notes"');
    await run(
      'ALTER TABLE app.tags ENABLE ALWAYS TRIGGER invalidation_insert; ALTER TABLE app.user_notes RENAME COLUMN name TO title',
    );
  });

  it('names a partition without triggers, and the statement that creates them', async () => {
    await run(`ALTER TABLE app.tags RENAME TO few_tags;
      CREATE TABLE app.tags (LIKE app.few_tags INCLUDING DEFAULTS, PRIMARY KEY (slug)) PARTITION BY LIST (slug);
      SELECT hotpath.log_partitions('app.tags'); CREATE TABLE app.red_tags PARTITION OF app.tags FOR VALUES IN ('red')`);
    expect((await examined())['triggers of tag']).toEqual({
      check: 'triggers of tag',
      state: 'missing',
      detail: `The triggers of the partition red_tags of "tags" are missing or disabled. Run SELECT hotpath.log_partitions('"tags"').`,
      remedy: 'Run it as the owner; the cache is bypassed until then.',
    });
    await run(`SELECT hotpath.log_partitions('app.tags')`);
    expect((await examined())['triggers of tag']!.detail).toBe('every change is logged');
    await run('DROP TABLE app.tags; ALTER TABLE app.few_tags RENAME TO tags');
  });

  it('names the first privileges that the role lacks, and the remedy', async () => {
    const role = `clerk_${process.pid}`;
    await run(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA app, hotpath TO ${role};
      REVOKE ALL ON FUNCTION hotpath.begin_epoch() FROM PUBLIC; GRANT SELECT ON hotpath.version TO ${role}`);
    const theirs = Object.assign(new URL(url), { username: role, password: 'secret' });
    const found = await examined({ url: theirs.href });
    expect(found['privileges of the role']).toMatchObject({
      state: 'missing',
      detail: expect.stringMatching(new RegExp(`^${role} lacks SELECT on app\\."_AccountToTag", .* and \\d+ more$`)),
      remedy: `As the owner: hotpath grants --role ${role} --apply`,
    });
    await run(
      `GRANT SELECT ON ALL TABLES IN SCHEMA app TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA hotpath TO ${role}`,
    );
    expect((await examined({ url: theirs.href }))['privileges of the role']!.detail).toBe(
      `${role} lacks EXECUTE on "hotpath".begin_epoch()`,
    );
    await run(`GRANT EXECUTE ON FUNCTION hotpath.begin_epoch() TO PUBLIC; DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it('checks the queue and the migrations if the project has them', async () => {
    const found = await examined({ needs: { ...needs, hasQueue: true }, migrations: ['20260101000000_init'] });
    expect(found['queue']).toMatchObject({ state: 'missing', remedy: 'hotpath jobs install' });
    expect(found['migrations']).toMatchObject({
      state: 'wrong',
      detail: expect.stringContaining('_prisma_migrations'),
    });
  });

  it('reports wrong settings of sessions, and continues with the other checks', async () => {
    const found = await examined({ url: url.replace('schema=app', 'schema=nowhere') });
    expect(found['session settings']).toMatchObject({
      state: 'wrong',
      detail: expect.stringContaining('no schema "nowhere"'),
    });
    expect(statesOf(found)).toMatchObject({
      PostgreSQL: 'ok',
      'data model': 'wrong',
      'schema hotpath': 'ok',
      ...withTriggers('missing'),
    });
  });

  it('reports a database that takes no writes', async () => {
    const readOnly = `${url}&options=${encodeURIComponent('-c default_transaction_read_only=on')}`;
    expect((await examined({ url: readOnly }))['writes']).toMatchObject({
      state: 'wrong',
      detail: 'The sessions are set to read only.',
    });
  });

  it('reports a database or a Redis that cannot be reached', async () => {
    const found = await examined({ url: 'postgresql://u:p@127.0.0.1:1/x', redisUrl: 'redis://127.0.0.1:1' });
    expect(statesOf(found)).toEqual({ 'Node.js': 'ok', database: 'wrong', Redis: 'wrong' });
    expect(found['database']!.detail).toMatch(/^not reached: .*ECONNREFUSED/);
    expect(found['Redis']!.detail).toMatch(/^not reached: /);
  });
});

describe('a check', () => {
  it('of Node.js requires a version that strips types', () => {
    expect(['v22.18.0', 'v24.0.0', 'v22.17.1', 'v20.19.0'].map((each) => checkNode(each).state)).toEqual([
      'ok',
      'ok',
      'wrong',
      'wrong',
    ]);
  });

  it('of packages finds them as Node.js does, and names the command for missing and old ones', () => {
    const root = mkdtempSync(join(tmpdir(), 'hotpath-doctor-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    const add = (folder: string, name: string, version: string) => {
      const place = join(root, folder, 'node_modules', name);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'package.json'), JSON.stringify({ version }));
    };
    add('.', 'pg', '8.23.1');
    add('apps/shop', '@prisma/client', '6.19.0');
    const found = checkPackages(join(root, 'apps/shop'));
    expect(found.map(({ check, state, detail, remedy }) => [check, state, detail, remedy])).toEqual([
      ['prisma', 'missing', 'not installed', 'npm install prisma@^7.10'],
      ['@prisma/client', 'wrong', '6.19.0', 'npm install @prisma/client@^7.10'],
      ['pg', 'ok', '8.23.1', ''],
    ]);
  });

  it('of the clock reports how far this machine is from the database', async () => {
    const client = await session();
    expect((await checkClock(client)).state).toBe('ok');
    const ahead = await checkClock(client, () => Date.now() + 60_000);
    expect(ahead).toMatchObject({
      state: 'wrong',
      detail: expect.stringMatching(/^the database is (59|60)\d{3} ms behind$/),
    });
  });

  it('of the connection reports a pooler, which has another process number', async () => {
    const client = await session();
    expect((await checkPooler(client)).detail).toMatch(/^none/);
    expect((await checkPooler(Object.assign(client, { processID: 1 }))).detail).toMatch(/^in use/);
  });

  it('of Redis requires a maintained version, and a policy that evicts entries', () => {
    const states = (info: string) => checkInfo(info).map(({ state }) => state);
    expect(states('redis_version:7.2.4\r\nmaxmemory:1024\r\nmaxmemory_policy:allkeys-lru\r\n')).toEqual(['ok', 'ok']);
    expect(states('redis_version:5.0.1\r\nmaxmemory:1024\r\nmaxmemory_policy:noeviction\r\n')).toEqual([
      'wrong',
      'wrong',
    ]);
    expect(states('')).toEqual(['unknown', 'unknown']);
  });
});

describe('the table', () => {
  const findings: Finding[] = [
    { check: 'PostgreSQL', state: 'ok', detail: '18.4', remedy: '' },
    { check: 'pg', state: 'missing', detail: 'not installed', remedy: 'npm install pg' },
    { check: 'Redis', state: 'unknown', detail: 'it reports no version', remedy: '' },
  ];

  it('is aligned, with the remedies below the faults', () => {
    expect(findingsTable(findings)).toBe(
      [
        'check       state    found',
        'PostgreSQL  ok       18.4',
        'pg          missing  not installed',
        '                     → npm install pg',
        'Redis       unknown  it reports no version',
      ].join('\n'),
    );
  });

  it('ends with one sentence', () => {
    expect(findingsSummary(findings)).toBe('1 of 3 checks found something missing or wrong.');
    expect(findingsSummary(findings.slice(2))).toBe('Nothing is wrong; 1 of 1 checks gave no result.');
    expect(findingsSummary(findings.slice(0, 1))).toBe('Everything is in order.');
  });
});
