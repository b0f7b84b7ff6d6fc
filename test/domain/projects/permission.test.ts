/** The permission that applies: the nearest, at any depth, from the moment of its write. */
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { PermissionRole } from '#client';
import { permissionOf } from '../../../src/domain/projects/policy.ts';
import { as, useApp } from '../../support/app.ts';
import { scratchDatabase } from '../../support/database.ts';
import { OWNER, STRANGER, VIEWER, world } from './world.ts';

const app = useApp({ seeded: true });
const { ask, sql, plant, give } = world(app);

const rolesOf = async (userId: number, projectIds: number[]) => {
  const roles: (PermissionRole | undefined)[] = [];
  for (const id of projectIds) roles.push((await permissionOf(app().hotpath, userId, id))?.role);
  return roles;
};

describe('a permission', () => {
  it('applies to all projects below, five levels down, and not above or beside', async () => {
    const [root, ...below] = await plant(5);
    const [other] = await plant(1);
    await give(below[1]!, { [VIEWER]: 'viewer' });
    expect(await rolesOf(VIEWER, [root!, ...below, other!])).toEqual([
      ...[undefined, undefined],
      ...['viewer', 'viewer', 'viewer'],
      undefined,
    ]);
  });

  it('is overridden by one nearer to the leaf, with a higher or a lower role', async () => {
    const tree = await plant(5);
    await give(tree[0]!, { [VIEWER]: 'editor' });
    await give(tree[1]!, { [VIEWER]: 'owner' });
    await give(tree[3]!, { [VIEWER]: 'viewer' });
    expect(await rolesOf(VIEWER, tree)).toEqual(['editor', 'owner', 'owner', 'viewer', 'viewer']);
  });

  it('names its project', async () => {
    const tree = await plant(3);
    await give(tree[0]!, { [VIEWER]: 'editor' });
    expect(await permissionOf(app().hotpath, VIEWER, tree[2]!)).toEqual({ role: 'editor', projectId: tree[0] });
  });

  it('ends below at once after a revocation above', async () => {
    const tree = await plant(5);
    await give(tree[0]!, { [OWNER]: 'owner', [VIEWER]: 'viewer' });
    const leaf = `/projects/${tree[4]}`;
    for (const path of [leaf, `${leaf}/activities`]) expect((await ask('GET', path, as(VIEWER))).status).toBe(200);
    expect((await ask('DELETE', `/projects/${tree[0]}/permissions/${VIEWER}`, as(OWNER))).status).toBe(204);
    for (const path of [leaf, `${leaf}/activities`]) expect((await ask('GET', path, as(VIEWER))).status).toBe(404);
  });

  it('is replaced by the one above after its revocation', async () => {
    const tree = await plant(3);
    await give(tree[0]!, { [OWNER]: 'owner', [VIEWER]: 'viewer' });
    await give(tree[1]!, { [VIEWER]: 'editor' });
    expect((await ask('DELETE', `/projects/${tree[1]}/permissions/${VIEWER}`, as(OWNER))).status).toBe(204);
    expect(await rolesOf(VIEWER, tree)).toEqual(['viewer', 'viewer', 'viewer']);
  });

  it('is found, or not, in a tree that is a cycle', async () => {
    const cycle = await plant(4);
    await sql('update projects set parent_id = $1 where id = $2', [cycle[3], cycle[0]]);
    await give(cycle[2]!, { [VIEWER]: 'editor' });
    expect(await rolesOf(VIEWER, cycle)).toEqual(['editor', 'editor', 'editor', 'editor']);
    expect((await ask('GET', `/projects/${cycle[0]}`, as(VIEWER))).status).toBe(200);
    expect((await ask('GET', `/projects/${cycle[0]}`, as(STRANGER))).status).toBe(404);
  });

  it("is looked up by whole keys, for any number of projects and of the user's permissions", async () => {
    const client = new pg.Client({ connectionString: await scratchDatabase() });
    await client.connect();
    try {
      await client.query(forest);
      await client.query(`set plan_cache_mode = force_generic_plan;
        prepare asked (int, int) as select role from project_permission($1, $2)`);
      const { rows } = await client.query('explain (analyze, format json) execute asked (1, 20000)');
      const text = JSON.stringify(rows[0]['QUERY PLAN']);
      expect(text).not.toContain('Seq Scan');
      expect(text).toContain('"Index Cond":"((project_id = above.id) AND (user_id = $1))"');
      expect(text).toContain('"Index Cond":"(id = above_1.parent_id)"');
      expect((await client.query('execute asked (1, 20000)')).rows).toEqual([{ role: 'viewer' }]);
    } finally {
      await client.end();
    }
  });
});

/** 20,000 projects, each with four children; user 1 has a permission on every second one, 99 others on a few. */
const forest = `
  insert into users (id, email, name) select i, i, '' from generate_series(1, 100) i;
  insert into projects (id, parent_id, name, description)
    select i, case when i > 5 then i / 4 end, '', '' from generate_series(1, 20000) i;
  insert into permissions (user_id, project_id, role)
    select 1, 2 * i, permission_role 'viewer' from generate_series(1, 10000) i union all
    select 2 + i % 99, i, 'viewer' from generate_series(1, 1000) i;
  analyze`;
