/** How long the cache serves answers of the feed, in seconds. */
import type { CachePolicy } from 'hotpath';

export const homes: CachePolicy = { ttl: 60, staleWhileRevalidate: 60, staleIfError: 600, negative: 30 };
