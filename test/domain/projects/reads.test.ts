import { describe, expect, it } from 'vitest';
import { modules } from '../../../src/domain/index.ts';
import { projects } from '../../../src/domain/projects/index.ts';
import { as, useApp } from '../../support/app.ts';
import { ADMIN, EDITOR, OWNER, STRANGER, VIEWER, world } from './world.ts';

const app = useApp({ seeded: true });
const { ask, sql, plant, give, team } = world(app);

const fillActivities = (projectId: number, count: number) =>
  sql(
    `insert into activities (project_id, user_id, kind, summary, created_at)
     select $1, $2, (array['created', 'commented'])[1 + i % 2]::activity_kind, 'Deed ' || i, timestamptz '2026-01-01' + i / 2 * interval '1 minute'
     from generate_series(1, $3) i`,
    [projectId, OWNER, count],
  );

const NOBODY_KNOWS = { status: 404, code: 'NOT_FOUND', detail: 'There is no such project.' };

describe('GET /v1/projects/:id', () => {
  it('answers with members and latest activities: one statement for the permission, one for the project', async () => {
    const id = await team();
    await fillActivities(id, 25);
    const { status, json, statements } = await ask('GET', `/projects/${id}`, as(VIEWER));
    expect([status, statements]).toEqual([200, 2]);
    expect(json.data).toMatchObject({ id, parentId: null, name: 'Level 1', status: 'active' });
    const names = await sql<{ id: number; name: string }>('select id, name from users where id = any($1) order by id', [
      [OWNER, EDITOR, VIEWER],
    ]);
    expect(json.data.permissions).toEqual([
      { role: 'owner', user: names[0] },
      { role: 'editor', user: names[1] },
      { role: 'viewer', user: names[2] },
    ]);
    const latest = await sql<{ id: number; summary: string }>(
      'select id, summary from activities where project_id = $1 order by created_at desc, id desc limit 20',
      [id],
    );
    expect(json.data.activities).toHaveLength(20);
    expect(json.data.activities.map((each: { id: number; summary: string }) => [each.id, each.summary])).toEqual(
      latest.map(({ id: own, summary }) => [own, summary]),
    );
    expect(json.data.activities[0].user).toEqual(names[0]);
  });

  it('answers for a seeded project as the database does', async () => {
    const [seeded] = await sql<{ id: number; user_id: number }>(
      `select project_id as id, min(user_id) as user_id from permissions join projects on id = project_id
       where parent_id is null group by 1 order by count(*) desc limit 1`,
    );
    const { json } = await ask('GET', `/projects/${seeded!.id}`, as(seeded!.user_id));
    const members = await sql<{ role: string; user_id: number }>(
      'select role, user_id from permissions where project_id = $1 order by user_id',
      [seeded!.id],
    );
    expect(
      json.data.permissions.map(({ role, user }: { role: string; user: { id: number } }) => [role, user.id]),
    ).toEqual(members.map(({ role, user_id }) => [role, user_id]));
  });

  it('answers for a project without members of its own, activities or children', async () => {
    const [root, leaf] = await plant(2);
    await give(root!, { [VIEWER]: 'viewer' });
    const { json } = await ask('GET', `/projects/${leaf}?fields=parentId,permissions,activities,children`, as(VIEWER));
    expect(json.data).toEqual({ parentId: root, permissions: [], activities: [], children: [] });
  });

  it('has the children on request: a viewer of a project may see the projects below', async () => {
    const tree = await plant(3);
    await give(tree[0]!, { [VIEWER]: 'viewer' });
    const { json, statements } = await ask('GET', `/projects/${tree[1]}?fields=id,children(id,name)`, as(VIEWER));
    expect(json.data).toEqual({ id: tree[1], children: [{ id: tree[2], name: 'Level 3' }] });
    expect(statements).toBe(2);
  });

  it('lets an administrator see every project, in one statement', async () => {
    const { status, statements } = await ask('GET', `/projects/${await team()}`, ADMIN);
    expect([status, statements]).toEqual([200, 1]);
    expect((await ask('GET', '/projects/2000000000', ADMIN)).json).toMatchObject(NOBODY_KNOWS);
  });

  it('gives the same answer for a project of others as for a missing one', async () => {
    const id = await team();
    for (const path of ['', '?fields=id', '/activities', '/activities?limit=1']) {
      const foreign = await ask('GET', `/projects/${id}${path}`, as(STRANGER));
      const absent = await ask('GET', `/projects/2000000000${path}`, as(STRANGER));
      expect(foreign.json).toMatchObject(NOBODY_KNOWS);
      expect(absent.json).toMatchObject(NOBODY_KNOWS);
      expect(foreign.statements).toBe(absent.statements);
    }
  });

  it.each([
    ['the public', {}, 401, 'UNAUTHENTICATED'],
    ['a subject that is no user', as('x1'), 404, 'NOT_FOUND'],
    ['a role that is not known', { role: 'auditor' }, 403, 'FORBIDDEN'],
  ] as const)('refuses %s', async (_who, headers, status, code) => {
    const id = await team();
    const viewer = 'role' in headers ? as(OWNER, headers.role as 'user') : headers;
    for (const path of [`/projects/${id}`, `/projects/${id}/activities`]) {
      expect((await ask('GET', path, viewer)).json).toMatchObject({ status, code });
    }
  });

  it.each([
    '/projects/abc',
    '/projects/99999999999',
    '/projects/1.5',
    '/projects/1?fields=members',
    '/projects/1?limit=3',
  ])('refuses %s before any statement', async (path) => {
    const { json, statements } = await ask('GET', path, as(OWNER));
    expect(json).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    expect(statements).toBe(0);
  });

  it.each([
    'fields=parent(name)',
    'fields=children(permissions(role))',
    'fields=children(settings)',
    'fields=permissions(project(name))',
    'fields=permissions(user(email))',
    'fields=permissions(user(permissions(role)))',
    'fields=activities(project(name))',
    'fields=activities(user(activities))',
    'fields=permissions(version)',
  ])('embeds nothing undeclared: %s', async (query) => {
    const { status, statements } = await ask('GET', `/projects/${await team()}?${query}`, as(VIEWER));
    expect([status, statements]).toEqual([400, 0]);
  });
});

