/**
 * `hotpath/budget`: the guard against N+1 alone, for an existing Fastify application on Prisma, Drizzle or `pg`.
 *
 *     import { budgets } from 'hotpath/budget';
 *     app.register(budgets, { pool, mode: 'throw' });
 *
 * Without Fastify, a test can count the statements of a piece of code:
 *
 *     const ledger = new Ledger({ sites: true });
 *     await withLedger(ledger, () => work());
 *     ledger.repeated(3);   // statements sent three times or more, with their lines
 */
export type { BudgetMode, Overrun } from './budget.ts';
export { budgets } from './budgets.ts';
export { countStatements } from './count-statements.ts';
export { currentLedger, Ledger, type LedgerOptions, type Repetition, withLedger } from './ledger.ts';
export type { BudgetsOptions } from './options.ts';
