/** The writes of accounts. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { changeRow, ifMatch } from 'hotpath/fastify';
import Type from 'typebox';
import { type Prisma, UserRole, UserStatus } from '#client';
import { anyObject, idParams, ROW_BYTES, someOf, text, webUrl } from '../body.ts';
import { mustBeAdmin, mustBeSelf } from '../viewer.ts';
import { user } from './resource.ts';

const userChange = someOf(
  {
    name: text(120),
    avatarUrl: Type.Union([Type.Null(), webUrl]),
    phone: Type.Union([Type.Null(), Type.String({ pattern: '^[+\\d][\\d ()/-]{2,31}$' })]),
    address: anyObject,
    preferences: anyObject,
    role: Type.Enum(Object.values(UserRole)),
    status: Type.Enum(Object.values(UserStatus)),
  },
  { phone: '+49 30 1234567', preferences: { theme: 'dark' } },
);

export function accountWrites(app: FastifyInstance): void {
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .patch(
      '/users/:id',
      { schema: { params: idParams, body: userChange }, bodyLimit: ROW_BYTES, config: { budget: 2 } },
      async (request, reply) => {
        const { id } = request.params;
        const { role, status } = request.body;
        mustBeSelf(id, request.viewer);
        if (role ?? status) mustBeAdmin(request.viewer);
        return changeRow(reply, { resource: user, where: { id } }, () =>
          app.prisma.user.updateMany({
            where: { id, ...ifMatch(request, user) },
            data: { ...(request.body as Prisma.UserUpdateManyMutationInput), version: { increment: 1 } },
          }),
        );
      },
    );
}
