/** How long the cache serves answers about payments, in seconds. */
import type { CachePolicy } from 'hotpath';

export const dashboards: CachePolicy = { ttl: 60, staleWhileRevalidate: 60, staleIfError: 600, negative: 30 };

/** The same for all viewers, so that a CDN may keep them, too. */
export const categories: CachePolicy = {
  ttl: 3600,
  staleWhileRevalidate: 600,
  staleIfError: 86_400,
  scope: 'public',
};
