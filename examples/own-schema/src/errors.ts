/** The errors of this server, also those of its libraries: `{ error: { code, message } }`. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

export function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status >= 500) request.log.error(error);
  const message = status >= 500 ? 'Something went wrong.' : error.message;
  return reply.code(status).send({ error: { code: error.code ?? 'ERROR', message } });
}
