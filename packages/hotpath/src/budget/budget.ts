/**
 * The budget: how many statements a route may spend on one request, whatever the number of rows. More than that, or the
 * same normalised statement again and again in one request, is what budgets prevent.
 */
import type { Ledger, Repetition } from './ledger.ts';

/** The treatment of a request over budget: it fails, it is logged, or it is counted. */
export type BudgetMode = 'throw' | 'warn' | 'count';

/** How often a statement may not be sent in one request, unless somebody says otherwise. */
export const REPEATED = 3;

/** What a route may spend on one request. */
export interface RouteBudget {
  /** Method and pattern: `GET /users/:id`. */
  readonly route: string;
  /** Statements; `Infinity` for a route that has no budget. */
  readonly budget: number;
  /** From so many times on, the same statement is one too many. */
  readonly repeated?: number;
}

/** The statements of a request beyond its route's budget. */
export interface Overrun {
  readonly route: string;
  readonly budget: number;
  readonly statements: number;
  /** Statements that were sent too often; none if they were merely too many. */
  readonly repeated: readonly Repetition[];
  /** Every statement that was sent. */
  readonly sent: readonly Repetition[];
}

/** What a request spent beyond its route's budget; `undefined` if nothing. */
export function overrunOf(ledger: Ledger, { route, budget, repeated: limit = REPEATED }: RouteBudget) {
  const repeated = ledger.statements >= limit ? ledger.repeated(limit) : [];
  if (ledger.statements <= budget && repeated.length === 0) return undefined;
  return { route, budget, statements: ledger.statements, repeated, sent: ledger.all() } satisfies Overrun;
}

/** So many statements of a request that repeats none are named. */
const NAMED = 20;

/** The overrun in words: the route, each statement that is one too many, how often it was sent, and its lines of code. */
export function explain({ route, budget, statements, repeated, sent }: Overrun): string {
  const bound = budget === Infinity ? '' : `; its budget is ${budget}`;
  const named = repeated.length > 0 ? repeated : sent.slice(0, NAMED);
  return [`${route} sent ${statementCount(statements)}${bound}.`, ...named.map(describe)].join('\n');
}

const describe = ({ statement, times, sites }: Repetition): string =>
  [`  ${times === 1 ? 'once' : `${times} times`}: ${statement}`, ...[...sites].map((site) => `    at ${site}`)].join(
    '\n',
  );

export const statementCount = (statements: number): string => `${statements} statement${statements === 1 ? '' : 's'}`;
