import { ACCEPTS_NO_SESSION } from './error-codes.ts';
import { NO_ANSWER } from './silent-connection.ts';

/**
 * Whether an error says that no PostgreSQL server answers. It is narrower than "the request failed": the cache sends an
 * expired answer only while no server could give a newer one.
 *
 * These errors say so:
 * - No connection could be opened: it was refused, its host was unreachable or unknown, or nothing answered in time.
 * - A connection broke before the answer came, as all do when a server crashes, or stayed silent for longer than a
 *   statement may take.
 * - The server accepts no session: it starts, stops or recovers (57P03).
 * - PgBouncer 1.24 or newer says that it could not connect. Older versions say the same about a server that is away and
 *   about a server without a free connection.
 *
 * Every other error in PostgreSQL's protocol comes from a server or a pooler that answers: too many connections
 * (53300), a cancelled statement (57014), the queue or the retries of a pooler. So does 57P01: an administrator may end
 * a single session, and a server that stops refuses the next connection. If all connections of the service's own pool
 * are in use, that says nothing about the server.
 */
export function saysNoServer(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '', severity } = error as { code?: string; severity?: string };
  if (severity !== undefined) return code === ACCEPTS_NO_SESSION || POOLER_FOUND_NONE.test(error.message);
  if (error.message === OPENED_TOO_SLOWLY) return !hasAnswered(error.cause);
  return NETWORK.has(code) || error.message === NO_ANSWER || BROKEN.test(error.message);
}

const POOLER_FOUND_NONE = /cached error: (connect failed|cannot connect|connect timeout|server DNS lookup failed)/;

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  // The socket file of a server that does not run.
  'ENOENT',
]);

/** The messages of `pg`, which have no code. */
const BROKEN =
  /^(timeout expired|Connection terminated( unexpectedly)?|Client has encountered a connection error and is not queryable)$/;

/** The pool's message for a connection that was not ready in time. Its cause is the error of the connection. */
const OPENED_TOO_SLOWLY = 'Connection terminated due to connection timeout';

const ANSWERED = Symbol('answered');

/** Marks the error of a connection whose server, or pooler, had accepted the session before. */
export const afterAnswer = <E extends Error>(error: E): E => Object.assign(error, { [ANSWERED]: true });

const hasAnswered = (error: unknown): boolean => (error as { [ANSWERED]?: true } | undefined)?.[ANSWERED] === true;
