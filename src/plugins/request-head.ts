/**
 * The head of a request: the rules of RFC 9110 and 9112 beyond the grammar. Node.js would answer some of these requests
 * itself, without a body, a request id or a trace in log and metrics. Here they pass the hooks of every request.
 *
 * - A request of HTTP/1.1 has one `Host`, which is a valid host. Otherwise the reply is 400, and the service closes the
 *   connection.
 * - `Expect` is `100-continue`. Otherwise the reply is 417. The service sends 100 when it reads the body (`bodies.ts`), not
 *   before.
 * - CONNECT is a method that no path has. The reply closes the connection.
 * - A path that the router cannot read is a 400; one with a part that is too long is a 414 (`malformed.ts`).
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fp from 'fastify-plugin';
import { type RequestError, requestError } from 'hotpath';
import { unroutableOf } from './malformed.ts';

/** How long a connection with a CONNECT may be idle. */
const CONNECT_IDLE_MS = 10_000;

export const requestHead = fp(
  async (app) => {
    const serve = (request: IncomingMessage, response: ServerResponse) => app.routing(request, response);
    app.server.on('checkContinue', serve).on('checkExpectation', serve);
    app.server.on('connect', (request: IncomingMessage, socket: Socket) => {
      // Node.js has removed its own listeners, and an error without a listener ends the process.
      socket.on('error', () => socket.destroy());
      socket.setTimeout(CONNECT_IDLE_MS, () => socket.destroy());
      const answer = () => {
        if (!socket.writable) return void socket.destroy();
        const response = new ServerResponse(request);
        response.shouldKeepAlive = false;
        response.assignSocket(socket);
        response.once('finish', () => socket.destroySoon());
        serve(request, response);
      };
      // A client that pipelines requests gets their answers first.
      const before = app.replyOn(socket);
      if (!before) return answer();
      // A reply that is larger than the socket's buffer waits for this event.
      socket.on('drain', () => before.raw.emit('drain'));
      before.raw.once('close', answer);
    });
    app.addHook('onRequest', ({ raw }, reply, done) => {
      const unroutable = unroutableOf(raw);
      if (!unroutable) {
        const fault = hostFault(raw);
        // The sender of such a head may have framed the rest of the connection differently.
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
  if (hosts !== 1) return badHost(hosts === 0 ? 'is missing' : 'occurs twice');
  return HOST.test(headers.host!) ? undefined : badHost('is no host');
}

function expectFault({ headers: { expect } }: IncomingMessage): RequestError | undefined {
  if (expect === undefined || expect.toLowerCase() === '100-continue') return undefined;
  return requestError('expectationFailed', 'The only expectation that this service meets is `100-continue`.');
}

const badHost = (detail: string): RequestError =>
  requestError('invalidRequest', `Host: ${detail}.`, [{ parameter: 'Host', detail }]);

/** `headers` has only the first of several. */
function hostsIn(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts;
}
