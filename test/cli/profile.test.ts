/** `hotpath profile`, run as an operator runs it. */
import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { testEnvironment } from '../support/app.ts';
import { scratchDatabase } from '../support/database.ts';
import { runToEnd } from '../support/process.ts';

const profiled = (url: string, ...args: string[]) =>
  runToEnd({ DATABASE_URL: url }, 'packages/hotpath/src/cli/main.ts', ['profile', ...args]);

it('finds nothing to advise in the tables of the marketplace, and says how to see its statements', async () => {
  const { stdout, code } = await profiled(await scratchDatabase());
  expect(stdout).toMatch(
    /CREATE EXTENSION pg_stat_statements.*\n\n.*CREATE EXTENSION hypopg.*\n\nThere is nothing to advise\.\n$/,
  );
  expect(code).toBe(0);
});

it('prints the same as JSON', async () => {
  const { stdout } = await profiled(await scratchDatabase(), '--json');
  expect(JSON.parse(stdout)).toEqual({
    dearest: { missing: expect.any(String) },
    advice: [],
    indexes: { missing: expect.any(String) },
  });
});

it('writes a page that loads nothing', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'hotpath-profile-')), 'profile.html');
  onTestFinished(() => rm(dirname(file), { recursive: true }));
  const { code } = await profiled(await scratchDatabase(), '--html', file);
  expect(code).toBe(0);
  const page = await readFile(file, 'utf8');
  expect(page).toContain('There is nothing to advise.');
  expect(page).not.toMatch(/\b(?:src|href)=/);
});

it('proves indexes on a clone that it drops, and leaves the database as it was', { timeout: 600_000 }, async () => {
  const url = await scratchDatabase();
  const before = await stateOf(url);
  const environment = { ...testEnvironment(url), DATABASE_URL: url };
  const { stdout, stderr, code } = await runToEnd(environment, 'src/cli/main.ts', [
    'profile',
    '--json',
    '--clone',
    url,
  ]);
  expect(code, stderr).toBe(0);
  const { indexes } = JSON.parse(stdout) as { indexes: { planned: number; notes: string[] } };
  expect(indexes).toMatchObject({ indexes: [], notes: [] });
  expect(indexes.planned).toBeGreaterThan(200);
  expect(stderr).toMatch(/statements \d+\.\d s\n/);
  expect(await stateOf(url)).toEqual(before);
});

/** Tables of the project begin here; autovacuum may analyse those of the server at any time. */
const FIRST_OID = 16_384;

/** The catalog and the statistics of a database, and its clones. */
async function stateOf(url: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(`
      SELECT 'class' AS "in", xmin::text, oid::text AS what FROM pg_class UNION ALL
      SELECT 'index', xmin::text, indexrelid::text FROM pg_index UNION ALL
      SELECT 'statistic', xmin::text, starelid || ' ' || staattnum FROM pg_statistic
       WHERE starelid >= ${FIRST_OID} UNION ALL
      SELECT 'database', '', datname FROM pg_database WHERE datname LIKE current_database() || '%hotpath_%' ORDER BY 1, 3`);
    return rows;
  } finally {
    await client.end();
  }
}

it('says why a database in use cannot be cloned', { timeout: 60_000 }, async () => {
  const url = await scratchDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { stderr, code } = await profiled(url, '--clone', url);
  await client.end();
  expect(stderr).toMatch(
    /^PostgreSQL copies a database only while no client is connected to ".*--clone name that one\.\n$/,
  );
  expect(code).toBe(1);
});

it('ends with a sentence where nothing listens', async () => {
  const { stderr, code } = await profiled('postgresql://nobody@127.0.0.1:1/none');
  expect(stderr).toMatch(/^Nothing answers at port 1 /);
  expect(code).toBe(1);
});

it('advises on the cache of each route over recorded traffic', { timeout: 120_000 }, async () => {
  const url = await scratchDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'hotpath-profile-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'traffic.jsonl');
  const ask = (at: number, path: string, route: string) =>
    JSON.stringify({ at, path, route, role: 'user', subject: '1', status: 200, ms: 1, statements: 1 });
  const lines = Array.from({ length: 50 }, (_, index) => [
    ask(index * 1000, '/v1/merchants', '/v1/merchants'),
    ask(index * 1000, `/v1/merchants/${index}`, '/v1/merchants/:id'),
  ]).flat();
  const header = { schema: 'hotpath-recording', version: 1, recordedAt: new Date().toISOString(), from: 'http://x' };
  await writeFile(file, [JSON.stringify(header), ...lines].join('\n'));
  const environment = { ...testEnvironment(url), DATABASE_URL: url };
  const { stdout, stderr } = await runToEnd(environment, 'src/cli/main.ts', ['profile', '--json', '--traffic', file]);
  const { cache } = JSON.parse(stdout || stderr) as { cache: unknown };
  expect(cache).toMatchObject([
    {
      route: 'GET /v1/merchants',
      asks: 50,
      answers: 1,
      hitShare: 0,
      line: expect.stringMatching(/^cache: \{ ttl: \d+ \}$/),
    },
    { route: 'GET /v1/merchants/:id', asks: 50, answers: 50, advisedHitShare: 0 },
  ]);
  expect((cache as object[])[1]).not.toHaveProperty('line');
});
