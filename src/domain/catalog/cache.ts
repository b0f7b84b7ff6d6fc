/** How long the cache serves answers about the catalogue, in seconds. */
import type { CachePolicy } from 'hotpath';

export const products: CachePolicy = { ttl: 300, staleWhileRevalidate: 60, staleIfError: 3600, negative: 30 };
