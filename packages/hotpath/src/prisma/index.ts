/**
 * `hotpath/prisma`: extensions of Prisma Client. They work without Fastify.
 *
 * - `compiledReads`: `json()` and `jsonMany()`, one statement each, on every model.
 * - `callSites`: the line of code of each statement, for `hotpath/budget`.
 */

export { CompileError, type CompileErrorCode } from '../compile/error.ts';
export { callSites } from './call-sites.ts';
export { type CompiledReadsOptions, compiledReads } from './compiled-reads.ts';
