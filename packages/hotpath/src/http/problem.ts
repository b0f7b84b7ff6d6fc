/**
 * The problem document: the form of every refusal and failure (RFC 9457, `application/problem+json`). `code` is stable
 * and documented in docs/reference/errors.md. `detail` is for people. `errors` points at the invalid parts of the
 * request.
 */
import { STATUS_CODES } from 'node:http';

/** The media type of problem documents (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/**
 * The place in the request that a refusal points at: a query or path parameter, a header, or a place in the body (JSON
 * Pointer).
 */
export interface ProblemPart {
  readonly parameter?: string;
  readonly pointer?: string;
  readonly detail: string;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance: string;
  readonly requestId: string;
  readonly errors?: readonly ProblemPart[];
}

export interface ProblemSource {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly ProblemPart[] | undefined;
}

/**
 * The problem document of a refusal or failure.
 * @param request the path without its query (a query may contain private values) and the request's id.
 */
export function problemOf(source: ProblemSource, request: { path: string; id: string }): Problem {
  return {
    type: `urn:hotpath:problem:${source.code.toLowerCase().replaceAll('_', '-')}`,
    title: STATUS_CODES[source.status] ?? 'Error',
    status: source.status,
    code: source.code,
    detail: source.detail,
    instance: request.path,
    requestId: request.id,
    ...(source.errors ? { errors: source.errors } : {}),
  };
}
