/**
 * The permissions in a project: viewers see it, editors add activities, owners grant and revoke, administrators do all.
 *
 * A permission on a project also applies to its descendants. A permission on a nearer project overrides it, and may give more
 * or less. A policy is data by role and cannot express that. So every route of this module calls `permissionOf` before it
 * reads or writes. The permission is a fact (`hotpath/cache/facts.ts`), made from the user's permissions and from the
 * projects above, so that a revocation above also ends access below. Reading the fact again takes one statement, whatever the
 * depth. The statement that reads the project does not contain the permission, so all viewers that may read a project share
 * one cached answer.
 *
 * - A viewer without a permission gets the same answer as for a project that does not exist.
 * - The lowest role may see. A nearer permission changes the role and cannot remove it. So a viewer that may see a project
 *   may see all projects below it; of the projects above, a viewer sees only the parent's id.
 */
import { type FactQuery, READ_AT, requestError, type Viewer } from 'hotpath';
import type { Hotpath } from 'hotpath/fastify';
import type { PermissionRole } from '#client';
import { isAdmin, mustBeUser } from '../viewer.ts';

export interface Permission {
  readonly role: PermissionRole;
  /** The project that has the permission: the requested one, or the nearest above. */
  readonly projectId: number;
}

type Parts = Pick<Hotpath, 'pool' | 'facts'>;

/** The permission of a user in a project; `undefined` also if the project does not exist. */
export async function permissionOf(
  { pool, facts }: Parts,
  userId: number,
  projectId: number,
): Promise<Permission | undefined> {
  const text = await facts.read(permissionFact(pool, userId, projectId));
  return (JSON.parse(text) as Permission | null) ?? undefined;
}

/** The fact that `permissionOf` reads: JSON of a `Permission`, or of `null`. */
export const permissionFact = (pool: Parts['pool'], userId: number, projectId: number): FactQuery => ({
  subject: String(userId),
  about: `permission in ${projectId}`,
  tables: ['permission', 'project'],
  load: () => readPermission(pool, userId, projectId),
});

interface PermissionRow {
  readonly held: string;
  /** The project and those above it. */
  readonly path: readonly number[];
  readonly snapshot: string;
  readonly incarnation: string;
}

const READ_PERMISSION = `
  WITH RECURSIVE "path" AS (
    SELECT "id", "parent_id" FROM "projects" WHERE "id" = $2
    UNION
    SELECT p."id", p."parent_id" FROM "path" JOIN "projects" p ON p."id" = "path"."parent_id"
  )
  SELECT
    (
      SELECT json_build_object('role', "role", 'projectId', "project_id")
      FROM project_permission($1, $2)
    )::text AS "held",
    ARRAY(SELECT "id" FROM "path") AS "path",
    ${READ_AT}`;

async function readPermission(pool: Parts['pool'], userId: number, projectId: number) {
  const { rows } = await pool.query<PermissionRow>({
    name: 'permission of',
    text: READ_PERMISSION,
    values: [userId, projectId],
  });
  const { held, path, snapshot, incarnation } = rows[0]!;
  const projects = new Set([projectId, ...path]);
  const tags = [`permission?userId=${userId}`, ...[...projects].map((id) => `project:${id}`)];
  return { body: held ?? 'null', snapshot, incarnation, tags };
}

export interface Demand {
  readonly projectId: number;
  readonly role: PermissionRole;
}

/** @throws `unauthenticated`; `notFound` for a viewer without a permission, `forbidden` for a viewer with a lower role. */
export async function mustHaveRole(app: Parts, viewer: Viewer, { projectId, role }: Demand): Promise<void> {
  const userId = mustBeUser(viewer);
  if (isAdmin(viewer)) return;
  mustSuffice((await permissionOf(app, userId, projectId))?.role, role);
}

const RANK: Readonly<Record<PermissionRole, number>> = { viewer: 1, editor: 2, owner: 3 };

/** @throws as `mustHaveRole`. */
export function mustSuffice(held: PermissionRole | undefined, needed: PermissionRole): void {
  if (held === undefined) throw noSuchProject();
  if (RANK[held] < RANK[needed])
    throw requestError('forbidden', `This requires the role ${needed} in the project; yours is ${held}.`);
}

export const noSuchProject = () => requestError('notFound', 'There is no such project.');
