/** The read routes, and who asks: the user of the server's own session. */
import type { FastifyInstance } from 'fastify';
import { hotpath } from 'hotpath/fastify';
import { label, membership, model, note, person, resources, team } from './resources.ts';

const cache = { ttl: 60 };

export async function readRoutes(app: FastifyInstance, { secret }: { secret: string }): Promise<void> {
  await app.register(hotpath, {
    prisma: app.prisma,
    pool: app.pool,
    model,
    resources,
    secret,
    viewer: ({ user }) => user && { subject: user.id, role: 'member' },
  });
  app.list('/notes', { resource: note, budget: 2, cache });
  app.item('/notes/:id', { resource: note, budget: 2, cache });
  app.item('/people/:id', { resource: person, budget: 2, cache });
  app.list('/people/:id/notes', { resource: note, budget: 2, where: { owner_id: 'id' }, cache });
  app.list('/labels', { resource: label, budget: 2, cache });
  app.item('/teams/:id', { resource: team, budget: 2, cache });
  app.item('/teams/:team_id/members/:user_id', { resource: membership, budget: 2 });
}
