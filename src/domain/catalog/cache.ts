/** How long answers about the catalogue may be served from memory, in seconds. */
import type { CachePolicy } from 'hotpath';

export const products: CachePolicy = { ttl: 300, staleWhileRevalidate: 60, staleIfError: 3600, negative: 30 };
