/**
 * The budget: the number of statements that a route may spend on one request, whatever the number of rows. A request
 * that sends more, or sends one normalised statement too often, is over budget.
 */
import type { Ledger, Repetition } from './ledger.ts';

/** The treatment of a request over budget: it fails, it is logged, or it is counted. */
export type BudgetMode = 'throw' | 'warn' | 'count';

/** The default number of times at which a repeated statement is over budget. */
export const REPEATED = 3;

/** The budget of a route. */
export interface RouteBudget {
  /** Method and pattern: `GET /users/:id`. */
  readonly route: string;
  /** The number of statements; `Infinity` for a route that has no budget. */
  readonly budget: number;
  /** The number of times at which a repeated statement is over budget. */
  readonly repeated?: number;
}

/** The statements of a request beyond its route's budget. */
export interface Overrun {
  readonly route: string;
  readonly budget: number;
  readonly statements: number;
  /** Statements that the request sent too often; empty if only the total is over budget. */
  readonly repeated: readonly Repetition[];
  /** Every statement that the request sent. */
  readonly sent: readonly Repetition[];
}

/** The statements of a request beyond its route's budget; `undefined` if the request is within the budget. */
export function overrunOf(ledger: Ledger, { route, budget, repeated: limit = REPEATED }: RouteBudget) {
  const repeated = ledger.statements >= limit ? ledger.repeated(limit) : [];
  if (ledger.statements <= budget && repeated.length === 0) return undefined;
  return { route, budget, statements: ledger.statements, repeated, sent: ledger.all() } satisfies Overrun;
}

/** The message names at most this number of statements if the request repeats none. */
const NAMED = 20;

/**
 * The overrun in words: the route, the statements over budget, how often the request sent each, and the lines of code.
 */
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
