/**
 * A shared cache before two instances: nginx, which keeps the answers that their headers allow. The test purges it at the
 * reply to each change, and sends a request at once. The instances see changes late, so an unconfirmed answer is an old one.
 */
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CachePolicy } from 'hotpath/cache/policy';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { category } from '../../src/domain/payments/resource.ts';
import { testEnvironment } from '../support/app.ts';
import { ask, useInstances } from '../support/instances.ts';
import { openSharedCache, type SharedCache } from '../support/nginx.ts';
import { openProxy } from '../support/proxy.ts';

const HOUR: CachePolicy = { ttl: 3600, jitter: 0, scope: 'public', sharedMaxAge: 3600 };
const SECOND: CachePolicy = { ttl: 1, jitter: 0, scope: 'public', sharedMaxAge: 1 };
const LATE: CachePolicy = { ttl: 10, jitter: 0, staleWhileRevalidate: 60, scope: 'public', sharedMaxAge: 10 };
const KEPT = 'public, max-age=0, must-revalidate, s-maxage=3600';
const ASKED_EACH_TIME = 'public, no-cache';

/** Routes whose answers may be kept; and one as such routes were earlier, with unconfirmed answers. */
function addRoutes(app: App): void {
  const route = (prefix: string, cache: CachePolicy) =>
    app.register(async (scope) => scope.list('/categories', { resource: category, budget: 1, cache }), { prefix });
  route('/hour', HOUR);
  route('/second', SECOND);
  route('/late', LATE);
  app.register(
    async (scope) => {
      scope.addHook('onSend', async (_request, reply) => {
        reply.header('cache-control', 'public, max-age=0, s-maxage=3600');
      });
      scope.list('/categories', { resource: category, budget: 1, cache: { ttl: 3600, scope: 'public' } });
    },
    { prefix: '/unconfirmed' },
  );
}

const service = useInstances({
  count: 2,
  environment: () => ({ FRESHNESS_POLL_MS: '200' }),
  extend: addRoutes,
});
const app = (index: number) => service().apps[index]!;

let shared: SharedCache;
beforeAll(async () => {
  const { apps } = service();
  await Promise.all(apps.map((each) => each.listen({ host: '127.0.0.1', port: 0 })));
  shared = await openSharedCache(apps.map(({ server }) => (server.address() as AddressInfo).port));
}, 120_000);
afterAll(() => shared?.stop());

let changes = 0;
/**
 * A change by raw SQL.
 * @returns the name that every answer must contain from now on.
 */
async function change(): Promise<string> {
  changes += 1;
  const name = `Changed ${changes}.`;
  await service().psql.query('update categories set name = $1 where id = 1', [name]);
  return name;
}

const ENCODINGS = ['identity', 'gzip'];

/**
 * Changes a row, purges nginx, and sends a request. An instance that cannot read the log in time answers within its bound,
 * and lets nginx keep nothing.
 * @returns the answers that nginx may keep and that lack the change.
 */
async function outdatedAfter(url: string, forMs: number): Promise<string[]> {
  const [encoding] = ENCODINGS.splice(0, 1) as [string];
  ENCODINGS.push(encoding);
  const headers = { 'accept-encoding': encoding };
  for (const each of service().apps) await ask(each, url);
  for (const _ of [1, 2]) await shared.ask(url, headers);
  expect((await shared.ask(url, headers)).kept).toBe('HIT');
  const name = await change();
  expect(await shared.purge('category')).toBeGreaterThan(0);
  const until = performance.now() + forMs;
  const answers = [await shared.ask(url, headers)];
  while (performance.now() < until) answers.push(await shared.ask(url, headers));
  expect(answers[0]!.kept).toBe('MISS');
  const mayBeKept = answers.filter((answer) => answer.headers['cache-control']?.includes('s-maxage'));
  expect(mayBeKept.length).toBeGreaterThan(0);
  return mayBeKept.filter(({ body }) => !body.includes(name)).map(({ kept }) => kept);
}

describe('a shared cache that is purged at the reply to a change', () => {
  it('never gets the state before the change', async () => {
    const outdated: string[] = [];
    for (let round = 0; round < 40; round += 1) {
      outdated.push(...(await outdatedAfter('/hour/categories?fields=id,name', round % 10 === 9 ? 1500 : 150)));
    }
    expect(outdated).toEqual([]);
  }, 90_000);

  it('gets the old state if answers are not confirmed, so this test would detect it', async () => {
    const outdated: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      outdated.push(...(await outdatedAfter('/unconfirmed/categories?fields=id,name', 50)));
    }
    expect(outdated).toContain('MISS');
    expect(outdated).toContain('HIT');
  }, 60_000);
});