describe('GET /v1/projects/:id/activities', () => {
  it('is read to its last page by cursor, newest first, with one statement a page', async () => {
    const id = await team();
    await fillActivities(id, 17);
    const seen: number[] = [];
    for (let after = ''; ; ) {
      const { json, statements } = await ask('GET', `/projects/${id}/activities?limit=5&fields=id${after}`, as(VIEWER));
      // The permission is cached from the first page on.
      expect(statements).toBe(after ? 1 : 2);
      seen.push(...json.data.map((row: { id: number }) => row.id));
      if (!json.meta.next) break;
      after = `&after=${json.meta.next}`;
    }
    const all = await sql<{ id: number }>(
      'select id from activities where project_id = $1 order by created_at desc, id desc',
      [id],
    );
    expect(seen).toEqual(all.map((row) => row.id));
  });

  it('is filtered by kind and time, and sorted', async () => {
    const id = await team();
    await fillActivities(id, 6);
    const query = 'kind=created&createdAt[gte]=2026-01-01T00:01:00Z&sort=createdAt&fields=summary';
    const { json } = await ask('GET', `/projects/${id}/activities?${query}`, as(VIEWER));
    expect(json.data).toEqual([{ summary: 'Deed 2' }, { summary: 'Deed 4' }, { summary: 'Deed 6' }]);
  });

  it('is empty for a project without activities, and shows nothing of another project', async () => {
    const [root, leaf] = await plant(2);
    await give(root!, { [VIEWER]: 'viewer' });
    await fillActivities(root!, 3);
    expect((await ask('GET', `/projects/${leaf}/activities`, as(VIEWER))).json).toEqual({
      data: [],
      meta: { limit: 20 },
    });
  });

  it.each(['limit=101', 'limit=0', 'after=forged', 'kind=gossip', 'userId=1', 'projectId=1', 'fields=project(name)'])(
    'refuses ?%s before any statement',
    async (query) => {
      const { json, statements } = await ask('GET', `/projects/${await team()}/activities?${query}`, as(VIEWER));
      expect(json).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
      expect(statements).toBe(0);
    },
  );
});

