/**
 * Malformed requests, which never reach a route: Node.js cannot parse them or stops waiting for them, or the router cannot
 * read their path. Each gets a problem document, a line in the log and a count, like any other refusal.
 */

import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type RequestError, requestError } from 'hotpath';
import { isArriving, LATE, PROBLEM_MEDIA_TYPE, problemOf, requestErrorOf } from 'hotpath/edge';

const UNROUTABLE = Symbol('unroutable');

interface Unroutable {
  /** As the client sent it. */
  readonly url: string;
  readonly refusal: RequestError;
}

type MaybeUnroutable = IncomingMessage & { [UNROUTABLE]?: Unroutable };

/** No route has such a path. */
const NOWHERE = '/(unroutable)';

/**
 * Fastify runs no hook for a request whose path the router cannot read. This function passes the request to the router again,
 * with a path that no route has. Its hooks then run, and the hook of `request-head.ts` refuses it.
 */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const raw: MaybeUnroutable = request.raw;
  raw[UNROUTABLE] = { url: raw.url!, refusal: requestErrorOf(error) };
  raw.url = NOWHERE;
  request.server.routing(raw, reply.raw);
}

export const unroutableOf = (raw: IncomingMessage): Unroutable | undefined => (raw as MaybeUnroutable)[UNROUTABLE];

/**
 * Answers, on its socket, a request that Node.js could not parse, and closes the connection. If the fault is in the body, the
 * request may already have a reply; then that one is sent. An earlier request on the same connection gets its answer first.
 */
export function answerMalformed(this: FastifyInstance, error: ConnectionError, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const reply = this.replyOn(socket);
  const refusal = (REFUSALS[error.code] ?? unparsable)();
  if (reply && isArriving(reply.request.raw)) return void refuseArriving(reply, refusal);
  const answer = () => {
    if (socket.writable) refuseOn(this, socket, { refusal, origin: originIn(error) });
    socket.destroy();
  };
  if (reply) reply.raw.once('close', answer);
  else setImmediate(answer);
}

function refuseArriving(reply: FastifyReply, refusal: RequestError): void {
  const { socket } = reply.request.raw;
  if (reply.sent) return void socket.destroy();
  reply.raw.once('finish', () => socket.destroy());
  reply.header('connection', 'close').send(refusal);
}

interface Refused {
  readonly refusal: RequestError;
  /** The web origin that sent the request, if it is known. */
  readonly origin: string | undefined;
}

function refuseOn(app: FastifyInstance, socket: Socket, { refusal, origin }: Refused): void {
  const { statusCode: status = 400, code, message: detail } = refusal;
  const problem = problemOf({ status, code, detail }, { path: '', id: crypto.randomUUID() });
  const body = JSON.stringify(problem);
  const headers = {
    ...app.headersForBrowsers?.(origin),
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-request-id': problem.requestId,
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  app.log.info(
    { reqId: problem.requestId, status, code, client: socket.remoteAddress },
    'Node.js could not parse a request.',
  );
  app.countUnreadable?.(status);
}

/** A browser sends the header in the first packet. Without it, no other origin can read the reply. */
function originIn({ rawPacket }: ConnectionError): string | undefined {
  const text = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1') : '';
  return /\r\norigin:[ \t]*([!-~]+)[ \t]*\r\n/i.exec(text)?.[1];
}

const REFUSALS: Readonly<Record<string, () => RequestError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: () => requestError('requestTimeout', LATE),
  HPE_HEADER_OVERFLOW: () => requestError('headersTooLarge', 'The URL and the headers together exceed 16 KiB.'),
};

const unparsable = () => requestError('invalidRequest', 'This is not a valid HTTP request.');
