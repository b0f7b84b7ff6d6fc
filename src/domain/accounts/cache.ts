/** How long answers about accounts may be served from memory, in seconds. */
import type { CachePolicy } from '../../engine/cache/policy.ts';

export const profile: CachePolicy = { ttl: 86_400, staleIfError: 3600, negative: 30 };
