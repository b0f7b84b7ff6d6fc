/**
 * The budget: how many statements a route may spend on one request, whatever the number of rows. Over it, or the same
 * normalised statement three times in one request, is what this service exists to prevent.
 */
import type { Ledger, Repetition } from './ledger.ts';

/** What happens to a request over budget: it fails, it is logged, or it is counted. */
export type BudgetMode = 'throw' | 'warn' | 'count';

/** How often a statement may not be repeated in one request. */
const REPEATED = 3;

export interface Overrun {
  readonly route: string;
  readonly budget: number;
  readonly statements: number;
  readonly repeated: readonly Repetition[];
}

/** What a request spent beyond its route's budget; `undefined` if nothing. */
export function overrunOf(ledger: Ledger, { route, budget }: { route: string; budget: number }): Overrun | undefined {
  const repeated = ledger.statements >= REPEATED ? ledger.repeated(REPEATED) : [];
  if (ledger.statements <= budget && repeated.length === 0) return undefined;
  return { route, budget, statements: ledger.statements, repeated };
}

/** The overrun in words: the route, each repeated statement, how often, and the line of code. */
export function explain({ route, budget, statements, repeated }: Overrun): string {
  const head = `${route} sent ${plural(statements)}; its budget is ${budget}.`;
  const lines = repeated.map(
    ({ statement, times, sites }) =>
      `  ${times} times: ${statement}${[...sites].map((site) => `\n    at ${site}`).join('')}`,
  );
  return [head, ...lines].join('\n');
}

export const plural = (statements: number): string => `${statements} statement${statements === 1 ? '' : 's'}`;
