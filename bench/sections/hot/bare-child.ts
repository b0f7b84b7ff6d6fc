/** A child that sends given bytes by a bare Fastify: the limit of what Fastify can do with them. */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { answerQuestions } from '../../support/child.ts';

const bodies = new Map<string, Buffer>();

const server = Fastify();
server.get<{ Params: { id: string } }>('/v1/users/:id/dashboard', ({ params }, reply) => {
  reply.header('content-type', 'application/json; charset=utf-8').send(bodies.get(params.id));
});
await server.listen({ host: '127.0.0.1', port: 0 });

answerQuestions({
  serve({ answers }: { answers: Readonly<Record<string, string>> }): string {
    for (const [id, body] of Object.entries(answers)) bodies.set(id, Buffer.from(body));
    return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  },
});
