/** A change of one statement: one message to the database, and the next read on its instance shows it. */
import { changeRow } from 'hotpath/fastify';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { user } from '../../src/domain/accounts/resource.ts';
import { as, useApp } from '../support/app.ts';
import { requestsTo } from '../support/requests.ts';

/** The follower reads the log seldom, so an instance knows of a write by the write itself, or because a reply waits for the log. */
const app = useApp({
  seeded: true,
  environment: { FRESHNESS_POLL_MS: '60000', FRESHNESS_BOUND_MS: '100000', CACHE_ROLLOUT_PERCENT: '100' },
  extend: (extended) =>
    extended.register(async (routes) => {
      const rename = (id: number, name: string) => routes.prisma.user.updateMany({ where: { id }, data: { name } });
      routes.patch('/v1/two-writes', { config: { budget: 3, reply: { resource: user } } }, async (_request, reply) => {
        await rename(5, 'Emmy');
        return changeRow(reply, { resource: user, where: { id: 3 } }, () => rename(3, 'Lise'));
      });
      routes.patch(
        '/v1/two-statements',
        { config: { budget: 3, reply: { resource: user } } },
        async (_request, reply) => {
          return changeRow(reply, { resource: user, where: { id: 3 } }, async () => {
            await rename(5, 'Rosalind');
            return rename(3, 'Dorothy');
          });
        },
      );
    }),
});
const { get, patch, sql } = requestsTo(app);
const nameOf = async (id: number) => (await get(`/users/${id}`, as(id))).json.data.name;

/** Through a pooler the row and the log are read for themselves. */
const isPooled = inject('pooler') !== null;

let catchUp: ReturnType<typeof spyOnCatchUp>;
const spyOnCatchUp = () => vi.spyOn(app().hotpath.follower, 'catchUp');

beforeEach(() => {
  catchUp = spyOnCatchUp();
});
afterEach(() => catchUp.mockRestore());

/** The number of messages that the service sends on the sessions of its pool during some work. */
async function messages(work: () => Promise<unknown>): Promise<number> {
  const { pool } = app();
  const clients = await Promise.all(Array.from({ length: 2 }, () => pool.connect()));
  const sockets = clients.map(({ connection }) => (connection as pg.Connection).stream);
  const writes = sockets.flatMap((socket) => [vi.spyOn(socket, '_write'), vi.spyOn(socket, '_writev' as '_write')]);
  for (const client of clients) client.release();
  await work();
  const count = writes.reduce((sum, { mock }) => sum + mock.calls.length, 0);
  for (const write of writes) write.mockRestore();
  return count;
}

describe('a change of one statement', () => {
  it('is one message, and the next read is not from the cache', async () => {
    await nameOf(3);
    expect((await get('/users/3', as(3))).headers['cache-status']).toContain('hit');
    let token = '';
    const count = await messages(async () => {
      const { status, json, headers } = await patch('/users/3', as(3), { name: 'Mary' });
      expect([status, json.data.name]).toEqual([200, 'Mary']);
      token = String(headers['consistency-token']);
    });
    expect([count, catchUp.mock.calls.length]).toEqual(isPooled ? [2, 1] : [1, 0]);
    expect(token).toMatch(/^\d+:\d+:[\d,]*@.+/);
    expect(await nameOf(3)).toBe('Mary');
    const withToken = await get('/users/3', { ...as(3), 'consistency-token': token });
    expect(withToken.json.data.name).toBe('Mary');
  });

  it('leaves the reads of the row in their binary form', async () => {
    await patch('/users/3', as(3), { name: 'Mary' });
    const { hotpath, pool } = app();
    const statement = hotpath.compiler.compile({ model: 'User', action: 'findFirst', args: { where: { id: 3 } } });
    const client = await pool.connect();
    const read = new Promise((resolve) => {
      const query = hotpath.prepared.run(client, statement, () => resolve(query.constructor.name));
    });
    expect(await read).toBe('RowsQuery');
    client.release();
  });

  it('is refused in one message if the row has another version', async () => {
    const { etag } = await get('/users/4', as(4));
    await patch('/users/4', as(4), { name: 'Sophie' });
    const count = await messages(async () => {
      const { status, json } = await patch('/users/4', { ...as(4), 'if-match': etag! }, { name: 'Ada' });
      expect([status, json.code]).toEqual([412, 'PRECONDITION_FAILED']);
    });
    expect(count).toBe(isPooled ? 2 : 1);
    expect(await sql('select name from users where id = 4')).toEqual([{ name: 'Sophie' }]);
  });

  it('is refused as before if the database refuses it', async () => {
    await sql("alter table users add constraint no_ada check (name <> 'Ada')");
    expect((await patch('/users/4', as(4), { name: 'Ada' })).status).toBe(500);
    await sql('alter table users drop constraint no_ada');
    expect((await patch('/users/4', as(4), { name: 'Ada' })).json.data.name).toBe('Ada');
  });
});

it.each([
  ['another write before it', '/two-writes', ['Emmy', 'Lise']],
  ['two statements', '/two-statements', ['Rosalind', 'Dorothy']],
])('waits for the log in a request with %s', async (_what, path, names) => {
  for (const id of [5, 3]) await nameOf(id);
  const { status, json } = await patch(path, as(3), {});
  expect([status, json.data.name]).toEqual([200, names[1]]);
  expect(catchUp).toHaveBeenCalled();
  expect(await Promise.all([nameOf(5), nameOf(3)])).toEqual(names);
});

it('answers a read of text in one batch with a read of rows', async () => {
  const { compiler, execute } = app().hotpath;
  const row = compiler.compile({
    model: 'User',
    action: 'findFirst',
    args: { where: { id: 7 }, select: { id: true } },
  });
  const count = compiler.compile({ model: 'User', action: 'count' });
  const [{ total }] = (await sql('select count(*)::text as total from users')) as [{ total: string }];
  for (let round = 0; round < 20; round += 1) {
    const [one, many, again] = await Promise.all([execute(row), execute(count), execute(row)]);
    expect([one.json, many.json, again.json]).toEqual(['{"id":7}', total, '{"id":7}']);
  }
});
