/**
 * The head of a request: what RFC 9110 and 9112 ask of it beyond its grammar. Node.js would answer some of these requests
 * by itself, without a body, a request id or a trace in log and metrics; here they go through the hooks of every request.
 *
 * - A request of HTTP/1.1 has one `Host`, which is a host: else 400, and the connection is closed.
 * - `Expect` is `100-continue`: else 417. A body is asked for when it is read (`bodies.ts`), not before.
 * - CONNECT is a method that no path has.
 * - A path that the router cannot read is a 400, a part of it that is too long a 414 (`malformed.ts`).
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fp from 'fastify-plugin';
import { type RequestError, requestError } from 'hotpath';
import { unroutableOf } from './malformed.ts';

export const requestHead = fp(
  async (app) => {
    const serve = (request: IncomingMessage, response: ServerResponse) => app.routing(request, response);
    app.server.on('checkContinue', serve).on('checkExpectation', serve);
    app.server.on('connect', (request: IncomingMessage, socket: Socket) => {
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.once('finish', () => socket.end());
      serve(request, response);
    });
    app.addHook('onRequest', ({ raw }, reply, done) => {
      const unroutable = unroutableOf(raw);
      if (!unroutable) {
        const fault = hostFault(raw);
        // Whatever made such a head may have made another out of what follows.
        if (fault) reply.header('connection', 'close');
        return done(fault ?? expectFault(raw));
      }
      raw.url = unroutable.url;
      done(unroutable.refusal);
    });
  },
  { name: 'request-head' },
);

const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

function hostFault({ headers, httpVersion, rawHeaders }: IncomingMessage): RequestError | undefined {
  if (httpVersion !== '1.1') return undefined;
  const hosts = hostsIn(rawHeaders);
  if (hosts !== 1) return badHost(hosts === 0 ? 'is missing' : 'is there twice');
  return HOST.test(headers.host!) ? undefined : badHost('is no host');
}

function expectFault({ headers: { expect } }: IncomingMessage): RequestError | undefined {
  if (expect === undefined || expect.toLowerCase() === '100-continue') return undefined;
  return requestError('expectationFailed', 'The only expectation that this service meets is `100-continue`.');
}

const badHost = (detail: string): RequestError =>
  requestError('invalidRequest', `Host: ${detail}.`, [{ parameter: 'Host', detail }]);

/** `headers` holds the first of several. */
function hostsIn(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts;
}
