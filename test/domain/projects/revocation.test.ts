/**
 * A revocation on two instances: from the moment of its reply neither admits the viewer, whatever Redis does.
 * REVOCATION_TRIES=10000 runs that many tries.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import type { App } from '../../../src/app.ts';
import { as } from '../../support/app.ts';
import { ask, useInstances } from '../../support/instances.ts';
import { useRedisServer } from '../../support/redis.ts';

const TRIES = Number(process.env['REVOCATION_TRIES'] ?? 2000);
const [OWNER, VIEWER] = [11, 13];
/** Requests after each revocation. */
const AFTER = 40;

const server = useRedisServer();
/** A busy machine takes long to open connections. */
const bounds = { DATABASE_CONNECTION_TIMEOUT_MS: '15000', DATABASE_STATEMENT_TIMEOUT_MS: '15000' };
const service = useInstances({ count: 2, environment: () => ({ REDIS_URL: server().url, ...bounds }) });

interface Tree {
  readonly root: number;
  readonly leaf: number;
}

const app = (index: number): App => service().apps[index % 2]!;
const sql = async (text: string) => (await service().psql.query(text)).rows;
const status = async (index: number, id: number): Promise<number> =>
  (await ask(app(index), `/v1/projects/${id}?fields=id`, as(VIEWER))).status;

async function plant(): Promise<Tree> {
  const [tree] = await sql(`
    with root as (insert into projects (name, description) values ('root', '') returning id),
      middle as (insert into projects (parent_id, name, description) select id, 'middle', '' from root returning id),
      leaf as (insert into projects (parent_id, name, description) select id, 'leaf', '' from middle returning id),
      held as (
        insert into permissions (user_id, project_id, role)
        select user_id, id, role::permission_role from root, (values (${OWNER}, 'owner'), (${VIEWER}, 'viewer'))
          as given (user_id, role) returning 1)
    select root.id as root, leaf.id as leaf from root, leaf, held limit 1`);
  await Promise.all(service().apps.map((each) => each.hotpath.follower.catchUp()));
  return tree;
}

async function write(index: number, method: 'PUT' | 'DELETE', { root }: Tree): Promise<void> {
  const url = `/v1/projects/${root}/permissions/${VIEWER}`;
  const payload = method === 'PUT' ? { payload: { role: 'viewer' } } : {};
  const reply = await app(index).inject({ method, url, headers: as(OWNER), ...payload });
  expect(reply.statusCode).toBeLessThan(300);
}

/**
 * Sends requests to both instances, about the project of the permission and one below, during the revocation and after it.
 */
async function revokeOnce(tree: Tree, round: number): Promise<number> {
  const ids = [tree.root, tree.leaf];
  const askAll = (times: number) => Promise.all(Array.from({ length: times }, (_, n) => status(n, ids[(n >> 1) % 2]!)));
  expect(await askAll(4)).toEqual([200, 200, 200, 200]);
  let isRevoked = false;
  const racing = [0, 1].map(async (n) => {
    while (!isRevoked) await status(n, ids[n]!);
  });
  await write(round, 'DELETE', tree);
  const after = await askAll(AFTER);
  isRevoked = true;
  await Promise.all(racing);
  await write(round + 1, 'PUT', tree);
  return after.filter((code) => code !== 404).length;
}

/** @param many trees whose permissions are revoked at once. */
async function admittedAfter(tries: number, many: number): Promise<number> {
  const trees: Tree[] = [];
  while (trees.length < many) trees.push(await plant());
  let admitted = 0;
  for (let round = 0; round * many * AFTER < tries; round += 1) {
    const counts = await Promise.all(trees.map((tree) => revokeOnce(tree, round)));
    admitted += counts.reduce((sum, count) => sum + count, 0);
  }
  return admitted;
}

describe('after a revocation', () => {
  it('no instance admits the viewer, with refills racing', async () => {
    expect(await admittedAfter(TRIES, 5)).toBe(0);
  }, 600_000);

  it('no instance admits the viewer by an older value in Redis', async () => {
    const redis = new Redis(server().url);
    const tree = await plant();
    expect([await status(0, tree.leaf), await status(1, tree.leaf)]).toEqual([200, 200]);
    await Promise.all(service().apps.map((each) => each.hotpath.facts.settled()));
    const keys = await redis.keys('hotpath:*');
    const before = await Promise.all(keys.map(async (key) => ({ key, dump: await redis.dumpBuffer(key) })));
    await write(0, 'DELETE', tree);
    // Keys that have expired meanwhile, such as a lease, were missing already.
    await Promise.all(before.map(({ key, dump }) => dump && redis.restore(key, 0, dump, 'REPLACE')));
    for (let n = 0; n < 20; n += 1) expect(await status(n, tree.leaf)).toBe(404);
    redis.disconnect();
  });

  it('no instance admits the viewer by an earlier read that arrives after it', async () => {
    const tree = await plant();
    const held = holdNextPermission(app(1));
    const early = status(1, tree.leaf);
    await held.answered;
    await write(0, 'DELETE', tree);
    const late = Promise.all([status(1, tree.leaf), status(0, tree.leaf)]);
    expect(await late).toEqual([404, 404]);
    held.release();
    expect(await early).toBe(200);
    await app(1).hotpath.facts.settled();
    for (let n = 0; n < 20; n += 1) expect(await status(n, tree.leaf)).toBe(404);
  });

  it('by psql each instance refuses the viewer as soon as it has read the log, a tenth of a second later at most', async () => {
    const tree = await plant();
    expect([await status(0, tree.leaf), await status(1, tree.leaf)]).toEqual([200, 200]);
    await sql(`delete from permissions where user_id = ${VIEWER} and project_id = ${tree.root}`);
    await delay(100);
    expect([await status(0, tree.leaf), await status(1, tree.leaf)]).toEqual([404, 404]);
  });

  it.each(['pause', 'stop'] as const)('no instance admits the viewer while Redis is away: %s', async (fault) => {
    await server()[fault]();
    try {
      expect(await admittedAfter(2 * AFTER, 2)).toBe(0);
    } finally {
      await server().stop();
      await server().start();
    }
  });
});

/** Delays the database's answer to the next read of a permission. */
function holdNextPermission({ pool }: App) {
  const { query } = pool;
  const answered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  pool.query = (async (...args: Parameters<typeof query>) => {
    pool.query = query;
    const result = await query.apply(pool, args);
    answered.resolve();
    await released.promise;
    return result;
  }) as typeof query;
  return { answered: answered.promise, release: released.resolve };
}