describe('GET /v1/users/:id/projects', () => {
  it('lists the projects with a permission of the user, and not those below, in one statement', async () => {
    const tree = await plant(3);
    await sql('delete from permissions where user_id = $1', [STRANGER]);
    await give(tree[0]!, { [STRANGER]: 'editor' });
    await give(tree[2]!, { [STRANGER]: 'viewer' });
    const { json, statements } = await ask(
      'GET',
      `/users/${STRANGER}/projects?fields=role,project(id,name)`,
      as(STRANGER),
    );
    expect(json.data).toEqual([
      { role: 'editor', project: { id: tree[0], name: 'Level 1' } },
      { role: 'viewer', project: { id: tree[2], name: 'Level 3' } },
    ]);
    expect(statements).toBe(1);
    const owned = await ask('GET', `/users/${STRANGER}/projects?role=viewer`, as(STRANGER));
    expect(owned.json.data).toEqual([
      { role: 'viewer', project: { id: tree[2], name: 'Level 3', status: 'active', updatedAt: expect.any(String) } },
    ]);
  });

  it('is read to its last page by cursor', async () => {
    const all = await sql<{ id: number }>('select project_id as id from permissions where user_id = 1 order by 1');
    expect(all.length).toBeGreaterThan(1);
    const seen: number[] = [];
    for (let after = ''; ; ) {
      const { json } = await ask('GET', `/users/1/projects?limit=1&fields=project(id)${after}`, as(1));
      seen.push(...json.data.map((row: { project: { id: number } }) => row.project.id));
      if (!json.meta.next) break;
      after = `&after=${json.meta.next}`;
    }
    expect(seen).toEqual(all.map((row) => row.id));
  });

  it('is empty for a user without permissions', async () => {
    await sql('delete from permissions where user_id = $1', [STRANGER]);
    expect((await ask('GET', `/users/${STRANGER}/projects`, as(STRANGER))).json.data).toEqual([]);
  });

  it.each([
    ['the public', 1, {}, 401, 'UNAUTHENTICATED'],
    ['another user', 1, as(STRANGER), 403, 'FORBIDDEN'],
    ['a bad id', 'x', as(1), 400, 'INVALID_REQUEST'],
    ['too many at once', '1/projects?limit=101&', as(1), 400, 'INVALID_REQUEST'],
    ['a way to members', '1/projects?fields=project(permissions(role))&', as(1), 400, 'INVALID_REQUEST'],
  ] as const)('refuses %s', async (_who, id, headers, status, code) => {
    const path = String(id).includes('?') ? `/users/${id}` : `/users/${id}/projects`;
    expect((await ask('GET', path, headers)).json).toMatchObject({ status, code });
  });

  it('lets an administrator see those of any user', async () => {
    expect((await ask('GET', '/users/1/projects', ADMIN)).json.data.length).toBeGreaterThan(0);
  });
});

it('is a module that no other embeds, because its routes are its guards', () => {
  const { resources } = app().hotpath;
  const own = new Set(projects.resources);
  const ways = modules
    .flatMap((module) => module.resources)
    .filter((resource) => !own.has(resource))
    .flatMap((resource) => Object.keys(resource.relations).map((name) => ({ resource, name })));
  expect(ways.length).toBeGreaterThan(10);
  const leading = ways.filter(({ resource, name }) => own.has(resources.target(resource, name)));
  expect(leading.map(({ resource, name }) => `${resource.name}.${name}`)).toEqual([]);
});
