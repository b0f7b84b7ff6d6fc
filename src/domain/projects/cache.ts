/**
 * How long answers about projects may be served from memory, in seconds. The routes' guard is asked on every request
 * all the same, so nobody is served what he may no longer see.
 */
import type { CachePolicy } from 'hotpath';

export const metadata: CachePolicy = { ttl: 86_400, staleIfError: 3600, negative: 30 };
