/**
 * How long the cache serves answers about projects, in seconds. The routes' guard still checks every request, so a viewer
 * gets nothing after losing the permission.
 */
import type { CachePolicy } from 'hotpath';

export const metadata: CachePolicy = { ttl: 86_400, staleIfError: 3600, negative: 30 };
