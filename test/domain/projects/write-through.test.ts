/** The service writes a granted or revoked permission through: the next check, on any instance, costs no statement. */
import { setTimeout as delay } from 'node:timers/promises';
import { Ledger, withLedger } from 'hotpath/budget/ledger';
import { describe, expect, it } from 'vitest';
import type { App } from '../../../src/app.ts';
import { permissionOf } from '../../../src/domain/projects/policy.ts';
import { as } from '../../support/app.ts';
import { useInstances } from '../../support/instances.ts';
import { useRedisServer } from '../../support/redis.ts';

const [OWNER, VIEWER] = [11, 13];
const TRIES = Number(process.env['REVOCATION_TRIES'] ?? 2000) / 40;

const server = useRedisServer();
const service = useInstances({ count: 2, environment: () => ({ REDIS_URL: server().url, REDIS_TIMEOUT_MS: '1000' }) });

const app = (index: number): App => service().apps[index % 2]!;
const sql = async (text: string) => (await service().psql.query(text)).rows;

/** A project and one below it. */
async function plant() {
  const [tree] = await sql(`
    with root as (insert into projects (name, description) values ('root', '') returning id),
      leaf as (insert into projects (parent_id, name, description) select id, 'leaf', '' from root returning id),
      held as (
        insert into permissions (user_id, project_id, role) select ${OWNER}, id, 'owner' from root returning 1)
    select root.id as root, leaf.id as leaf from root, leaf, held`);
  await Promise.all(service().apps.map((each) => each.hotpath.follower.catchUp()));
  return tree as { readonly root: number; readonly leaf: number };
}

/** The permission that an instance sees, and the number of statements for it. */
async function check(index: number, projectId: number) {
  const ledger = new Ledger();
  const permission = await withLedger(ledger, () => permissionOf(app(index).hotpath, VIEWER, projectId));
  return { role: permission?.role, statements: ledger.statements };
}

const checkBoth = async (projectId: number) => [await check(0, projectId), await check(1, projectId)];
const both = (role: string | undefined) => Array(2).fill({ role, statements: 0 });

async function write(index: number, projectId: number, role?: string): Promise<number> {
  const url = `/v1/projects/${projectId}/permissions/${VIEWER}`;
  const how = role ? { method: 'PUT' as const, payload: { role } } : { method: 'DELETE' as const };
  return (await app(index).inject({ url, headers: as(OWNER), ...how })).statusCode;
}

describe('the first check after the reply', () => {
  it('sends no statement, on the instance that wrote and on another, with any earlier value', async () => {
    const { root } = await plant();
    expect((await checkBoth(root)).map(({ role }) => role)).toEqual([undefined, undefined]);
    expect(await write(0, root, 'viewer')).toBe(201);
    expect(await checkBoth(root)).toEqual(both('viewer'));
    expect(await write(1, root, 'editor')).toBe(200);
    expect(await checkBoth(root)).toEqual(both('editor'));
    expect(await write(0, root)).toBe(204);
    expect(await checkBoth(root)).toEqual(both(undefined));
  });

  it('sends none if no request has checked the permission before', async () => {
    const { root } = await plant();
    expect(await write(0, root, 'viewer')).toBe(201);
    expect(await checkBoth(root)).toEqual(both('viewer'));
  });

  it('of a project below reads again, and is right', async () => {
    const { root, leaf } = await plant();
    expect((await checkBoth(leaf)).map(({ role }) => role)).toEqual([undefined, undefined]);
    expect(await write(0, root, 'viewer')).toBe(201);
    expect((await checkBoth(leaf)).map(({ role }) => role)).toEqual(['viewer', 'viewer']);
    expect(await write(1, root)).toBe(204);
    expect((await checkBoth(leaf)).map(({ role }) => role)).toEqual([undefined, undefined]);
  });

  it.each(['pause', 'stop'] as const)('sends none on the instance that wrote, with Redis away: %s', async (fault) => {
    const { root } = await plant();
    await server()[fault]();
    try {
      const before = performance.now();
      expect(await write(0, root, 'viewer')).toBe(201);
      expect(performance.now() - before).toBeLessThan(10_000);
      expect(await check(0, root)).toEqual({ role: 'viewer', statements: 0 });
      expect((await check(1, root)).role).toBe('viewer');
      expect(await write(0, root)).toBe(204);
      expect(await check(0, root)).toEqual({ role: undefined, statements: 0 });
      expect((await check(1, root)).role).toBe(undefined);
    } finally {
      await server().stop();
      await server().start();
      const ping = ({ redis }: App) => redis!.breaker.attempt(() => redis!.client.ping());
      const isBack = async () => (await Promise.all(service().apps.map(ping))).every((reply) => reply === 'PONG');
      await expect.poll(isBack, { timeout: 10_000 }).toBe(true);
    }
  });
});

describe('a concurrent grant and revocation, on two instances', () => {
  it('leave the state of the database', async () => {
    const { root } = await plant();
    let wrong = 0;
    for (let round = 0; round < TRIES; round += 1) {
      const statuses = await Promise.all([write(round, root, 'viewer'), write(round + 1, root)]);
      expect(statuses.every((status) => [200, 201, 204, 404].includes(status))).toBe(true);
      const [held] = await sql(`select role::text from permissions where user_id = ${VIEWER} and project_id = ${root}`);
      for (const { role } of await checkBoth(root)) if (role !== held?.role) wrong += 1;
    }
    expect(wrong).toBe(0);
  }, 600_000);
});

it('a write does not wait longer for a database that is slow to read the write back', async () => {
  const { root } = await plant();
  const { pool } = app(0);
  const { query } = pool;
  const held = Promise.withResolvers<void>();
  pool.query = (async (...args: Parameters<typeof query>) => {
    const { name, values } = args[0] as { name?: string; values?: unknown[] };
    // Not the writer's own permission, which the service checks first.
    if (name === 'permission of' && values?.[0] === VIEWER) await held.promise;
    return query.apply(pool, args);
  }) as typeof query;
  try {
    expect(await Promise.race([write(0, root, 'viewer'), delay(5000)])).toBe(201);
  } finally {
    pool.query = query;
    held.resolve();
  }
  await app(0).hotpath.facts.settled();
  expect((await checkBoth(root)).map(({ role }) => role)).toEqual(['viewer', 'viewer']);
});
