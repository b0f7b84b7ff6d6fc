/** How long the cache serves answers about accounts, in seconds. */
import type { CachePolicy } from 'hotpath';

export const profile: CachePolicy = { ttl: 86_400, staleIfError: 3600, negative: 30 };
