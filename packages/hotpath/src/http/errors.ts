/**
 * The error registry: every error that a consumer can meet, once. An error's code is the `code` of its problem
 * document and a heading of docs/errors.md; a test ties the two.
 */
import createError, { type FastifyError } from '@fastify/error';
import type { ProblemPart } from './problem.ts';

/** An error of the registry, with the parts of the request that it points at. */
export interface RequestError extends FastifyError {
  parts?: readonly ProblemPart[];
}

export const errors = {
  invalidRequest: createError('INVALID_REQUEST', '%s', 400),
  unauthenticated: createError('UNAUTHENTICATED', '%s', 401),
  forbidden: createError('FORBIDDEN', '%s', 403),
  notFound: createError('NOT_FOUND', '%s', 404),
  methodNotAllowed: createError('METHOD_NOT_ALLOWED', '%s', 405),
  requestTimeout: createError('REQUEST_TIMEOUT', '%s', 408),
  conflict: createError('CONFLICT', '%s', 409),
  alreadyExists: createError('ALREADY_EXISTS', '%s', 409),
  outOfStock: createError('OUT_OF_STOCK', '%s', 409),
  lastOwner: createError('LAST_OWNER', '%s', 409),
  linkExpired: createError('LINK_EXPIRED', '%s', 410),
  preconditionFailed: createError('PRECONDITION_FAILED', '%s', 412),
  bodyTooLarge: createError('BODY_TOO_LARGE', '%s', 413),
  urlTooLong: createError('URL_TOO_LONG', '%s', 414),
  unsupportedMediaType: createError('UNSUPPORTED_MEDIA_TYPE', '%s', 415),
  expectationFailed: createError('EXPECTATION_FAILED', '%s', 417),
  rateLimited: createError('RATE_LIMITED', '%s', 429),
  headersTooLarge: createError('HEADERS_TOO_LARGE', '%s', 431),
  idempotencyKeyReused: createError('IDEMPOTENCY_KEY_REUSED', '%s', 422),
  internal: createError('INTERNAL', '%s', 500),
  budgetExceeded: createError('BUDGET_EXCEEDED', '%s', 500),
  databaseReadOnly: createError('DATABASE_READ_ONLY', '%s', 503),
  databaseUnavailable: createError('DATABASE_UNAVAILABLE', '%s', 503),
  keysUnavailable: createError('KEYS_UNAVAILABLE', '%s', 503),
  notReady: createError('NOT_READY', '%s', 503),
  overloaded: createError('OVERLOADED', '%s', 503),
  shuttingDown: createError('SHUTTING_DOWN', '%s', 503),
  warmingUp: createError('WARMING_UP', '%s', 503),
  handlerTimeout: createError('HANDLER_TIMEOUT', '%s', 504),
  statementTimeout: createError('STATEMENT_TIMEOUT', '%s', 504),
};

export type ErrorName = keyof typeof errors;

/** Makes an error of the registry. `detail` is shown to the consumer. */
export function requestError(name: ErrorName, detail: string, parts?: readonly ProblemPart[]): RequestError {
  const error: RequestError = new errors[name](detail);
  return parts ? Object.assign(error, { parts }) : error;
}

const every: readonly FastifyError[] = Object.values(errors).map((Constructor) => new Constructor(''));
const registered: ReadonlySet<string> = new Set(every.map(({ code }) => code));

/** The codes that a problem document of this status may have. */
export const codesOf = (status: number): string[] =>
  every.filter(({ statusCode }) => statusCode === status).map(({ code }) => code);

/** Tells an error of the registry from one that a consumer must not see the inside of. */
export const isRequestError = (error: unknown): error is RequestError =>
  error instanceof Error && registered.has((error as FastifyError).code);
