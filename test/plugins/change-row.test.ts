/** A change of one statement is one trip to the database, and the next read on its instance shows it without another one. */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../support/app.ts';
import { requestsTo } from '../support/requests.ts';

/** The follower reads the log seldom, so what an instance knows of a write comes from the write itself. */
const app = useApp({
  seeded: true,
  environment: { FRESHNESS_POLL_MS: '60000', FRESHNESS_BOUND_MS: '100000', CACHE_ROLLOUT_PERCENT: '100' },
});
const { get, patch, sql } = requestsTo(app);

/** The number of messages that the service sends to the database during some work. */
async function trips(work: () => Promise<unknown>): Promise<number> {
  const { pool } = app();
  const clients = await Promise.all(Array.from({ length: 2 }, () => pool.connect()));
  let count = 0;
  const onReady = () => {
    count += 1;
  };
  for (const client of clients) client.connection.on('readyForQuery', onReady);
  for (const client of clients) client.release();
  await work();
  for (const client of clients) client.connection.off('readyForQuery', onReady);
  return count;
}

describe('a change of one statement', () => {
  it('is one trip, and the next read is not from the cache', async () => {
    const read = () => get('/users/3', as(3));
    await read();
    expect((await read()).headers['cache-status']).toContain('hit');
    const changed = { token: '' };
    const count = await trips(async () => {
      const { status, json, headers } = await patch('/users/3', as(3), { name: 'Mary' });
      expect([status, json.data.name]).toEqual([200, 'Mary']);
      changed.token = String(headers['consistency-token']);
    });
    expect(count).toBe(1);
    expect(changed.token).toMatch(/^\d+:\d+:[\d,]*@.+/);
    expect((await read()).json.data.name).toBe('Mary');
    const withToken = await get('/users/3', { ...as(3), 'consistency-token': changed.token });
    expect(withToken.json.data.name).toBe('Mary');
  });

  it('is refused in one trip if the row has another version', async () => {
    const { etag } = await get('/users/4', as(4));
    await patch('/users/4', as(4), { name: 'Sophie' });
    const count = await trips(async () => {
      const { status, json } = await patch('/users/4', { ...as(4), 'if-match': etag }, { name: 'Ada' });
      expect([status, json.code]).toEqual([412, 'PRECONDITION_FAILED']);
    });
    expect(count).toBe(1);
    expect(await sql('select name from users where id = 4')).toEqual([{ name: 'Sophie' }]);
  });

  it('is refused as before if the database refuses it', async () => {
    await sql("alter table users add constraint no_ada check (name <> 'Ada')");
    expect((await patch('/users/4', as(4), { name: 'Ada' })).status).toBe(500);
    await sql('alter table users drop constraint no_ada');
    expect((await patch('/users/4', as(4), { name: 'Ada' })).json.data.name).toBe('Ada');
  });
});
