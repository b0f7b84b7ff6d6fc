/**
 * Traffic of the marketplace, recorded from one instance and replayed against another beside it, while rows change: no
 * answer differs. `REPLAY_REQUESTS=10000` makes the traffic longer.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { questionsOf } from '../contract/questions.ts';
import { collectRoutes, type FoundRoute } from '../contract/routes.ts';
import { as, TEST_SECRET } from '../support/app.ts';
import { useInstances } from '../support/instances.ts';
import { runToEnd } from '../support/process.ts';

const TOKEN = 'a token for tests alone';
const REQUESTS = Number(process.env['REPLAY_REQUESTS'] ?? 400);
const USERS = 20;

const folder = mkdtempSync(join(tmpdir(), 'hotpath-replayed-'));
const routes: FoundRoute[][] = [];
const instances = useInstances({
  count: 2,
  environment: () => ({ INSPECTOR: 'token', INSPECTOR_TOKEN: TOKEN }),
  extend: (app) => void routes.push(collectRoutes(app)),
});
const origins: string[] = [];

beforeAll(async () => {
  for (const app of instances().apps) origins.push(await app.listen({ port: 0, host: '127.0.0.1' }));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const hotpath = (...args: string[]) => runToEnd({ JWT_SECRET: TEST_SECRET, NODE_ENV: 'test' }, 'src/cli/main.ts', args);

/** Every kind of question, by the public, by users and by administrators, in an order that mixes them. */
async function traffic(): Promise<void> {
  const registry = instances().apps[0]!.hotpath.resources;
  const paths = routes[0]!.flatMap((route) => questionsOf(route, registry));
  const ask = async (n: number) => {
    const role = n % 10 === 0 ? 'admin' : 'user';
    const headers = n % 3 === 0 ? {} : as(1 + (n % USERS), role);
    await (await fetch(origins[0] + paths[(n * 31) % paths.length]!, { headers })).arrayBuffer();
  };
  for (let n = 0; n < REQUESTS; n += 8) {
    await Promise.all(Array.from({ length: Math.min(8, REQUESTS - n) }, (_, index) => ask(n + index)));
  }
}

const WRITES = [
  'UPDATE products SET price = price + 1 WHERE id % 7 = 1',
  "UPDATE users SET name = name || '.' WHERE id <= 3 AND length(name) < 90",
  'UPDATE inventories SET quantity = quantity + 1 WHERE product_id % 5 = 1',
];

/** Changes rows, again and again, until the work is done. */
async function whileRowsChange<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const done = work.finally(() => {
    isOver = true;
  });
  for (let n = 0; !isOver; n += 1) {
    await instances().psql.query(WRITES[n % WRITES.length]!);
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 300))]);
  }
  return done;
}

it('records requests without their tokens, and replays them without a false difference', async () => {
  const file = join(folder, 'traffic.jsonl');
  const address = `${origins[0]}/_hotpath#token=${encodeURIComponent(TOKEN)}`;
  const recording = hotpath(
    'record',
    file,
    address,
    ...['--count', String(REQUESTS), '--rate', '100000', '--seconds', '600'],
  );
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), 20_000);
  await traffic();
  expect(await recording).toMatchObject({ code: 0, stdout: expect.stringContaining(`jsonl: ${REQUESTS} (`) });
  expect(readFileSync(file, 'utf8')).not.toMatch(/Bearer|eyJ/);

  const sides = ['--against', origins[1]!, '--beside', origins[0]!];
  const replay = hotpath('replay', file, ...sides, '--speed', 'max', '--concurrency', '8', '--json');
  const { code, stdout, stderr } = await whileRowsChange(replay);
  const { differences, requests, unanswered, statuses } = JSON.parse(stdout);
  expect({ code, differences, requests, unanswered }).toEqual({
    ...{ code: 0, differences: [], requests: REQUESTS, unanswered: 0 },
  });
  expect(statuses['200']).toBeGreaterThan(REQUESTS / 2);
  expect(stderr).toMatch(`Requests: ${REQUESTS}. No answer differs.`);
}, 600_000);
