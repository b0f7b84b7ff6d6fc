/** The plugins of the service. */
export { auth } from './auth/auth.ts';
export { bodies } from './bodies.ts';
export { compression } from './compression.ts';
export { database } from './database.ts';
export { deadline } from './deadline.ts';
export { docs, docsRoutes } from './docs/docs.ts';
export { files } from './files.ts';
export { marketplaceJobs } from './jobs.ts';
export { overload } from './overload/overload.ts';
export { rateLimit } from './rate-limit.ts';
export { redis } from './redis/redis.ts';
export { requestHead } from './request-head.ts';
export { requestId } from './request-id.ts';
export { requestLine } from './request-line.ts';
export { requestLog } from './request-log.ts';
export { security } from './security.ts';
export { validation } from './validation.ts';
