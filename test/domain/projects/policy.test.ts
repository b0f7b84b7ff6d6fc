/** The role that a request requires in a project, and the tables behind the user's role. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PermissionRole } from '#client';
import {
  mustHaveRole,
  mustSuffice,
  noSuchProject,
  type Permission,
  permissionFact,
  permissionOf,
} from '../../../src/domain/projects/policy.ts';
import { scratchDatabase } from '../../support/database.ts';

const USER = 7;
const [ROOT, MIDDLE, LEAF, OTHER] = [100, 101, 102, 200] as const;

let pool: pg.Pool;

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await scratchDatabase(), max: 1 });
  // The database is dropped by force.
  pool.on('error', () => {});
  await pool.query(`
    insert into users (id, email, name, updated_at) values (${USER}, 'a@example.com', 'A', now());
    insert into projects (id, parent_id, name, description) values
      (${ROOT}, null, '', ''), (${MIDDLE}, ${ROOT}, '', ''), (${LEAF}, ${MIDDLE}, '', ''), (${OTHER}, null, '', '');
    insert into permissions (user_id, project_id, role) values (${USER}, ${ROOT}, 'owner'), (${USER}, ${MIDDLE}, 'viewer')`);
});

afterAll(() => pool.end());

/** Facts without a cache. */
const facts = { read: async (query: ReturnType<typeof permissionFact>) => (await query.load()).body };
const app = () => ({ pool, facts }) as unknown as Parameters<typeof permissionOf>[0];

describe('the permission of a user in a project', () => {
  it('is the nearest one above, and none in a missing project', async () => {
    const asked = [ROOT, MIDDLE, LEAF, OTHER, 999].map((id) => permissionOf(app(), USER, id));
    expect(await Promise.all(asked)).toEqual<(Permission | undefined)[]>([
      { role: 'owner', projectId: ROOT },
      { role: 'viewer', projectId: MIDDLE },
      { role: 'viewer', projectId: MIDDLE },
      undefined,
      undefined,
    ]);
  });

  it('is a fact about the user and the project, made of permissions and projects', () => {
    expect(permissionFact(app().pool, USER, LEAF)).toMatchObject({
      subject: '7',
      about: 'permission in 102',
      tables: ['permission', 'project'],
    });
  });

  it('is read again after a change of a permission of the user, of the project, or of one above', async () => {
    const { tags, body, snapshot, incarnation } = await permissionFact(app().pool, USER, LEAF).load();
    expect([...tags].sort()).toEqual(['permission?userId=7', 'project:100', 'project:101', 'project:102']);
    expect(JSON.parse(body)).toEqual({ role: 'viewer', projectId: MIDDLE });
    expect([snapshot, incarnation]).toEqual([expect.stringMatching(/^\d+:\d+:/), expect.any(String)]);
  });

  it('is read again once a missing project exists', async () => {
    expect(await permissionFact(app().pool, USER, 999).load()).toMatchObject({
      body: 'null',
      tags: ['permission?userId=7', 'project:999'],
    });
  });

  it('is one prepared statement for all users and projects', async () => {
    await permissionFact(app().pool, USER, ROOT).load();
    const { rows } = await pool.query('select name from pg_prepared_statements');
    expect(rows).toEqual([{ name: 'permission of' }]);
  });
});

describe('a required role', () => {
  const roles: PermissionRole[] = ['viewer', 'editor', 'owner'];

  it.each(roles)('%s is satisfied by it and by the roles above it', (needed) => {
    for (const held of roles) {
      const ask = () => mustSuffice(held, needed);
      if (roles.indexOf(held) >= roles.indexOf(needed)) expect(ask).not.toThrow();
      else {
        const message = `This requires the role ${needed} in the project; yours is ${held}.`;
        expect(ask).toThrow(expect.objectContaining({ code: 'FORBIDDEN', message }));
      }
    }
  });

  it('hides a project from a user without a permission', () => {
    const expected = expect.objectContaining({ code: 'NOT_FOUND', message: 'There is no such project.' });
    expect(() => mustSuffice(undefined, 'viewer')).toThrow(expected);
    expect(noSuchProject()).toEqual(expected);
  });

  it('is checked for users by their permission, not at all for administrators, and for the public by a token', async () => {
    const demand = (projectId: number, role: PermissionRole, subject?: string, viewerRole = 'user') =>
      mustHaveRole(app(), { subject, role: viewerRole }, { projectId, role });
    await demand(ROOT, 'owner', '7');
    await demand(LEAF, 'viewer', '7');
    await demand(OTHER, 'owner', '7', 'admin');
    await expect(demand(LEAF, 'editor', '7')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(demand(OTHER, 'viewer', '7')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(demand(LEAF, 'viewer')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
