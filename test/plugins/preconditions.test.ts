/** If-Match and If-None-Match on every kind of request, and what they reveal to a stranger. */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../support/app.ts';
import { requestsTo, withClient } from '../support/requests.ts';

const app = useApp({ seeded: true });
const { ask, get, patch, post, sql } = requestsTo(app);
const admin = as(1, 'admin');
const conditions = (etag: string) => [
  { 'if-match': '"9-00"' },
  { 'if-match': `W/${etag}` },
  { 'if-none-match': '*' },
  { 'if-none-match': etag },
  { 'if-none-match': `"x", W/${etag}` },
  { 'if-match': etag, 'if-none-match': etag },
];

async function newPermission(): Promise<{ readonly path: string; readonly project: number }> {
  const [row] = await sql<{ id: number }>(`insert into projects (name, description) values ('A', '') returning id`);
  const project = row!.id;
  await sql(`insert into permissions (user_id, project_id, role) values (11, $1, 'owner'), (12, $1, 'viewer')`, [
    project,
  ]);
  await app().hotpath.follower.catchUp();
  return { path: `/projects/${project}/permissions/12`, project };
}

describe('PATCH', () => {
  it.each([
    ['/users/1', { name: 'Ann' }],
    ['/products/1', { name: 'Chair' }],
    ['/products/1/inventory', { warehouse: 'north' }],
  ])('%s changes nothing unless its preconditions hold', async (path, body) => {
    const before = await get(path, admin);
    for (const headers of conditions(before.etag)) {
      expect([headers, (await patch(path, { ...admin, ...headers }, body)).status]).toEqual([headers, 412]);
    }
    expect((await get(path, admin)).etag).toBe(before.etag);
    const held = { 'if-match': `"9-00", ${before.etag}`, 'if-none-match': '"9-00"' };
    expect((await patch(path, { ...admin, ...held }, body)).status).toBe(200);
  });

  it("of a missing row is a 404, and of another user's row a 403, with any preconditions", async () => {
    const { etag } = await get('/users/2', admin);
    for (const headers of conditions(etag)) {
      expect((await patch('/users/2', { ...as(1), ...headers }, { name: 'A' })).status).toBe(403);
      expect((await patch('/users/2', headers, { name: 'A' })).status).toBe(401);
      expect((await patch('/products/2000000000', { ...admin, ...headers }, { name: 'A' })).status).toBe(404);
    }
  });

  it('is a 400 with a header that is malformed', async () => {
    for (const name of ['if-match', 'if-none-match']) {
      const { status, json } = await patch('/users/1', { ...admin, [name]: '7' }, { name: 'A' });
      expect([status, json.errors[0].parameter.toLowerCase()]).toEqual([400, name]);
    }
  });
});

describe('PUT and DELETE', () => {
  const put = (path: string, headers = {}) => ask('PUT', path, { ...as(11), ...headers }, { role: 'editor' });

  it('change nothing unless their preconditions hold', async () => {
    const { path } = await newPermission();
    const before = await get(path, as(11));
    for (const headers of conditions(before.etag)) {
      expect([headers, (await put(path, headers)).status]).toEqual([headers, 412]);
      expect((await ask('DELETE', path, { ...as(11), ...headers })).status).toBe(412);
    }
    expect((await get(path, as(11))).etag).toBe(before.etag);
    const changed = await put(path, { 'if-match': before.etag });
    expect([changed.status, changed.etag]).toEqual([200, (await get(path, as(11))).etag]);
    expect((await ask('DELETE', path, { ...as(11), 'if-match': before.etag })).status).toBe(412);
    expect((await ask('DELETE', path, { ...as(11), 'if-match': changed.etag })).status).toBe(204);
  });

  it('for a missing row: If-None-Match: * creates, If-Match does not, DELETE is a 404', async () => {
    const { path } = await newPermission();
    const { etag } = await get(path, as(11));
    await ask('DELETE', path, as(11));
    for (const tag of ['*', etag]) expect((await put(path, { 'if-match': tag })).status).toBe(412);
    for (const headers of [{ 'if-match': '*' }, { 'if-none-match': '*' }]) {
      expect((await ask('DELETE', path, { ...as(11), ...headers })).status).toBe(404);
    }
    expect((await put(path, { 'if-none-match': '*' })).status).toBe(201);
    expect((await put(path, { 'if-none-match': '*' })).status).toBe(412);
    // Its tag differs from that of the earlier permission.
    expect((await put(path, { 'if-match': etag })).status).toBe(412);
  });

  it('refuse a stranger as without preconditions, and are refused without a lock', async () => {
    const { path, project } = await newPermission();
    const { etag } = await get(path, as(11));
    await withClient(async (client) => {
      await client.query(`begin; select from projects where id = ${project} for update`);
      for (const headers of conditions(etag)) {
        const replies = [
          await put(path, headers),
          await ask('PUT', path, { ...as(14), ...headers }, { role: 'editor' }),
          await ask('DELETE', path, { ...as(14), ...headers }),
          await ask('DELETE', `/projects/${project}/permissions/11`, { ...as(12), ...headers }),
        ];
        expect(replies.map(({ status }) => status)).toEqual([412, 404, 404, 403]);
      }
    });
  });
});

describe('POST', () => {
  const body = { title: 'A', body: 'B' };
  const bodyOfActivity = { kind: 'commented', summary: 'A' };

  it('to an existing list creates unless a tag is named, or the list must not exist', async () => {
    const { project } = await newPermission();
    const path = `/projects/${project}/activities`;
    const { etag } = await get(path, as(11));
    for (const headers of [
      { 'if-none-match': '*' },
      { 'if-none-match': '"x"' },
      { 'if-match': etag },
      { 'if-match': '"x"' },
    ]) {
      expect((await post(path, { ...as(11), ...headers }, bodyOfActivity)).status).toBe(412);
      expect((await post(path, { ...as(14), ...headers }, bodyOfActivity)).status).toBe(404);
    }
    expect((await post(path, { ...as(11), 'if-match': '*' }, bodyOfActivity)).status).toBe(201);
  });

  it('is a 400 with a header that is malformed', async () => {
    expect((await post('/posts', { ...as(1), 'if-match': 'x' }, body)).status).toBe(400);
  });
});

describe('GET', () => {
  it.each(['/users/1', '/products?limit=2'])(
    '%s answers If-Match with the representation that it names',
    async (path) => {
      const { etag } = await get(path, admin);
      expect((await get(path, { ...admin, 'if-match': etag })).status).toBe(200);
      expect((await get(path, { ...admin, 'if-match': '*' })).status).toBe(200);
      expect((await get(path, { ...admin, 'if-match': '"x"' })).json).toMatchObject({ status: 412 });
      expect((await get(path, { ...admin, 'if-match': etag, 'if-none-match': etag })).status).toBe(304);
    },
  );
});
