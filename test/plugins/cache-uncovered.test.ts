/** The cache without one of the triggers, so that the log lacks changes. */
import { expect, it } from 'vitest';
import { as } from '../support/app.ts';
import { ask, useInstances } from '../support/instances.ts';
import { useRedisServer } from '../support/redis.ts';

const server = useRedisServer();
const service = useInstances({ count: 2, environment: () => ({ REDIS_URL: server().url }) });
const app = (index: number) => service().apps[index]!;
const sql = (text: string) => service().psql.query(text);

/** A new epoch makes every instance check the triggers. */
async function trigger(how: 'disable' | 'enable always', isFollowing: boolean): Promise<void> {
  await sql(`alter table users ${how} trigger invalidation_update; delete from hotpath.epoch`);
  for (const {
    hotpath: { follower },
  } of service().apps) {
    await expect.poll(() => follower.isFollowing, { timeout: 10_000 }).toBe(isFollowing);
  }
}

const shown = async (index: number, headers = {}) => {
  const { cache, body } = await ask(app(index), '/v1/users/1', { ...as(1), ...headers });
  return [cache, JSON.parse(body).data.name];
};

it('is bypassed on every instance, keeps nothing, and gives no token, until the trigger is restored', async () => {
  await shown(0);
  expect((await shown(0))[0]).toBe('l1 hit');
  await trigger('disable', false);
  for (const name of ['one', 'another']) {
    await sql(`update users set name = '${name}' where id = 1`);
    for (const index of [0, 1, 0]) expect(await shown(index)).toEqual(['database bypass', name]);
  }
  expect([await app(0).hotpath.follower.catchUp(), app(0).hotpath.follower.isCurrent]).toEqual([false, false]);
  const payload = { name: 'a third' };
  const written = await app(0).inject({ method: 'PATCH', url: '/v1/users/1', headers: as(1), payload });
  expect([written.statusCode, written.headers['consistency-token']]).toEqual([200, undefined]);
  expect(await shown(1, { 'consistency-token': app(0).hotpath.follower.token })).toEqual([
    'database bypass',
    'a third',
  ]);
  await trigger('enable always', true);
  await app(0).hotpath.cache.settled();
  expect(await shown(0)).toEqual(['database miss', 'a third']);
  expect(await shown(0)).toEqual(['l1 hit', 'a third']);
});
