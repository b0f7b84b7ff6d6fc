/** `hotpath profile --traffic` on a real service: recorded requests, counted writes, and the hits that the cache then had. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CacheAdvice } from 'hotpath/advisor/cache/cache-advice';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { seed } from '../../prisma/seed/seed.ts';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, testEnvironment } from '../support/app.ts';
import { scratchDatabase } from '../support/database.ts';
import { runToEnd } from '../support/process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hotpath-traffic-'));
const TOKEN = 'a token of the inspector for this test';
const LONG = { timeout: 120_000 };
let url: string;
let psql: pg.Client;

beforeAll(async () => {
  url = await scratchDatabase();
  await seed({ url, size: 'tiny' });
  psql = new pg.Client({ connectionString: url });
  await psql.connect();
  await psql.query('ANALYZE');
});
afterAll(async () => {
  await psql.end();
  rmSync(folder, { recursive: true });
});

const environment = () => testEnvironment(url);

/** The advice of the command, by route. */
async function advised(file: string): Promise<Map<string, CacheAdvice>> {
  const { stdout, stderr, code } = await runToEnd(environment(), 'src/cli/main.ts', [
    'profile',
    '--json',
    '--traffic',
    file,
  ]);
  expect(code, stderr).toBe(0);
  const { cache } = JSON.parse(stdout) as { cache: CacheAdvice[] };
  return new Map(cache.map((one) => [one.route, one]));
}

interface Line {
  readonly at: number;
  readonly path: string;
  readonly route: string;
  readonly role?: string;
  readonly subject?: string;
  readonly status?: number;
}

async function recording(name: string, lines: readonly Line[]): Promise<string> {
  const header = { schema: 'hotpath-recording', version: 1, recordedAt: new Date().toISOString(), from: 'http://x' };
  const file = join(folder, `${name}.jsonl`);
  const texts = lines.map((line) => JSON.stringify({ status: 200, ms: 1, statements: 1, ...line }));
  await writeFile(file, [JSON.stringify(header), ...texts].join('\n'));
  return file;
}

/** The same request each second. */
const everySecond = (count: number, line: Omit<Line, 'at'>): Line[] =>
  Array.from({ length: count }, (_, second) => ({ at: second * 1000, ...line }));

/** Requests that a service has answered, recorded meanwhile. */
async function recorded(app: App, paths: readonly string[]): Promise<string> {
  const file = join(folder, 'recorded.jsonl');
  const args = ['record', file, app.listeningOrigin, '--token', TOKEN, '--count', String(paths.length)];
  const ended = runToEnd(environment(), 'src/cli/main.ts', args);
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), 15_000);
  for (const path of paths) expect((await fetch(app.listeningOrigin + path, { headers: as(1) })).status).toBe(200);
  const { code, stderr } = await ended;
  expect(code, stderr).toBe(0);
  return file;
}

it('expects the hits that the cache of the service had while the traffic was recorded', LONG, async () => {
  const given = { ...environment(), INSPECTOR: 'token', INSPECTOR_TOKEN: TOKEN };
  const app = buildApp(loadConfig(given));
  onTestFinished(() => app.close());
  const hits: string[] = [];
  app.addHook('onSend', async ({ routeOptions }, reply) => {
    if (routeOptions.url === '/v1/products/:id') hits.push(String(reply.getHeader('server-timing')));
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  await expect.poll(() => app.hotpath.follower.catchUp(), { timeout: 20_000 }).toBe(true);
  await psql.query('SELECT pg_stat_reset()');
  const products = [1, 2, 3, 1, 2, 3, 1, 1, 1, 1].map((id) => `/v1/products/${id}`);
  const file = await recorded(app, [...products, ...products.slice(3).map((path) => `${path}/inventory`)]);
  const found = await advised(file);
  const { asks, answers, ttl, hitShare, bytes, line } = found.get('GET /v1/products/:id')!;
  expect([asks, answers, ttl]).toEqual([10, 3, 300]);
  const served = hits.filter((timing) => timing.includes(' hit')).length;
  expect(served).toBe(7);
  expect(hitShare).toBe(served / hits.length);
  expect(line).toBeUndefined();
  expect(bytes).toBeGreaterThan(0);
  expect(found.get('GET /v1/products/:id/inventory')).toMatchObject({ asks: 7, answers: 3, hitShare: 0 });
});

it('advises a cache for a quiet table, and none once the writes of the table are many', LONG, async () => {
  const file = await recording(
    'merchants',
    everySecond(60, { path: '/v1/merchants', route: '/v1/merchants', role: 'user', subject: '1' }),
  );
  await psql.query('SELECT pg_stat_reset()');
  const quiet = (await advised(file)).get('GET /v1/merchants')!;
  expect(quiet).toMatchObject({
    asks: 60,
    hitShare: 0,
    changesPerHour: 0,
    line: expect.stringMatching(/^cache: \{ ttl: \d+ \}$/),
  });
  for (let round = 0; round < 200; round += 1) await psql.query('UPDATE merchants SET name = name');
  await psql.query('SELECT pg_stat_force_next_flush()');
  const busy = (await advised(file)).get('GET /v1/merchants')!;
  expect(busy.changesPerHour).toBeGreaterThan(3600);
  expect(busy.advisedHitShare).toBeLessThan(quiet.advisedHitShare);
  expect(busy).not.toHaveProperty('line');
});

it(
  'counts an answer of its own for each viewer whose rows the policy separates, and no failed request',
  LONG,
  async () => {
    const asked = { path: '/v1/users/1/orders', route: '/v1/users/:id/orders' };
    const file = await recording('orders', [
      ...['1', '2', '3'].map((subject, at) => ({ at, ...asked, role: 'user', subject })),
      ...['7', '8', '9'].map((subject, at) => ({ at: at + 10, ...asked, role: 'admin', subject })),
      { at: 20, ...asked, role: 'user', subject: '1', status: 403 },
    ]);
    // Three users, and one answer for all administrators.
    expect((await advised(file)).get('GET /v1/users/:id/orders')).toMatchObject({ asks: 6, answers: 4 });
  },
);

it('shows a line to paste in the text', LONG, async () => {
  const file = await recording(
    'text',
    everySecond(60, { path: '/v1/merchants/1', route: '/v1/merchants/:id', role: 'user', subject: '1' }),
  );
  await psql.query('SELECT pg_stat_reset()');
  const { stdout } = await runToEnd(environment(), 'src/cli/main.ts', ['profile', '--traffic', file]);
  expect(stdout).toMatch(
    /asks {2}answers {2}changes\/h .* route\n +60 +1 .* GET \/v1\/merchants\/:id {2}→ cache: \{ ttl: \d+ \}/,
  );
});
