/**
 * The request's id: the client's own `x-request-id` if it is safe, otherwise a new one. Every reply, every log line of the
 * request and its problem document contain it.
 */
import type { IncomingMessage } from 'node:http';
import fp from 'fastify-plugin';

/** Characters that are safe in a log line and a header: no space, no quote, no control character. */
const SANE = /^[\w.:+/=@~-]{1,128}$/;

export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SANE.test(given) ? given : crypto.randomUUID();
}

export const requestId = fp(
  async (app) => {
    app.addHook('onRequest', (request, reply, done) => {
      reply.header('x-request-id', request.id);
      done();
    });
  },
  { name: 'request-id' },
);
