/**
 * Malformed requests: those that never reach a route, because Node.js cannot parse them, gives up waiting for them, or
 * the router cannot read their path. They get a problem document like any other.
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type RequestError, requestError } from '../engine/http/errors.ts';
import { PROBLEM_MEDIA_TYPE, problemOf } from '../engine/http/problem.ts';
import { originOf } from '../engine/telemetry/origin.ts';
import { requestErrorOf } from './known-errors.ts';
import { LATE, sendProblem } from './problems.ts';

/** Answers a request whose path the router cannot read. No hook runs for it. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { traceId } = originOf(request.raw);
  reply.headers({ 'x-request-id': request.id, 'x-trace-id': traceId, 'x-content-type-options': 'nosniff' });
  sendProblem(requestErrorOf(error), request, reply);
}

/**
 * Answers on the socket what Node.js could not make a request of, and closes the connection. What came before it on the
 * same connection and is in memory has its reply first: that leaves at the end of the turn.
 */
export function answerMalformed(error: ConnectionError, socket: Socket): void {
  setImmediate(() => {
    if (socket.writable && error.code !== 'ECONNRESET') socket.write(replyTo(error));
    socket.destroy();
  });
}

function replyTo({ code }: ConnectionError): string {
  const error = (REFUSALS[code] ?? unparsable)();
  const status = error.statusCode!;
  const problem = problemOf({ status, code: error.code, detail: error.message }, { path: '', id: crypto.randomUUID() });
  const body = JSON.stringify(problem);
  const headers = [
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${problem.requestId}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
}

const REFUSALS: Readonly<Record<string, () => RequestError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: () => requestError('requestTimeout', LATE),
  HPE_HEADER_OVERFLOW: () => requestError('headersTooLarge', 'The URL and the headers together exceed 16 KiB.'),
};

const unparsable = () => requestError('invalidRequest', 'This is not an HTTP request that can be read.');
