/** How long the cache serves answers about devices, in seconds. */
import type { CachePolicy } from 'hotpath';

export const deviceLists: CachePolicy = { ttl: 300, staleWhileRevalidate: 60, staleIfError: 3600 };

export const readings: CachePolicy = { ttl: 30, staleWhileRevalidate: 10, staleIfError: 300 };
