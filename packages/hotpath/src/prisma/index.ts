/**
 * `hotpath/prisma`: extensions of Prisma Client. They work without Fastify.
 *
 * - `compiledReads`: `json()` and `jsonMany()`, one statement each, on every model.
 * - `callSites`: the line of code of each statement, for `hotpath/budget`.
 */
export { type CompiledReadsOptions, compiledReads, type ManyRows, type OneRow } from '../compile/extension.ts';
export { callSites } from './call-sites.ts';
