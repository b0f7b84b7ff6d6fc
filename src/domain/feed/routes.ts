/** The writes of the feed. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { uri } from 'hotpath';
import { changeRow, createOnce, ifMatch, KEY_STATEMENTS } from 'hotpath/fastify';
import Type from 'typebox';
import { exactly, idParams, ROW_BYTES, text, webUrl } from '../body.ts';
import { mustBeUser } from '../viewer.ts';
import { notification, post } from './resource.ts';

const newPost = exactly(
  {
    title: text(160),
    body: text(20_000),
    media: Type.Optional(Type.Array(webUrl, { maxItems: 10 })),
  },
  {
    title: 'A bench for the yard',
    body: 'Three boards, four legs, one afternoon.',
    media: ['https://cdn.example.com/bench.webp'],
  },
);

const notificationChange = exactly({ read: Type.Boolean() }, { read: true });

export function feedWrites(app: FastifyInstance): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.post(
    '/posts',
    { schema: { body: newPost }, bodyLimit: ROW_BYTES, config: { budget: 2 + KEY_STATEMENTS } },
    async ({ viewer, body }, reply) => {
      const authorId = mustBeUser(viewer);
      return createOnce(reply, async (tx) => {
        const { id } = await tx.post.create({ data: { ...body, authorId }, select: { id: true } });
        return { resource: post, where: { id }, location: uri`/v1/posts/${id}` };
      });
    },
  );

  typed.patch(
    '/notifications/:id',
    { schema: { params: idParams, body: notificationChange }, config: { budget: 2 } },
    async (request, reply) => {
      const where = { id: request.params.id, userId: mustBeUser(request.viewer) };
      return changeRow(reply, { resource: notification, where }, () =>
        app.prisma.notification.updateMany({
          where: { ...where, ...ifMatch(request, notification) },
          data: { readAt: request.body.read ? new Date() : null, version: { increment: 1 } },
        }),
      );
    },
  );
}