describe('a shared cache without purges', () => {
  it('passes on a read that waits for a write, and does not keep its answer', async () => {
    const url = '/hour/categories?fields=id,name&limit=5';
    for (const _ of [1, 2]) await shared.ask(url);
    const name = await change();
    const [{ snapshot }] = (await service().psql.query('select pg_current_snapshot()::text as snapshot')).rows;
    const token = { 'consistency-token': `${snapshot}@${app(0).hotpath.follower.epoch}` };
    for (const _ of [1, 2]) {
      const { kept, body, headers } = await shared.ask(url, token);
      expect([kept, headers['cache-control']]).toEqual(['MISS', ASKED_EACH_TIME]);
      expect(body).toContain(name);
    }
    expect((await shared.ask(url)).kept).toBe('HIT');
  });
});

describe('a shared cache that validates its answer', () => {
  /** nginx counts in whole seconds, the last one included. */
  const EXPIRED_MS = 2100;

  it('gets a 304 only for an answer with every earlier change', async () => {
    const url = '/second/categories?fields=id,name';
    const kept = new Set<string>();
    for (let round = 0; round < 4; round += 1) {
      const before = await shared.ask(url);
      await delay(EXPIRED_MS);
      // Nothing has changed, so a 304 prolongs its time.
      const again = await shared.ask(url);
      expect(again.body).toBe(before.body);
      kept.add(again.kept);
      await delay(EXPIRED_MS);
      // Both instances have the old answer, within its time, with the ETag that nginx sends.
      for (const each of service().apps) await ask(each, url);
      const name = await change();
      expect((await shared.ask(url)).body).toContain(name);
    }
    expect(kept).toContain('REVALIDATED');
  }, 60_000);

  it('keeps nothing of a route without sharedMaxAge', async () => {
    const answers = [];
    for (const _ of [1, 2, 3]) answers.push(await shared.ask('/v1/categories?fields=id,name'));
    expect(answers.map(({ kept, headers }) => [kept, headers['cache-control']])).toEqual(
      answers.map(() => ['MISS', ASKED_EACH_TIME]),
    );
  });
});

describe('an answer that a shared cache may keep', () => {
  const url = '/hour/categories?fields=name';
  const headersOf = async (path: string, headers?: Record<string, string>) => {
    const asked = await ask(app(0), path, headers);
    return [asked.status, asked.cache, asked.headers['cache-control'], asked.headers.age];
  };

  it('has its lifetime and its age, from memory and in a 304, too', async () => {
    const first = await ask(app(0), url);
    expect([first.cache, first.headers['cache-control']]).toEqual(['database miss', KEPT]);
    const { now } = Date;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 100_000);
    onTestFinished(() => clock.mockRestore());
    expect(await headersOf(url)).toEqual([200, 'l1 hit', KEPT, expect.stringMatching(/^10[0-9]$/)]);
    const held = { 'if-none-match': first.headers.etag! };
    expect(await headersOf(url, held)).toEqual([304, 'l1 hit', KEPT, expect.stringMatching(/^10[0-9]$/)]);
  });

  it('may not be kept after its time', async () => {
    await ask(app(0), '/late/categories');
    const { now } = Date;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 20_000);
    onTestFinished(() => clock.mockRestore());
    expect(await headersOf('/late/categories')).toEqual([200, 'l1 stale', ASKED_EACH_TIME, '20']);
    await app(0).hotpath.cache.settled();
  });

  it('may not be kept if it is read past the cache', async () => {
    const past = { 'consistency-token': 'of nothing' };
    expect(await headersOf(url, past)).toEqual([200, 'database bypass', ASKED_EACH_TIME, undefined]);
  });
});

describe('an instance that cannot read the log', () => {
  it('answers, and lets no shared cache keep the answer', async () => {
    const usual = testEnvironment(service().databaseUrl);
    const proxy = await openProxy(usual.DATABASE_URL);
    const deaf = buildApp(loadConfig({ ...usual, DATABASE_URL: proxy.url, FRESHNESS_BOUND_MS: '2000' }));
    addRoutes(deaf);
    onTestFinished(async () => {
      proxy.thaw();
      await deaf.close();
      await proxy.close();
    });
    await deaf.ready();
    const url = '/hour/categories?fields=name';
    const first = await ask(deaf, url);
    expect(first.headers['cache-control']).toBe(KEPT);
    proxy.freeze();
    // It knows enough to answer from memory for a while, and then reads from the database each time.
    for (const cache of ['l1 hit', 'database bypass']) {
      await expect.poll(async () => (await ask(deaf, url)).cache, { timeout: 10_000 }).toBe(cache);
      const asked = await ask(deaf, url);
      expect([asked.status, asked.headers['cache-control']]).toEqual([200, ASKED_EACH_TIME]);
      const held = await ask(deaf, url, { 'if-none-match': first.headers.etag! });
      expect([held.status, held.headers['cache-control']]).toEqual([304, ASKED_EACH_TIME]);
    }
  });
});

it('an impossible policy stops the start', async () => {
  const wrong = buildApp(loadConfig(testEnvironment(service().databaseUrl)));
  wrong.register(async (scope) =>
    scope.list('/wrong', { resource: category, budget: 1, cache: { ttl: 60, sharedMaxAge: 60 } }),
  );
  await expect(wrong.ready()).rejects.toThrow(/needs scope: 'public'/);
  await wrong.close();
});
