/**
 * The request's id: the client's own `x-request-id` where it is sane, else a new one. It stands in every reply, in every
 * log line of the request and in its problem document.
 */
import type { IncomingMessage } from 'node:http';
import fp from 'fastify-plugin';

/** What may stand in a log line and a header without harm: no space, no quote, no control character. */
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
