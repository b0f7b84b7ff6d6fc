import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { requestError } from '../../engine/http/errors.ts';
import { dashboardSelect } from './dashboard.ts';
import { mustSeePaymentsOf } from './policy.ts';

const MAX_ID = 2 ** 31 - 1;

export const dashboardRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const schema = { params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: MAX_ID }) }) };

  app.get('/users/:id/dashboard', { schema, config: { budget: 1 } }, async ({ params: { id }, viewer }) => {
    mustSeePaymentsOf(id, viewer);
    const user = await app.prisma.user.findFirst({
      where: { id },
      select: dashboardSelect,
      relationLoadStrategy: 'join',
    });
    if (!user) throw requestError('notFound', `There is no user ${id}.`);
    return { data: user };
  });
};
