/**
 * `hotpath/fastify`: reads made of resources in a Fastify server, the cache that keeps them, and writes that respect
 * both.
 */
// The additions of these files to Fastify's types: an import of their values alone leaves no trace in declarations.
import '../budget/budgets.ts';
import './reads/cached-reply.ts';
import './route-config.ts';
import './writes/catch-up.ts';

export type { PoolOrUrl } from '../budget/reading-pool.ts';
export { type RedisClient, type ScriptCommand, scriptCommand } from '../cache/redis-client.ts';
export type { FreshnessOptions } from './cache/follow-changes.ts';
export type { CacheOptions } from './cache/open-cache.ts';
export { type TelemetryOptions, type TraceOnDemandOptions, telemetry, traceOnDemand } from './edge/telemetry.ts';
export type { GivenViewer, ViewerOf } from './edge/viewer.ts';
export { type HotpathOptions, hotpath } from './hotpath.ts';
export type { Hotpath, SharedRedis } from './instance.ts';
export type { RawQueries, Register, RegisteredClient, RegisteredTransaction } from './prisma-client.ts';
export { sendJson } from './reads/plain-reply.ts';
export type { PageMeta } from './reads/read-kinds.ts';
export type { ReadRoute } from './reads/read-route.ts';
export { type RowPlace, readRow } from './reads/row.ts';
export type { ServedRead } from './reads/served-reads.ts';
export { type Change, changeRow, type RowChange, sendChanged } from './writes/change.ts';
export { type Created, createOnce } from './writes/creation.ts';
export { KEY_STATEMENTS } from './writes/idempotency-key.ts';
export {
  type CurrentVersion,
  ifMatch,
  isConditional,
  type LockedChange,
  lockIfMatch,
  mustHoldFor,
} from './writes/preconditions.ts';
