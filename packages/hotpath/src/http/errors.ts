/**
 * The error registry: every error that a client can meet, once. An error's code is the `code` of its problem document
 * and a heading of docs/reference/errors.md; a test compares the two. A service adds errors of its own:
 *
 *     export const domainErrors = defineErrors({ outOfStock: ['OUT_OF_STOCK', 409] });
 *     throw domainErrors.error('outOfStock', 'Not enough is in stock.');
 */
import createError, { type FastifyError } from '@fastify/error';
import type { ProblemPart } from './problem.ts';

/** An error of a registry, with the parts of the request that it points at. */
export interface RequestError extends FastifyError {
  parts?: readonly ProblemPart[];
}

/** By name: the code of the error's problem document, and the status of its reply. */
export type ErrorDefinitions = Readonly<Record<string, readonly [code: string, status: number]>>;

export interface ErrorRegistry<Name extends string = string> {
  readonly definitions: Readonly<Record<Name, readonly [code: string, status: number]>>;
  /** Makes an error. The client sees `detail`. */
  error(name: Name, detail: string, parts?: readonly ProblemPart[]): RequestError;
  /** The codes that a problem document of this status may have. */
  codesOf(status: number): string[];
}

/** The symbol is the same in each copy of the package that a process has. */
const IS_REQUEST_ERROR = Symbol.for('hotpath.request-error');
const CODE = /^[A-Z][A-Z0-9_]*$/;

/**
 * A registry of errors of a service of its own.
 * @throws TypeError for a code that is not an upper-case name, or a status that is not an error status.
 */
export function defineErrors<const D extends ErrorDefinitions>(
  definitions: D,
): ErrorRegistry<Extract<keyof D, string>> {
  const constructors = new Map(Object.entries(definitions).map(([name, [code, status]]) => [name, make(code, status)]));
  return {
    definitions,
    error(name, detail, parts) {
      const error: RequestError = new (constructors.get(name)!)(detail);
      return Object.assign(error, { [IS_REQUEST_ERROR]: true }, parts && { parts });
    },
    codesOf: (status) => Object.values(definitions).flatMap(([code, own]) => (own === status ? code : [])),
  };
}

function make(code: string, status: number) {
  if (CODE.test(code) && status >= 400 && status <= 599) return createError(code, '%s', status);
  throw new TypeError(`An error is defined as ['CODE', 400 to 599], not as ['${code}', ${status}].`);
}

const definitions = {
  invalidRequest: ['INVALID_REQUEST', 400],
  unauthenticated: ['UNAUTHENTICATED', 401],
  forbidden: ['FORBIDDEN', 403],
  notFound: ['NOT_FOUND', 404],
  methodNotAllowed: ['METHOD_NOT_ALLOWED', 405],
  requestTimeout: ['REQUEST_TIMEOUT', 408],
  conflict: ['CONFLICT', 409],
  alreadyExists: ['ALREADY_EXISTS', 409],
  linkExpired: ['LINK_EXPIRED', 410],
  preconditionFailed: ['PRECONDITION_FAILED', 412],
  bodyTooLarge: ['BODY_TOO_LARGE', 413],
  urlTooLong: ['URL_TOO_LONG', 414],
  unsupportedMediaType: ['UNSUPPORTED_MEDIA_TYPE', 415],
  expectationFailed: ['EXPECTATION_FAILED', 417],
  rateLimited: ['RATE_LIMITED', 429],
  headersTooLarge: ['HEADERS_TOO_LARGE', 431],
  idempotencyKeyReused: ['IDEMPOTENCY_KEY_REUSED', 422],
  internal: ['INTERNAL', 500],
  budgetExceeded: ['BUDGET_EXCEEDED', 500],
  databaseReadOnly: ['DATABASE_READ_ONLY', 503],
  databaseUnavailable: ['DATABASE_UNAVAILABLE', 503],
  keysUnavailable: ['KEYS_UNAVAILABLE', 503],
  notReady: ['NOT_READY', 503],
  overloaded: ['OVERLOADED', 503],
  shuttingDown: ['SHUTTING_DOWN', 503],
  warmingUp: ['WARMING_UP', 503],
  handlerTimeout: ['HANDLER_TIMEOUT', 504],
  statementTimeout: ['STATEMENT_TIMEOUT', 504],
} as const satisfies ErrorDefinitions;

/** The library's own errors. */
export const errors = defineErrors(definitions);

/** The name of one of the library's own errors. */
export type ErrorName = keyof typeof definitions;

/** Makes an error of the library's own. The client sees `detail`. */
export const requestError = (name: ErrorName, detail: string, parts?: readonly ProblemPart[]): RequestError =>
  errors.error(name, detail, parts);

/** Whether an error belongs to a registry. A client must not see the details of any other error. */
export const isRequestError = (error: unknown): error is RequestError =>
  error instanceof Error && IS_REQUEST_ERROR in error;
