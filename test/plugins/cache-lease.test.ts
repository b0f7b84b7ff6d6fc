/** The lease of the cache: its holder dies, or is slow. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { as, testEnvironment } from '../support/app.ts';
import { ask, useInstances } from '../support/instances.ts';
import { startService } from '../support/process.ts';
import { useRedisServer } from '../support/redis.ts';

const server = useRedisServer();
const service = useInstances({ count: 2, environment: () => ({ REDIS_URL: server().url }) });

let redis: Redis;
beforeAll(() => {
  redis = new Redis(server().url);
  redis.on('error', () => {});
});
afterAll(() => redis?.disconnect());

const app = (index: number) => service().apps[index]!;

describe('a leader that dies', () => {
  it('costs a second statement, and no third', async () => {
    const url = '/v1/devices?limit=9';
    const { databaseUrl, psql } = service();
    const leader = await startService({
      ...testEnvironment(databaseUrl),
      LOG_LEVEL: 'info',
      REDIS_URL: server().url,
    });
    try {
      await psql.query('begin; lock table devices in access exclusive mode');
      fetch(leader.address + url, { headers: as(1) }).catch(() => {});
      const waiting = `select count(*)::int as count from pg_stat_activity where datname = current_database()
        and wait_event_type = 'Lock' and query like '%devices%'`;
      // In a transaction, pg_stat_activity stays as it was at the first look.
      const waiters = async (): Promise<number> => {
        await psql.query('select pg_stat_clear_snapshot()');
        return (await psql.query(waiting)).rows[0].count;
      };
      const waits = async () => (await redis.keys('*:lease')).length + (await waiters());
      await expect.poll(waits, { timeout: 10_000 }).toBe(2);
      leader.child.kill('SIGKILL');
      const followers = Promise.all(Array.from({ length: 20 }, (_, index) => ask(app(index % 2), url, as(1))));
      // The lease of the dead instance has ended, and another request waits for the table.
      await expect.poll(waiters, { timeout: 10_000 }).toBe(2);
      await psql.query('commit');
      const replies = await followers;
      expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
      expect(replies.reduce((sum, { statements }) => sum + statements, 0)).toBe(1);
    } finally {
      await psql.query('rollback');
      leader.child.kill('SIGKILL');
      await leader.exit;
    }
  }, 60_000);
});

describe('a leader that is slow', () => {
  it('keeps its lease for as long as it takes', async () => {
    const url = '/v1/devices?limit=8';
    const { psql } = service();
    await psql.query('begin; lock table devices in access exclusive mode');
    const startedAt = performance.now();
    const asked = Promise.all(Array.from({ length: 20 }, (_, index) => ask(app(index % 2), url, as(1))));
    // A lease that no instance extends has ended by then.
    await expect.poll(() => performance.now() - startedAt, { timeout: 5000 }).toBeGreaterThan(1100);
    await psql.query('commit');
    const replies = await asked;
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
    expect(replies.reduce((sum, { statements }) => sum + statements, 0)).toBe(1);
  });
});
