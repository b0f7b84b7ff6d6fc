/** One request as the ring keeps it: a line, and its details if it has any. */
import type { Ringed } from './ring.ts';
import type { KeptHeaders } from './secrets.ts';
import type { Trail } from './trail.ts';

export interface RequestRecord extends Ringed {
  readonly method: string;
  /** The pattern of the route; empty for a path that has none. */
  readonly route: string;
  /** Path and query, without secrets. */
  readonly url: string;
  /** 499 if the client left before the reply was out. */
  readonly status: number;
  readonly ms: number;
  /** Answers from memory that its route gave since its record before, and that have no record of their own. */
  readonly unlisted: number;
  /** The time that these took together, in milliseconds. */
  readonly unlistedMs: number;
  /** When it came, by `performance.now()`. */
  readonly startedAt: number;
  readonly statements: number;
  /** Time from sending statements to their results, added up, in milliseconds. */
  readonly databaseMs: number;
  /** Statements that its route may send; undefined for a route without a budget. */
  readonly budget: number | undefined;
  /** How often it sent the statement that it repeated most; 0 if it repeated none too often. */
  readonly repeated: number;
  /** Whether it sent more than its budget, or repeated a statement. */
  readonly isOver: boolean;
  /** The tier and the outcome of a cached route. */
  readonly tier: string | undefined;
  readonly outcome: string | undefined;
  /** Of the body as it was sent; undefined where that is not known. */
  readonly bytes: number | undefined;
  /** The viewer's role; undefined for the public, and where the server knows no viewers. */
  readonly role: string | undefined;
  /** Distinguishes viewers; no page and no reply shows it. */
  readonly viewerKey: string;
  readonly traceId: string | undefined;
  readonly requestId: string;
  readonly requestHeaders: KeptHeaders | undefined;
  readonly replyHeaders: KeptHeaders | undefined;
  readonly trail: Trail | undefined;
}

/** A request as a server reports it, before the ring numbers it. */
export type SeenRequest = Omit<RequestRecord, 'id' | 'keptBytes' | 'trail'>;
