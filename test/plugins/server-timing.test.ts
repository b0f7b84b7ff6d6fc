/** The cost in a reply of a service in production: absent if it could reveal to a stranger which rows exist. */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../support/app.ts';

const app = useApp({ seeded: true, environment: { BUDGET_MODE: 'count' } });

const NOWHERE = 2_000_000_000;
const STRANGER = as(14);
const OFTEN = 3;

/** The names of the headers of each reply to the same request, sent several times: the later replies are from the cache. */
async function headersOf(method: string, url: string, headers: Record<string, string> = STRANGER) {
  const replies = [];
  for (let n = 0; n < OFTEN; n += 1) {
    const payload = method === 'PUT' ? { payload: { role: 'viewer' } } : {};
    const reply = await app().inject({ method: method as 'PUT', url, headers, ...payload });
    replies.push({ status: reply.statusCode, headers: Object.keys(reply.headers).sort() });
  }
  return replies;
}

describe('a refusal', () => {
  it.each([
    ['GET', '/v1/projects/:id'],
    ['GET', '/v1/projects/:id/activities'],
    ['GET', '/v1/projects/:id/permissions/1'],
    ['PUT', '/v1/projects/:id/permissions/1'],
    ['DELETE', '/v1/projects/:id/permissions/1'],
    ['GET', '/v1/orders/:id'],
    ['GET', '/v1/notifications/:id'],
  ])('has the same headers for a row of others and for none: %s %s', async (method, path) => {
    const owners: Record<string, string> = {
      projects: 'permissions',
      orders: 'orders',
      notifications: 'notifications',
    };
    const table = path.split('/')[2]!;
    const id = table === 'projects' ? 'project_id' : 'id';
    const { rows } = await app().pool.query(
      `select ${id} as id from ${owners[table]} o where not exists (
         select from ${owners[table]} m where m.${id} = o.${id} and m.user_id = 14) and ${
           table === 'projects' ? '(select parent_id from projects where id = project_id) is null' : 'true'
         } limit 1`,
    );
    const there = await headersOf(method, path.replace(':id', rows[0].id));
    const none = await headersOf(method, path.replace(':id', String(NOWHERE)));
    expect(there).toEqual(none);
    expect(there[0]!.status).toBe(404);
    for (const { headers } of there) {
      expect(headers.filter((name) => ['server-timing', 'cache-status', 'age'].includes(name))).toEqual([]);
    }
  });

  it('tells an administrator its cost', async () => {
    const [reply] = await headersOf('GET', `/v1/orders/${NOWHERE}`, as(1, 'admin'));
    expect([reply!.status, reply!.headers]).toEqual([404, expect.arrayContaining(['server-timing'])]);
  });
});

it('an answer has its cost', async () => {
  const [reply] = await headersOf('GET', '/v1/products/1');
  expect([reply!.status, reply!.headers]).toEqual([200, expect.arrayContaining(['cache-status', 'server-timing'])]);
});
