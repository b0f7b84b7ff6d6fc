/** A child that is a peer: it serves its reads through a minimal Fastify, without authentication, budgets or headers. */
import Fastify from 'fastify';
import { answerReads } from './answer-reads.ts';
import { PEERS } from './peers/index.ts';
import { SHAPE_NAMES } from './shapes.ts';

const answers = await PEERS[process.argv[2]!]!(process.env['DATABASE_URL']!);
const server = Fastify();
for (const shape of SHAPE_NAMES) {
  const answer = answers[shape];
  server.get<{ Params: { subject: string } }>(`/${shape}/:subject`, async ({ params }, reply) => {
    const body = JSON.stringify({ data: await answer(Number(params.subject)) });
    return reply.header('content-type', 'application/json; charset=utf-8').send(body);
  });
}
await server.listen({ host: '127.0.0.1', port: 0 });
answerReads(server.server, answers);
