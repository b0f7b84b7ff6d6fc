/** The sampler compares hits with the database. This test changes the database without the triggers. */
import { expect, it } from 'vitest';
import { ask, useInstances } from '../support/instances.ts';

const service = useInstances({ count: 1, environment: () => ({ CACHE_SAMPLE_ONE_IN: '1' }) });

const app = () => service().apps[0]!;
const compared = () => app().hotpath.hitSampler.stats.compared;
const rename = (id: number) => `update products set name = name || '!' where id = ${id}`;

/** Sends requests until the count is reached: the sampler skips hits that come during a comparison. */
async function askUntil(url: string, counted: () => number): Promise<void> {
  const asked = async () => {
    expect((await ask(app(), url)).status).toBe(200);
    return counted();
  };
  await expect.poll(asked, { timeout: 10_000 }).toBeGreaterThan(0);
}

it('finds nothing if the cache is right, and compares all comparable hits', async () => {
  await askUntil('/v1/products/1?fields=name', compared);
  expect(app().hotpath.hitSampler.stats.inconsistent).toBe(0);
});

it('finds nothing if a row changes between the hit and the second read', async () => {
  const { psql } = service();
  const url = '/v1/products/2?fields=name';
  await ask(app(), url);
  await app().hotpath.follower.catchUp();
  await expect.poll(() => app().hotpath.hitSampler.isDue()).toBe(true);
  await psql.query('begin; lock table products in access exclusive mode');
  const before = compared();
  expect((await ask(app(), url)).cache).toBe('l1 hit');
  const waiting = `select count(*)::int as count from pg_stat_activity where datname = current_database()
    and wait_event_type = 'Lock' and query like '%products%'`;
  const waiters = async () => {
    await psql.query('select pg_stat_clear_snapshot()');
    return (await psql.query(waiting)).rows[0].count;
  };
  await expect.poll(waiters, { timeout: 10_000 }).toBe(1);
  await psql.query(`${rename(2)}; commit`);
  await expect.poll(() => app().hotpath.hitSampler.isDue(), { timeout: 10_000 }).toBe(true);
  expect([compared(), app().hotpath.hitSampler.stats.inconsistent]).toEqual([before, 0]);
});

it('finds a change that is not in the log', async () => {
  const url = '/v1/products/3?fields=name';
  await ask(app(), url);
  const forgery = 'delete from hotpath.log where xid = pg_current_xact_id()';
  await service().psql.query(`begin; ${rename(3)}; ${forgery}; commit`);
  await askUntil(url, () => app().hotpath.hitSampler.stats.inconsistent);
});
