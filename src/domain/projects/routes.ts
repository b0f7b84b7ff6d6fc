/** The writes of projects. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requestError, uri } from 'hotpath';
import { etagOf } from 'hotpath/edge';
import { createOnce, isConditional, KEY_STATEMENTS, mustHoldFor, readRow, sendJson } from 'hotpath/fastify';
import Type, { type Static } from 'typebox';
import { ActivityKind, PermissionRole, type Prisma } from '#client';
import { anyObject, exactly, id, idParams, text } from '../body.ts';
import { mustBeUser } from '../viewer.ts';
import { GRANT_STATEMENTS, type Grantor, grant, revoke } from './grant.ts';
import { mustHaveRole, noSuchProject } from './policy.ts';
import { activity, member } from './resource.ts';

const permissionParams = Type.Object({ id, userId: { ...id, examples: [2] } });
const permissionBody = exactly({ role: Type.Enum(Object.values(PermissionRole)) }, { role: 'editor' });

const ACTIVITY_BYTES = 16 * 1024;
const newActivity = exactly(
  {
    kind: Type.Enum(Object.values(ActivityKind)),
    summary: text(240),
    payload: Type.Optional(anyObject),
  },
  { kind: 'commented', summary: 'The drawings are ready.', payload: { pages: 12 } },
);

export function projectWrites(app: FastifyInstance): void {
  permissionWrites(app);
  activityWrites(app);
}

function permissionWrites(app: FastifyInstance): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.put(
    '/projects/:id/permissions/:userId',
    {
      schema: { params: permissionParams, body: permissionBody },
      config: { budget: GRANT_STATEMENTS + 1, reply: { resource: member } },
    },
    async (request, reply) => {
      const { params, body, viewer } = request;
      const place = { projectId: params.id, userId: params.userId };
      const isNew = await grant(app, grantorOf(request), { ...place, role: body.role });
      const { json, version } = await readRow(app.hotpath, { resource: member, where: place, viewer });
      if (json === null) throw requestError('notFound', 'The permission has been revoked meanwhile.');
      const shown = `{"data":${json}}`;
      return sendJson(reply.code(isNew ? 201 : 200).header('etag', etagOf(shown, version)), shown);
    },
  );

  typed.delete(
    '/projects/:id/permissions/:userId',
    { schema: { params: permissionParams }, config: { budget: GRANT_STATEMENTS } },
    async (request, reply) => {
      const { params } = request;
      await revoke(app, grantorOf(request), { projectId: params.id, userId: params.userId });
      return reply.code(204).send();
    },
  );
}

function activityWrites(app: FastifyInstance): void {
  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/projects/:id/activities',
    {
      schema: { params: idParams, body: newActivity },
      bodyLimit: ACTIVITY_BYTES,
      config: { budget: 3 + KEY_STATEMENTS },
    },
    async ({ viewer, params, body }, reply) => {
      const projectId = params.id;
      await mustHaveRole(app.hotpath, viewer, { projectId, role: 'editor' });
      return createOnce(reply, async (tx) => {
        const added = await addActivity(tx, { ...body, projectId, userId: mustBeUser(viewer) });
        return {
          resource: activity,
          where: { id: added },
          location: uri`/v1/projects/${projectId}/activities/${added}`,
        };
      });
    },
  );
}

const grantorOf = (request: FastifyRequest): Grantor => ({
  viewer: request.viewer,
  mayChange: isConditional(request) ? (version) => mustHoldFor(request, member, version) : undefined,
});

type NewActivity = Static<typeof newActivity> & { readonly projectId: number; readonly userId: number };

/**
 * The guard admits an administrator even if the project, or the administrator's own user, does not exist. Then the statement
 * inserts nothing.
 */
async function addActivity(tx: Prisma.TransactionClient, { projectId, userId, kind, summary, payload }: NewActivity) {
  const [added] = await tx.$queryRaw<{ id: number }[]>`
    INSERT INTO activities (project_id, user_id, kind, summary, payload)
    SELECT projects.id, users.id, ${kind}::activity_kind, ${summary}, ${JSON.stringify(payload ?? {})}::jsonb
    FROM projects, users
    WHERE projects.id = ${projectId} AND users.id = ${userId}
    RETURNING id`;
  if (!added) throw noSuchProject();
  return added.id;
}
