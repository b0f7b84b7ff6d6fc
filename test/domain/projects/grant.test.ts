/** Granting and revoking. */
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { ADMIN, EDITOR, OTHER, OWNER, STRANGER, VIEWER, world } from './world.ts';

const app = useApp({ seeded: true });
const { ask, sql, plant, give, team } = world(app);

const permission = (projectId: number, userId: number) => `/projects/${projectId}/permissions/${userId}`;

const rowOf = async (projectId: number, userId: number) =>
  (
    await sql<{ role: string; version: number; granted_by_id: number | null }>(
      'select role, version, granted_by_id from permissions where project_id = $1 and user_id = $2',
      [projectId, userId],
    )
  )[0];

const ownersOf = async (projectId: number) =>
  (
    await sql<{ user_id: number }>(
      `select user_id from permissions where project_id = $1 and role = 'owner' order by 1`,
      [projectId],
    )
  ).map(({ user_id }) => user_id);

describe('PUT /v1/projects/:id/permissions/:userId', () => {
  it("grants, then changes, in six statements, or five if the viewer's permission is cached", async () => {
    const id = await team();
    const granted = await ask('PUT', permission(id, OTHER), as(OWNER), { role: 'viewer' });
    expect([granted.status, granted.statements]).toEqual([201, 6]);
    expect(granted.json.data).toMatchObject({ role: 'viewer', user: { id: OTHER } });
    expect((await ask('GET', `/projects/${id}`, as(OTHER))).status).toBe(200);
    const changed = await ask('PUT', permission(id, OTHER), as(OWNER), { role: 'editor' });
    expect([changed.status, changed.statements, changed.json.data.role]).toEqual([200, 5, 'editor']);
    expect(await rowOf(id, OTHER)).toMatchObject({ role: 'editor', granted_by_id: OWNER });
  });

  it('grants on a project below, by an owner from above', async () => {
    const tree = await plant(4);
    await give(tree[0]!, { [OWNER]: 'owner', [VIEWER]: 'editor' });
    expect((await ask('PUT', permission(tree[3]!, VIEWER), as(OWNER), { role: 'viewer' })).status).toBe(201);
    const add = (id: number) =>
      ask('POST', `/projects/${id}/activities`, as(VIEWER), { kind: 'created', summary: 'x' });
    expect((await add(tree[3]!)).status).toBe(403);
    expect((await add(tree[2]!)).status).toBe(201);
  });

  it('refuses an owner from above with a lower role here', async () => {
    const tree = await plant(2);
    await give(tree[0]!, { [OWNER]: 'owner' });
    await give(tree[1]!, { [OWNER]: 'editor', [OTHER]: 'owner' });
    expect((await ask('PUT', permission(tree[1]!, OWNER), as(OWNER), { role: 'owner' })).status).toBe(403);
    expect((await rowOf(tree[1]!, OWNER))!.role).toBe('editor');
  });

  it.each([
    ['an editor grants another', EDITOR, OTHER, 403, 'FORBIDDEN'],
    ['an editor promotes themselves', EDITOR, EDITOR, 403, 'FORBIDDEN'],
    ['a viewer promotes themselves', VIEWER, VIEWER, 403, 'FORBIDDEN'],
    ['an editor demotes the owner', EDITOR, OWNER, 403, 'FORBIDDEN'],
    ['a stranger grants themselves', STRANGER, STRANGER, 404, 'NOT_FOUND'],
  ] as const)('refuses when %s', async (_what, who, whom, status, code) => {
    const id = await team();
    const before = await sql('select * from permissions where project_id = $1 order by 1', [id]);
    for (const role of ['viewer', 'owner']) {
      expect((await ask('PUT', permission(id, whom), as(who), { role })).json).toMatchObject({ status, code });
    }
    expect((await ask('DELETE', permission(id, whom), as(who))).json).toMatchObject({ status, code });
    expect(await sql('select * from permissions where project_id = $1 order by 1', [id])).toEqual(before);
  });

  it.each([
    ['no body', undefined],
    ['no role', {}],
    ['a role that is none', { role: 'god' }],
    ['a list of roles', { role: ['owner'] }],
    ['more than a role', { role: 'viewer', version: 7 }],
  ])('refuses %s before any statement', async (_what, body) => {
    const { json, statements } = await ask('PUT', permission(1, OTHER), as(OWNER), body);
    expect(json).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    expect(statements).toBe(0);
  });

  it('refuses the public, ids out of bounds, and missing users and projects', async () => {
    const id = await team();
    const role = { role: 'viewer' };
    expect((await ask('PUT', permission(id, OTHER), {}, role)).json).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await ask('PUT', permission(id, 2 ** 31), as(OWNER), role)).status).toBe(400);
    expect((await ask('PUT', permission(id, 0), as(OWNER), role)).status).toBe(400);
    const absent = await ask('PUT', permission(id, 2_000_000_000), as(OWNER), role);
    expect(absent.json).toMatchObject({ status: 404, detail: 'There is no such user.' });
    const nowhere = await ask('PUT', permission(2_000_000_000, OTHER), ADMIN, role);
    expect(nowhere.json).toMatchObject({ status: 404, detail: 'There is no such project.' });
  });

  it('lets an administrator grant, also one without a row in users', async () => {
    const id = await team();
    expect((await ask('PUT', permission(id, OTHER), ADMIN, { role: 'owner' })).status).toBe(201);
    expect((await ask('PUT', permission(id, OTHER), as('root', 'admin'), { role: 'viewer' })).status).toBe(200);
    expect(await rowOf(id, OTHER)).toMatchObject({ role: 'viewer', granted_by_id: null });
  });
});

