/** A child that serves dashboards through a minimal Fastify: no authentication, no budget, no parsing of a query. */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { buildApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { answerQuestions } from '../../support/child.ts';
import { CONTENDERS } from './contenders.ts';

const app = buildApp(loadConfig());
await app.ready();
const answer = await CONTENDERS[process.argv[2]!]!(app);

const server = Fastify();
server.get<{ Params: { id: string } }>('/v1/users/:id/dashboard', async ({ params }, reply) => {
  const body = `{"data":${await answer(Number(params.id))}}`;
  return reply.header('content-type', 'application/json; charset=utf-8').send(body);
});
await server.listen({ host: '127.0.0.1', port: 0 });

answerQuestions({
  address: () => `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
});
