/** Errors of Fastify, ajv, pg and Prisma, as errors of the registry. An unknown error is `internal`. */
import type { FastifyError } from 'fastify';
import { pointerStep } from '../../http/body.ts';
import { type ErrorName, isRequestError, type RequestError, requestError } from '../../http/errors.ts';
import type { ProblemPart } from '../../http/problem.ts';
import { CANCELED, READ_ONLY } from '../../session/error-codes.ts';

/** The error of the registry that stands for a thrown error. */
export function requestErrorOf(error: FastifyError): RequestError {
  if (isRequestError(error)) return error;
  if (error.validation) return validationError(error);
  const known = knownByCode[error.code];
  if (known) return requestError(...known);
  return databaseError(error) ?? clientError(error) ?? requestError('internal', 'Something went wrong on our side.');
}

type Known = readonly [name: ErrorName, detail: string, parts?: readonly ProblemPart[]];

const notJson = 'is not JSON, or has a forbidden name (`__proto__`, `constructor.prototype`)';

const knownByCode: Readonly<Record<string, Known>> = {
  FST_ERR_BAD_URL: ['invalidRequest', 'The path is not a valid URL.'],
  FST_ERR_MAX_PARAM_LENGTH: ['urlTooLong', 'A part of the path is too long.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupportedMediaType', 'The body must be application/json.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalidRequest', 'The body is empty.', [{ pointer: '', detail: 'is empty' }]],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalidRequest', 'The body is not JSON.', [{ pointer: '', detail: notJson }]],
  FST_ERR_HANDLER_TIMEOUT: ['handlerTimeout', 'The request took longer than its time limit.'],
};

function validationError(error: FastifyError): RequestError {
  const where = error.validationContext === 'params' ? 'path' : (error.validationContext ?? 'request');
  const toPart = where === 'body' ? pointing : naming;
  const parts = error.validation!.filter(({ keyword }) => keyword !== 'boolean').flatMap(placesOf);
  return requestError('invalidRequest', `The ${where} is invalid: ${error.message}.`, parts.map(toPart));
}

type Fault = NonNullable<FastifyError['validation']>[number];

interface Place {
  readonly steps: string;
  readonly detail: string;
}

/** The places of a fault, as JSON Pointers: a missing or unknown property has a place of its own. */
function placesOf({ instancePath, params, message: detail = 'is invalid' }: Fault): Place[] {
  const { requiredProperties: missing, additionalProperties: unknown } = params;
  const properties = [missing, unknown, params['missingProperty'], params['additionalProperty']].flat().filter(isName);
  if (properties.length === 0) return [{ steps: instancePath, detail }];
  return properties.map((property) => ({ steps: `${instancePath}/${pointerStep(property)}`, detail }));
}

const isName = (value: unknown): value is string => typeof value === 'string';
const pointing = ({ steps, detail }: Place): ProblemPart => ({ pointer: steps, detail });
const naming = ({ steps, detail }: Place): ProblemPart => ({ parameter: steps.slice(1), detail });

const CONFLICTS: Readonly<Record<string, string>> = {
  23503: 'The request refers to a row that does not exist, or no longer does.',
  40001: 'Another write conflicts with this one; try again.',
  '40P01': 'Another write conflicts with this one; try again.',
};

const UNAVAILABLE = new Set([
  'SESSION_SETTINGS',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
]);

/** The codes that `pg` (SQLSTATE, `code` of a socket error) and Prisma (`P…`) use for a database that is away or slow. */
function databaseError(error: FastifyError): RequestError | undefined {
  const state = (error as { meta?: { driverAdapterError?: { cause?: { originalCode?: string } } } }).meta
    ?.driverAdapterError?.cause?.originalCode;
  const code = state ?? error.code;
  if (code === CANCELED) {
    return requestError('statementTimeout', 'The request exceeded the time limit of the database.');
  }
  if (code === READ_ONLY) {
    return requestError('databaseReadOnly', 'The database takes no writes at the moment; try again shortly.');
  }
  const conflict = CONFLICTS[code ?? ''];
  if (conflict) return requestError('conflict', conflict);
  const away = UNAVAILABLE.has(code) || /^(57P0|08|53)/.test(code ?? '') || CONNECTION_LOST.test(error.message);
  return away ? requestError('databaseUnavailable', 'The database cannot be reached; try again shortly.') : undefined;
}

/**
 * The messages of `pg`, without a code, for a connection that came too late or was lost; and one of PostgreSQL with an
 * ambiguous code.
 */
const CONNECTION_LOST =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|is not currently accepting connections/;

function clientError(error: FastifyError): RequestError | undefined {
  const status = error.statusCode ?? 500;
  return status >= 400 && status < 500 ? requestError('invalidRequest', error.message) : undefined;
}
