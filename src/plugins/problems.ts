/**
 * The error handler: turns whatever was thrown into a problem document. What is not of the registry is logged whole
 * and told as `internal`, so that no SQL, path or stack leaves the process.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { isRequestError, type RequestError, requestError } from '../engine/http/errors.ts';
import { PROBLEM_MEDIA_TYPE, type Problem, problemOf } from '../engine/http/problem.ts';

export const problems = fp(
  async (app) => {
    app.setErrorHandler((error: FastifyError, request, reply) => send(requestErrorOf(error), error, request, reply));
    app.setNotFoundHandler((request, reply) => {
      const error = requestError('notFound', `There is no route ${request.method} ${pathOf(request)}.`);
      return send(error, error, request, reply);
    });
  },
  { name: 'problems' },
);

function send(error: RequestError, cause: Error, request: FastifyRequest, reply: FastifyReply) {
  const status = error.statusCode ?? 500;
  if (status >= 500) request.log.error({ err: cause }, error.message);
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (status === 503) reply.header('retry-after', '1');
  return reply
    .code(status)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problemFor(error, request)));
}

export function problemFor(error: RequestError, request: FastifyRequest): Problem {
  const source = { status: error.statusCode ?? 500, code: error.code, detail: error.message, errors: error.parts };
  return problemOf(source, { path: pathOf(request), id: request.id });
}

const pathOf = (request: FastifyRequest) => request.url.split('?', 1)[0]!;

function requestErrorOf(error: FastifyError): RequestError {
  if (isRequestError(error)) return error;
  if (error.validation) return validationError(error);
  return knownByCode[error.code]?.() ?? databaseError(error) ?? clientError(error) ?? unexpected();
}

const unexpected = () => requestError('internal', 'Something went wrong on our side.');

function validationError(error: FastifyError): RequestError {
  const where = error.validationContext === 'params' ? 'path' : (error.validationContext ?? 'request');
  const parts = error.validation!.map((fault) => {
    const name =
      fault.instancePath.slice(1) || String(fault.params['missingProperty'] ?? fault.params['additionalProperty']);
    const detail = fault.message ?? 'does not fit';
    return where === 'body' ? { pointer: fault.instancePath || '/', detail } : { parameter: name, detail };
  });
  return requestError('invalidRequest', `The ${where} does not fit: ${error.message}.`, parts);
}

const knownByCode: Readonly<Record<string, () => RequestError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => requestError('bodyTooLarge', 'The body is larger than this service accepts.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => requestError('unsupportedMediaType', 'The body must be application/json.'),
  FST_ERR_BAD_URL: () => requestError('invalidRequest', 'The path is not a valid URL.'),
};

const UNAVAILABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'P1001', 'P1002', 'P1008', 'P1017', 'P2024']);

/** The codes that `pg` (SQLSTATE, `code` of a socket error) and Prisma (`P…`) use for a database that is away or slow. */
function databaseError(error: FastifyError): RequestError | undefined {
  const state = (error as { meta?: { driverAdapterError?: { cause?: { originalCode?: string } } } }).meta
    ?.driverAdapterError?.cause?.originalCode;
  const code = state ?? error.code;
  if (code === '57014') {
    return requestError('statementTimeout', 'The database took longer over this request than it may.');
  }
  const away = UNAVAILABLE.has(code) || /^(57P0|08|53)/.test(code ?? '') || CONNECTION_LOST.test(error.message);
  return away ? requestError('databaseUnavailable', 'The database cannot be reached; try again shortly.') : undefined;
}

/** What `pg` says without a code when it waits too long for a connection or loses one. */
const CONNECTION_LOST =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/;

function clientError(error: FastifyError): RequestError | undefined {
  const status = error.statusCode ?? 500;
  return status >= 400 && status < 500 ? requestError('invalidRequest', error.message) : undefined;
}
