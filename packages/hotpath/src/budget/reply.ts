/**
 * The changes that `budgets` makes to a reply: the header that shows the cost, and the problem document of a request
 * over budget.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestError } from '../http/errors.ts';
import { PROBLEM_MEDIA_TYPE, problemOf } from '../http/problem.ts';
import { statementCount } from './budget.ts';
import type { Ledger } from './ledger.ts';
import type { CheckedOptions } from './options.ts';

const SERVER_TIMING = 'server-timing';

export function showCost({ durationMs, statements }: Ledger, reply: FastifyReply, options: CheckedOptions): void {
  if (!options.serverTiming) return;
  const cost = durationMs === 0 && statements === 0 ? NO_COST : costText(durationMs, statements);
  const others = reply.getHeader(SERVER_TIMING);
  reply.header(
    SERVER_TIMING,
    others === undefined ? cost : `${cost}, ${Array.isArray(others) ? others.join(', ') : others}`,
  );
}

const costText = (durationMs: number, statements: number): string =>
  `db;dur=${durationMs.toFixed(2)};desc="${statementCount(statements)}"`;

/** Of an answer from memory, whose headers take longer than its look-up. */
const NO_COST = costText(0, 0);

/** Removes the headers of the application that show the cost. */
export function hideCost(reply: FastifyReply, { costHeaders }: CheckedOptions): void {
  for (const name of costHeaders) reply.removeHeader(name);
}

/** Headers of the replaced payload, and headers that would let a cache keep the problem document. */
const OF_THE_PAYLOAD = [
  'accept-ranges',
  'cdn-cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'etag',
  'expires',
  'last-modified',
  'surrogate-control',
  'transfer-encoding',
];

interface Replaced {
  readonly error: RequestError;
  readonly payload: unknown;
}

/** Replaces the reply directly: an error in an `onSend` hook does not reach the application's error handler. */
export function problemInstead({ error, payload }: Replaced, request: FastifyRequest, reply: FastifyReply): string {
  discard(payload);
  for (const name of OF_THE_PAYLOAD) reply.removeHeader(name);
  reply.code(500).header('content-type', PROBLEM_MEDIA_TYPE).header('cache-control', 'no-store');
  const source = { status: 500, code: error.code, detail: error.message };
  return JSON.stringify(problemOf(source, { path: request.url.split('?', 1)[0]!, id: request.id }));
}

interface StreamLike {
  readonly pipe?: unknown;
  readonly getReader?: unknown;
  readonly body?: StreamLike | null;
  destroy?(): void;
  cancel?(): Promise<void>;
}

/** Whether a payload is read while it is sent: a stream of Node.js, a web stream, or a `Response`. */
export function isStream(payload: unknown): boolean {
  const { pipe, getReader, body } = Object(payload) as StreamLike;
  return typeof pipe === 'function' || typeof getReader === 'function' || typeof body?.getReader === 'function';
}

/** Releases the resources of an unread stream, such as a connection. */
function discard(payload: unknown): void {
  if (!isStream(payload)) return;
  const stream = payload as StreamLike;
  if (typeof stream.destroy === 'function') stream.destroy();
  else (stream.body ?? stream).cancel?.().catch(() => {});
}
