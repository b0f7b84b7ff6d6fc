/**
 * A cache policy: how long what a route answers with may be served from memory. Plain data, in a module's `cache.ts`.
 *
 * Times bound how old an entry gets, not how wrong: an entry that a committed change has outdated is never served,
 * whatever its policy says. All times are in seconds.
 */
import type { Times } from './entry.ts';

export interface CachePolicy {
  /** How long an entry is served. */
  readonly ttl: number;
  /** Share of the ttl by which entries end earlier, drawn for each, so that those made together do not end together. */
  readonly jitter?: number;
  /** Past the ttl: how long an entry is served while it is read anew. */
  readonly staleWhileRevalidate?: number;
  /** Past the ttl: how long an entry is served while the database is away. Never for permissions. */
  readonly staleIfError?: number;
  /**
   * Whose answer it is. `viewer`, the default: a role's, or one subject's where the policy of a resource says so.
   * `public`: the route is read as the public may read it, whoever asks, so that shared caches may keep the answer.
   */
  readonly scope?: 'viewer' | 'public';
  /** How long it is remembered that there is no such row; not at all without it. */
  readonly negative?: number;
}

const DEFAULT_JITTER = 0.1;

/** The times of one entry; a ttl of 0 is not kept. @param random from 0 to 1. */
export function timesFor(policy: CachePolicy, status: 200 | 404, random: number): Times {
  const { ttl, jitter = DEFAULT_JITTER, staleWhileRevalidate = 0, staleIfError = 0, negative = 0 } = policy;
  const seconds = status === 200 ? ttl : negative;
  return {
    ttlMs: Math.round(seconds * 1000 * (1 - jitter * random)),
    staleMs: status === 200 ? staleWhileRevalidate * 1000 : 0,
    rescueMs: staleIfError * 1000,
  };
}

/** The `Cache-Control` header. Browsers ask each time whether theirs is still right; shared caches, of public routes, do not. */
export const cacheControl = ({ scope, ttl }: CachePolicy): string =>
  scope === 'public' ? `public, max-age=0, s-maxage=${ttl}` : 'private, no-cache';
