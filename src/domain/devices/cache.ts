/** How long answers about devices may be served from memory, in seconds. */
import type { CachePolicy } from 'hotpath';

export const deviceLists: CachePolicy = { ttl: 300, staleWhileRevalidate: 60, staleIfError: 3600 };

export const readings: CachePolicy = { ttl: 30, staleWhileRevalidate: 10, staleIfError: 300 };
