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
  /**
   * Share of the ttl by which entries end earlier, drawn for each, so that those made together do not end together.
   * @defaultValue 0.1
   */
  readonly jitter?: number;
  /** Past the ttl: how long the cache serves an entry while it reads the entry again; 0 without it. */
  readonly staleWhileRevalidate?: number;
  /**
   * How long an entry is served past its ttl, or past the last moment at which its changes were known, while no database
   * server answers (`no-server.ts`). Without it the request fails then. Never for permissions.
   * @defaultValue 0
   */
  readonly staleIfError?: number;
  /**
   * The viewers that share an answer. `viewer`, the default: those of a role, or one subject if the policy of a resource
   * says so. `public`: the route is read as the public may read it, for every viewer. A shared cache, such as a CDN, may keep the
   * answer; without `sharedMaxAge` it asks each time whether the answer still holds.
   * @defaultValue `viewer`
   */
  readonly scope?: 'viewer' | 'public';
  /**
   * How long a shared cache may send the answer of a public route without asking, from when the answer was read; at
   * least the ttl. The shared cache must be purged at the acknowledgement of each change: docs/operating/deploy.md says how.
   * @defaultValue 0
   */
  readonly sharedMaxAge?: number;
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

/** @throws {Error} if a policy asks for what cannot be. */
export function checkPolicy({ scope, ttl, sharedMaxAge }: CachePolicy): void {
  if (sharedMaxAge === undefined) return;
  if (scope !== 'public') {
    throw new Error("A cache policy with sharedMaxAge needs scope: 'public', since its answers go to everybody.");
  }
  if (sharedMaxAge < ttl) {
    throw new Error(
      `sharedMaxAge is ${sharedMaxAge} s and ttl ${ttl} s. A shared cache counts from when an answer was read, so it could keep most answers for no time: make sharedMaxAge at least the ttl.`,
    );
  }
}

/** What is known of an answer when it is sent. */
export interface AnswerState {
  /** Whether it holds every change that was committed before it was asked for. */
  readonly isConfirmed: boolean;
  /** Whether it is sent only because no server answers. */
  readonly isRescued: boolean;
  /** Milliseconds since it was read. */
  readonly ageMs: number;
}

/**
 * The `Cache-Control` header. Private caches ask each time whether their answer still holds, and so do shared ones, unless
 * the policy has a `sharedMaxAge` and the answer is confirmed. Nobody keeps a rescued answer.
 */
export function cacheControl({ scope, sharedMaxAge = 0 }: CachePolicy, standing: AnswerState): string {
  if (standing.isRescued) return 'no-store';
  if (scope !== 'public') return 'private, no-cache';
  // The `Age` header is subtracted by the shared cache (RFC 9111, 4.2.3).
  const isShared = standing.isConfirmed && standing.ageMs < sharedMaxAge * 1000;
  return isShared ? `public, max-age=0, must-revalidate, s-maxage=${sharedMaxAge}` : 'public, no-cache';
}
