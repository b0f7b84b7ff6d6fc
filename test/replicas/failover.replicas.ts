/** The primary fails, and a standby takes its place: what is answered meanwhile, and that nothing of before is believed after. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, SHORT_BOUNDS, testEnvironment } from '../support/app.ts';
import { ask } from '../support/instances.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { type Address, openAddress } from '../support/proxy.ts';
import { openReplication, REPLICATED, type Replication } from '../support/replication.ts';
import { asService } from '../support/service-role.ts';

const PATIENT = { timeout: 30_000, interval: 50 };

let stack = new AsyncDisposableStack();
let replication: Replication;
let address: Address;
let app: App;

const servers = (): [primary: PostgresServer, first: PostgresServer, second: PostgresServer] => {
  const [first, second] = replication.standbys;
  return [replication.primary, first!, second!];
};

async function connect(server: PostgresServer): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url(REPLICATED) });
  client.on('error', () => {});
  await client.connect();
  stack.defer(() => client.end().catch(() => {}));
  return client;
}

async function open(): Promise<void> {
  replication = await openReplication({ standbys: 2 });
  stack.defer(() => replication.close());
  address = await openAddress(replication.primary.url(REPLICATED));
  stack.defer(() => address.close());
  const own = {
    ...SHORT_BOUNDS,
    DATABASE_URL: asService(address.url),
    DATABASE_REPLICA_URLS: replication.standbys.map((each) => asService(each.url(REPLICATED))).join(),
    FRESHNESS_CONNECTION_MS: '1000',
  };
  app = buildApp(loadConfig({ ...testEnvironment(address.url), ...own }));
  stack.defer(() => app.close());
  await app.ready();
  await vi.waitFor(() => expect(states()).toEqual(['ready', 'ready']), PATIENT);
}

async function close(): Promise<void> {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
}

const states = () => app.hotpath.standbys!.all.map(({ state }) => state);
const proved = () => app.hotpath.standbys!.all.map(({ reads }) => reads.proved);
const url = (id: number, more = '') => `/v1/products/${id}?fields=name${more}`;
const nameOf = async (id: number, more?: string) => JSON.parse((await ask(app, url(id, more))).body).data?.name;
const rename = (client: pg.Client, name: string) => client.query('UPDATE products SET name = $1 WHERE id = 1', [name]);

const write = async () => {
  const payload = { title: 'Now', body: 'Here' };
  const reply = await app.inject({ method: 'POST', url: '/v1/posts', headers: as(1), payload });
  return [reply.statusCode, reply.headers['retry-after']];
};

describe('a primary that fails', () => {
  beforeAll(open);
  afterAll(close);

  it('is survived: reads go on, writes are a 503 with Retry-After, and the promoted standby takes its place', async () => {
    const [primary, first, second] = servers();
    const before = await connect(primary);
    await rename(before, 'before the failure');
    await expect.poll(() => nameOf(1), PATIENT).toBe('before the failure');
    expect(await write()).toEqual([201, undefined]);
    await primary.stop('immediate');
    await expect.poll(() => write(), PATIENT).toEqual([503, '1']);
    await expect.poll(() => app.hotpath.follower.isCurrent, PATIENT).toBe(false);

    // In no cache: a standby has it, as it was when the primary was last heard of, and the answer says so.
    const unread = await ask(app, url(2));
    expect([unread.status, unread.cache]).toEqual([200, 'database rescued']);
    expect(unread.headers['cache-control']).not.toContain('max-age=300');
    expect(await nameOf(1)).toBe('before the failure');

    await first.promote();
    address.moveTo(first.url(REPLICATED));
    await expect.poll(() => write(), PATIENT).toEqual([201, undefined]);
    const after = await connect(first);
    await rename(after, 'on the new primary');
    await expect.poll(() => nameOf(1), PATIENT).toBe('on the new primary');

    // The other standby replays the former life until it follows the new primary.
    await expect.poll(states, PATIENT).toEqual(['elsewhere', 'elsewhere']);
    const [, provedBefore] = proved();
    expect((await ask(app, url(3))).statements).toBe(1);
    expect(proved()[1]).toBe(provedBefore);
    await second.stop();
    await second.follow(first);
    await second.start();
    await expect.poll(states, PATIENT).toEqual(['elsewhere', 'ready']);
    expect((await ask(app, url(5))).statements).toBe(1);
    expect(proved()[1]).toBe(provedBefore! + 1);
  });
});

describe('a standby that is promoted by mistake, while the primary lives', () => {
  beforeAll(open);
  afterAll(close);

  it('is not read again, whatever it writes', async () => {
    const [primary, first] = servers();
    const [right, wrong] = [await connect(primary), await connect(first)];
    await first.promote();
    // Its ids run ahead of the primary's.
    for (let each = 0; each < 50; each += 1) await rename(wrong, 'by mistake');
    await rename(right, 'on the primary');
    expect(await app.hotpath.follower.catchUp(5000)).toBe(true);
    for (let round = 0; round < 20; round += 1) {
      await rename(right, `on the primary ${round}`);
      expect(await app.hotpath.follower.catchUp(5000)).toBe(true);
      expect(await nameOf(1)).toBe(`on the primary ${round}`);
    }
    await expect.poll(states, PATIENT).toEqual(['elsewhere', 'ready']);

    // Started as a standby again without pg_rewind, it replays nothing and keeps its own changes, with higher ids.
    await first.stop();
    await first.follow(primary);
    await first.start();
    const provedBefore = proved()[0];
    const probed = await probesOf(first);
    await expect.poll(() => probesOf(first), PATIENT).toBeGreaterThan(probed);
    await rename(right, 'on the primary after all');
    expect(await app.hotpath.follower.catchUp(5000)).toBe(true);
    expect(await nameOf(1)).toBe('on the primary after all');
    expect([states(), proved()[0]]).toEqual([['elsewhere', 'ready'], provedBefore]);
  });
});

/** Statements that the watch of a standby has ended there, since the server started. */
async function probesOf(server: PostgresServer): Promise<number> {
  const text = `SELECT coalesce(max(extract(epoch FROM state_change - backend_start)), 0) AS "seconds"
    FROM pg_stat_activity WHERE application_name = 'hotpath standby watch' AND state = 'idle'`;
  return Number((await server.run(text))[0]!['seconds']);
}
