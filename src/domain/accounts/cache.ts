/** How long answers about accounts may be served from memory, in seconds. */
import type { CachePolicy } from 'hotpath';

export const profile: CachePolicy = { ttl: 86_400, staleIfError: 3600, negative: 30 };
