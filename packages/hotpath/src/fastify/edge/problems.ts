/**
 * The error handler: turns every thrown error into a problem document. An error that is not of the registry is logged
 * completely, and the client sees it as `internal`, so that no SQL, path or stack leaves the process.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type RequestError, requestError } from '../../http/errors.ts';
import { PROBLEM_MEDIA_TYPE, type Problem, problemOf } from '../../http/problem.ts';
import { isArriving } from './arrival.ts';
import { requestErrorOf } from './known-errors.ts';

/** The plugin that answers every error with a problem document. */
export const problems = fp(
  async (app) => {
    app.setErrorHandler((cause: FastifyError, request, reply) => {
      const error = arrivalError(cause, request) ?? requestErrorOf(cause);
      if (isOurs(error)) request.log.error({ err: cause }, error.message);
      return sendProblem(error, request, reply);
    });
  },
  { name: 'hotpath-problems' },
);

/** If the body never arrived, the client caused the error, whatever failed in the handler. */
function arrivalError({ code }: FastifyError, { raw }: FastifyRequest): RequestError | undefined {
  if (!isArriving(raw)) return undefined;
  if (raw.destroyed) return requestError('invalidRequest', 'The request was cut off.');
  return code === 'FST_ERR_HANDLER_TIMEOUT' ? requestError('requestTimeout', LATE) : undefined;
}

/** The detail of the problem of a request that did not arrive in time. */
export const LATE = 'The request did not arrive in time.';

/** An overloaded process does not log each request that it refuses. */
const isOurs = ({ statusCode = 500, code }: RequestError): boolean => statusCode >= 500 && code !== 'OVERLOADED';

/** Sends the problem document of an error, with its status and headers. */
export function sendProblem(error: RequestError, request: FastifyRequest, reply: FastifyReply) {
  const status = error.statusCode ?? 500;
  if (status === 401 && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer');
  if (status === 415 && !reply.hasHeader('accept-encoding')) reply.header('accept', 'application/json');
  if (status === 408) reply.header('connection', 'close');
  if (status === 503) reply.header('retry-after', '1');
  return reply
    .code(status)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problemFor(error, request)));
}

/** The problem document of an error, for a request. */
export function problemFor(error: RequestError, request: FastifyRequest): Problem {
  const source = { status: error.statusCode ?? 500, code: error.code, detail: error.message, errors: error.parts };
  return problemOf(source, { path: pathOf(request), id: request.id });
}

/** The path of a request, without its query. */
export const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0]!;
