/** Patroni promotes a standby when the leader's machine fails. HAProxy leads the service there; each node is one of its replicas. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { seed } from '../../prisma/seed/seed.ts';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { migrate } from '../../src/dev/migrate.ts';
import { as, SHORT_BOUNDS, testEnvironment } from '../support/app.ts';
import { ask } from '../support/instances.ts';
import { openPatroniCluster, type PatroniCluster, type PatroniNode } from '../support/patroni.ts';
import { asService, letServiceIn } from '../support/service-role.ts';

const PATIENT = { timeout: 90_000, interval: 50 };
const LONG = 240_000;

const stack = new AsyncDisposableStack();
let cluster: PatroniCluster;
let app: App;

async function run(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  cluster = await openPatroniCluster(stack);
  const leader = await cluster.leader();
  await run(leader.url(), 'CREATE DATABASE shop');
  await migrate(leader.url('shop'));
  await letServiceIn(leader.url('shop'));
  await seed({ url: leader.url('shop'), size: 'tiny' });
  const own = {
    ...SHORT_BOUNDS,
    DATABASE_URL: asService(cluster.url('shop')),
    DATABASE_REPLICA_URLS: cluster.nodes.map((node) => asService(node.url('shop'))).join(),
  };
  app = buildApp(loadConfig({ ...testEnvironment(cluster.url('shop')), ...own }));
  stack.defer(() => app.close());
  await app.ready();
  await vi.waitFor(() => expect(states()).toEqual(['elsewhere', 'ready', 'ready']), PATIENT);
}, LONG);

afterAll(() => stack.disposeAsync(), LONG);

const states = () => app.hotpath.standbys!.all.map(({ state }) => state).toSorted();
const proved = () => app.hotpath.standbys!.all.reduce((sum, { reads }) => sum + reads.proved, 0);

/** The name of a product, as the service answers. */
const nameOf = async (id: number): Promise<string> => {
  const { status, body } = await ask(app, `/v1/products/${id}?fields=name`);
  return status === 200 ? JSON.parse(body).data.name : `status ${status}`;
};

async function post(title: string): Promise<[status: number, retryAfter: unknown, id?: number]> {
  const reply = await app.inject({
    ...{ method: 'POST', url: '/v1/posts', headers: as(1), payload: { title, body: 'Here' } },
  });
  return [reply.statusCode, reply.headers['retry-after'], reply.json().data?.id];
}

const rename = (node: PatroniNode, name: string) =>
  run(node.url('shop'), 'UPDATE products SET name = $1 WHERE id = 1', [name]);

it(
  'is survived by the service: no read fails, writes are a 503 until there is a leader, and no answer is of before',
  async () => {
    const former = await cluster.leader();
    await rename(former, 'on the former leader');
    await expect.poll(() => nameOf(1), PATIENT).toBe('on the former leader');
    expect(await nameOf(2)).not.toMatch(/^status/);
    expect(proved()).toBeGreaterThan(0);
    expect((await post('Before'))[0]).toBe(201);

    await former.kill();
    const failed: string[] = [];
    const refused = new Set<unknown>();
    await expect
      .poll(async () => {
        // Product 2 is kept; product 3 is in no cache, so that a standby has to answer.
        for (const id of [2, 3]) {
          const name = await nameOf(id);
          if (name.startsWith('status')) failed.push(name);
        }
        const [status, retryAfter] = await post('During');
        if (status !== 201) refused.add(`${status}, Retry-After: ${retryAfter}`);
        return status;
      }, PATIENT)
      .toBe(201);
    expect(failed).toEqual([]);
    expect([...refused]).toEqual(['503, Retry-After: 1']);

    const leader = await cluster.leader(former);
    await rename(leader, 'on the new leader');
    await expect.poll(() => nameOf(1), PATIENT).toBe('on the new leader');
    const posts = await run(leader.url('shop'), `SELECT count(*)::int AS "count" FROM posts WHERE title = 'During'`);
    expect(posts).toEqual([{ count: 1 }]);

    // The third node follows the new leader, and answers again.
    await expect.poll(states, PATIENT).toContain('ready');
    const before = proved();
    let unread = 4;
    await expect
      .poll(async () => {
        unread += 1;
        expect(await nameOf(unread)).not.toMatch(/^status 5/);
        return proved();
      }, PATIENT)
      .toBeGreaterThan(before);
  },
  LONG,
);