describe('DELETE /v1/projects/:id/permissions/:userId', () => {
  it('revokes in five statements, once', async () => {
    const id = await team();
    const revoked = await ask('DELETE', permission(id, EDITOR), as(OWNER));
    expect([revoked.status, revoked.statements, revoked.json]).toEqual([204, 5, undefined]);
    expect(await rowOf(id, EDITOR)).toBeUndefined();
    expect((await ask('GET', `/projects/${id}`, as(EDITOR))).status).toBe(404);
    expect((await ask('DELETE', permission(id, EDITOR), as(OWNER))).json).toMatchObject({ status: 404 });
  });

  it('does not revoke a grant from above', async () => {
    const tree = await plant(2);
    await give(tree[0]!, { [OWNER]: 'owner', [VIEWER]: 'viewer' });
    expect((await ask('DELETE', permission(tree[1]!, VIEWER), as(OWNER))).status).toBe(404);
    expect((await rowOf(tree[0]!, VIEWER))!.role).toBe('viewer');
  });

  it('refuses the public, and an invalid id', async () => {
    expect((await ask('DELETE', permission(await team(), VIEWER))).status).toBe(401);
    expect((await ask('DELETE', '/projects/1/permissions/me', as(OWNER))).status).toBe(400);
  });
});

describe('the last owner of a tree', () => {
  it.each([
    ['the owner', as(OWNER)],
    ['an administrator', ADMIN],
  ])('is neither revoked nor demoted by %s, and may be once there is another owner', async (_who, headers) => {
    const id = await team();
    const refusals = [
      await ask('DELETE', permission(id, OWNER), headers),
      await ask('PUT', permission(id, OWNER), headers, { role: 'editor' }),
    ];
    for (const { json } of refusals) {
      expect(json).toMatchObject({ status: 409, code: 'LAST_OWNER', detail: expect.stringContaining('last owner') });
    }
    expect(await ownersOf(id)).toEqual([OWNER]);
    expect((await ask('PUT', permission(id, OWNER), headers, { role: 'owner' })).status).toBe(200);
    await give(id, { [EDITOR]: 'owner' });
    expect((await ask('DELETE', permission(id, OWNER), headers)).status).toBe(204);
    expect(await ownersOf(id)).toEqual([EDITOR]);
  });

  it('matters only at the root: below it the owners of the root remain', async () => {
    const tree = await plant(2);
    await give(tree[0]!, { [OWNER]: 'owner' });
    await give(tree[1]!, { [OTHER]: 'owner' });
    expect((await ask('DELETE', permission(tree[1]!, OTHER), as(OTHER))).status).toBe(204);
  });

  /** Sends requests that all wait for the project's lock, and releases the lock then. */
  async function atOnce<T>(projectId: number, requests: (() => Promise<T>)[]): Promise<T[]> {
    const client = new pg.Client({ connectionString: app().pool.options.connectionString! });
    await client.connect();
    try {
      await client.query(`begin; select from projects where id = ${projectId} for update`);
      const replies = Promise.all(requests.map((request) => request()));
      const waiting = `select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%FOR NO KEY UPDATE%'`;
      while ((await sql<{ count: number }>(waiting))[0]!.count < requests.length);
      await client.query('commit');
      return await replies;
    } finally {
      await client.end();
    }
  }

  it.each([
    ['leave', OWNER, OTHER, 409],
    ['revoke each other', OTHER, OWNER, 404],
  ])('stays when the last two %s at once', async (_what, first, second, refused) => {
    const id = await team();
    await give(id, { [OTHER]: 'owner' });
    const replies = await atOnce(id, [
      () => ask('DELETE', permission(id, first), as(OWNER)),
      () => ask('DELETE', permission(id, second), as(OTHER)),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual([204, refused]);
    expect(await ownersOf(id)).toHaveLength(1);
  });

  it('stays when three are demoted at once', async () => {
    const id = await team();
    await give(id, { [OTHER]: 'owner', [VIEWER]: 'owner' });
    const demote = (user: number) => () => ask('PUT', permission(id, user), ADMIN, { role: 'viewer' });
    const replies = await atOnce(id, [demote(OWNER), demote(OTHER), demote(VIEWER)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 409]);
    expect(await ownersOf(id)).toHaveLength(1);
  });
});

describe('the version of a permission', () => {
  it('rises with every write, also of the same role, also when granted again', async () => {
    const id = await team();
    const versions: number[] = [];
    for (const role of ['viewer', 'editor', 'editor', undefined, 'viewer', undefined, 'owner']) {
      if (role === undefined) await ask('DELETE', permission(id, OTHER), as(OWNER));
      else {
        await ask('PUT', permission(id, OTHER), as(OWNER), { role });
        versions.push((await rowOf(id, OTHER))!.version);
      }
    }
    expect(versions).toHaveLength(5);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it('rises with a write that bypasses the API', async () => {
    const id = await team();
    const before = (await rowOf(id, VIEWER))!.version;
    await sql(`update permissions set role = 'editor' where project_id = $1 and user_id = $2`, [id, VIEWER]);
    const after = (await rowOf(id, VIEWER))!.version;
    expect(after).toBeGreaterThan(before);
    await sql('update permissions set version = 1 where project_id = $1 and user_id = $2', [id, VIEWER]);
    expect((await rowOf(id, VIEWER))!.version).toBeGreaterThan(after);
  });
});
