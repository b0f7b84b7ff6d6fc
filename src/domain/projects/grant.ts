/**
 * Granting and revoking: the writes of permissions.
 *
 * Before the transaction, the code refuses a viewer that is not an owner, and a request whose precondition fails. It sends
 * the same statements whether or not the project exists. Then each write is one transaction. It locks the project first, and
 * then checks again: every statement has its own snapshot (READ COMMITTED), so after the lock it sees the result of the
 * writer before it. So two owners who revoke each other, or themselves, go one after the other, and the second one is
 * refused. The lock is the weakest that excludes itself; activities, whose foreign keys share the project's key, do not wait
 * for it.
 *
 * The lock of the one project is enough. A write may rely on the writer's role in a project above, which it does not lock. If
 * another transaction revokes that role meanwhile, the write counts as earlier.
 *
 * Both functions resolve when no process believes the previous permission any longer. From then on, a revoked permission
 * admits no request. The new permission is then in memory and in Redis, so that the next check costs no statement.
 */

import type { FastifyInstance } from 'fastify';
import { requestError, type Viewer } from 'hotpath';
import type { PermissionRole, Prisma } from '#client';
import { domainErrors } from '../errors.ts';
import { isAdmin, mustBeUser } from '../viewer.ts';
import { mustHaveRole, mustSuffice, noSuchProject, permissionFact } from './policy.ts';

export interface Place {
  readonly projectId: number;
  /** The project and the user of the permission. */
  readonly userId: number;
}

/** The viewer that changes a permission, and the precondition. */
export interface Grantor {
  readonly viewer: Viewer;
  /** Throws if the request may not change this version; absent without a precondition. */
  readonly mayChange: ((version: string | undefined) => void) | undefined;
}

/**
 * The statements of `grant` and of `revoke`: one that reads the viewer's permission, one for a precondition, three of the
 * transaction, and one that reads the new permission.
 */
export const GRANT_STATEMENTS = 6;

/**
 * Gives a user this role on a project.
 * @returns whether the user had no permission before.
 * @throws as `mustHaveRole`, `lastOwner`.
 */
export async function grant(
  app: FastifyInstance,
  grantor: Grantor,
  { role, ...place }: Place & { role: PermissionRole },
) {
  const decide = (standing: Standing) => {
    if (!standing.userExists) throw requestError('notFound', 'There is no such user.');
    grantor.mayChange?.(standing.version ?? undefined);
    if (role !== 'owner' && standing.isLastOwner) throw lastOwner();
  };
  await decideUnlocked(app, grantor, { place, decide });
  const isNew = await app.prisma.$transaction(async (tx) => {
    const standing = await lockedStanding(tx, grantor.viewer, place);
    decide(standing);
    const { current, grantedById } = standing;
    await tx.permission.upsert({
      where: { userId_projectId: place },
      create: { ...place, role, grantedById },
      update: { role, grantedById },
      select: { version: true },
    });
    return current === null;
  });
  await writeThrough(app, place);
  return isNew;
}

/**
 * Revokes the permission of a user on a project.
 * @throws as `mustHaveRole`, `lastOwner`, `notFound` if there is none.
 */
export async function revoke(app: FastifyInstance, grantor: Grantor, place: Place): Promise<void> {
  const decide = ({ current, isLastOwner, version }: Standing) => {
    if (current === null) throw requestError('notFound', 'The user holds no permission on this project itself.');
    if (isLastOwner) throw lastOwner();
    grantor.mayChange?.(version ?? undefined);
  };
  await decideUnlocked(app, grantor, { place, decide });
  await app.prisma.$transaction(async (tx) => {
    decide(await lockedStanding(tx, grantor.viewer, place));
    await tx.permission.delete({ where: { userId_projectId: place }, select: { version: true } });
  });
  await writeThrough(app, place);
}

/** Permissions in projects below are outdated by their tags; the next check reads them again. */
const writeThrough = ({ hotpath: { facts, pool } }: FastifyInstance, { userId, projectId }: Place): Promise<void> =>
  facts.renew(permissionFact(pool, userId, projectId));

interface Decision {
  readonly place: Place;
  /** Throws if the request may not make the change. */
  readonly decide: (standing: Standing) => void;
}

/**
 * Refuses without a lock. The permission and the precondition may change before the lock, so the transaction checks them
 * again.
 */
async function decideUnlocked(app: FastifyInstance, { viewer, mayChange }: Grantor, { place, decide }: Decision) {
  await mustHaveRole(app.hotpath, viewer, { projectId: place.projectId, role: 'owner' });
  if (mayChange) decide(await standingOf(app.prisma, viewer, place));
}

interface Standing {
  /** The viewer's role on this project. */
  readonly held: PermissionRole | null;
  /** The viewer's id, if that user exists; an administrator need not be a user. */
  readonly grantedById: number | null;
  readonly userExists: boolean;
  /** The user's role on the project itself. */
  readonly current: PermissionRole | null;
  /** The version of that permission. */
  readonly version: string | null;
  /** Whether the project is the root of a tree, and the user is its only owner. */
  readonly isLastOwner: boolean;
}

/**
 * Locks the project and reads its permissions.
 * @throws as `mustHaveRole` for a viewer that is not its owner.
 */
async function lockedStanding(tx: Prisma.TransactionClient, viewer: Viewer, place: Place): Promise<Standing> {
  const { projectId } = place;
  const locked = await tx.$queryRaw<object[]>`SELECT FROM projects WHERE id = ${projectId} FOR NO KEY UPDATE`;
  if (locked.length === 0) throw noSuchProject();
  return standingOf(tx, viewer, place);
}

type Statements = Pick<Prisma.TransactionClient, '$queryRaw'>;

/** @throws as `mustHaveRole` for a viewer that is not the project's owner. */
async function standingOf(database: Statements, viewer: Viewer, { projectId, userId }: Place): Promise<Standing> {
  const viewerId = mustBeUser(viewer);
  const [standing] = await database.$queryRaw<[Standing]>`
    SELECT
      (SELECT role FROM project_permission(${viewerId}, ${projectId})) AS "held",
      (SELECT id FROM users WHERE id = ${viewerId}) AS "grantedById",
      EXISTS (SELECT FROM users WHERE id = ${userId}) AS "userExists",
      (SELECT role FROM permissions WHERE user_id = ${userId} AND project_id = ${projectId}) AS "current",
      (SELECT version::text FROM permissions WHERE user_id = ${userId} AND project_id = ${projectId}) AS "version",
      EXISTS (
        SELECT FROM projects
        JOIN permissions ON project_id = projects.id AND user_id = ${userId} AND role = 'owner'
        WHERE projects.id = ${projectId} AND parent_id IS NULL AND NOT EXISTS (
          SELECT FROM permissions WHERE project_id = ${projectId} AND user_id <> ${userId} AND role = 'owner'
        )
      ) AS "isLastOwner"`;
  if (!isAdmin(viewer)) mustSuffice(standing.held ?? undefined, 'owner');
  return standing;
}

const lastOwner = () =>
  domainErrors.error(
    'lastOwner',
    'This is the last owner of a whole tree of projects: make another user an owner first.',
  );
