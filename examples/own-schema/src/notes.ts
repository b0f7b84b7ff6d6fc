/** Routes that were here before hotpath: they go on as they are, with Prisma and the server's own cache. */
import type { FastifyInstance } from 'fastify';

interface NewNote {
  readonly title: string;
  readonly body: string;
  readonly labels?: readonly string[];
}

const NEW_NOTE = {
  type: 'object',
  required: ['title', 'body'],
  properties: {
    title: { type: 'string', maxLength: 200 },
    body: { type: 'string' },
    labels: { type: 'array', items: { type: 'string' } },
  },
};

export async function notes(app: FastifyInstance): Promise<void> {
  app.get('/stats', () => app.cache.get('notes', async () => ({ notes: await app.prisma.note.count() })));

  app.post<{ Body: NewNote }>('/notes', { schema: { body: NEW_NOTE } }, async ({ body, user }, reply) => {
    if (!user) return reply.code(401).send({ error: { code: 'LOGIN' } });
    const { title, body: text, labels = [] } = body;
    const connectOrCreate = labels.map((slug) => ({ where: { slug }, create: { slug } }));
    const data = { title, body: text, owner_id: user.id, labels: { connectOrCreate } };
    return reply.code(201).send(await app.prisma.note.create({ data }));
  });
}
