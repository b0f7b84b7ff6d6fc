/** A child that is the service, as in production, with a route that changes a user in two trips to the database. */
import type { AddressInfo } from 'node:net';
import { ifMatch, sendChanged } from 'hotpath/fastify';
import { buildApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { user } from '../../../src/domain/accounts/resource.ts';
import { answerQuestions } from '../../support/child.ts';

const app = buildApp(loadConfig());
app.register(async (routes) => {
  routes.patch<{ Params: { id: string }; Body: { name: string } }>(
    '/bench/users/:id',
    { config: { budget: 2 } },
    async (request, reply) => {
      const where = { id: Number(request.params.id) };
      const { count } = await routes.prisma.user.updateMany({
        where: { ...where, ...ifMatch(request, user) },
        data: { name: request.body.name, version: { increment: 1 } },
      });
      return sendChanged(reply, { resource: user, where, changed: count > 0 });
    },
  );
});
await app.listen({ host: '127.0.0.1', port: 0 });

answerQuestions({ address: () => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` });
