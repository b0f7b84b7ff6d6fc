/**
 * A cache policy: how long the cache may serve the answers of a route. Plain data, in a module's `cache.ts`.
 *
 * Times bound how old an entry gets, not how wrong: the cache never serves an entry that a committed change has
 * outdated, whatever its policy says. All times are in seconds.
 */
import type { Times } from './entry.ts';

export interface CachePolicy {
  /** How long an entry is served. */
  readonly ttl: number;
  /**
   * The share of the ttl by which entries end earlier, drawn for each entry, so that entries made together do not end
   * together.
   * @defaultValue 0.1
   */
  readonly jitter?: number;
  /** Past the ttl: how long the cache serves an entry while it reads the entry again; 0 without it. */
  readonly staleWhileRevalidate?: number;
  /**
   * How long the cache serves an entry while no database server answers (`no-server.ts`), counted from the end of its
   * ttl or from the last moment at which its changes were known. Without it the request fails then. Never use it for
   * permissions.
   * @defaultValue 0
   */
  readonly staleIfError?: number;
  /**
   * The viewers that share an answer. `viewer`, the default: the viewers of a role, or one subject if the policy of a
   * resource says so. `public`: every viewer gets the public's answer. A shared cache, such as a CDN, may keep the
   * answer; without `sharedMaxAge` it revalidates the answer each time.
   * @defaultValue `viewer`
   */
  readonly scope?: 'viewer' | 'public';
  /**
   * How long a shared cache may send the answer of a public route without revalidation, counted from the read of the
   * answer; at least the ttl. The team must purge the shared cache at the acknowledgement of each change:
   * docs/operating/deploy.md says how.
   * @defaultValue 0
   */
  readonly sharedMaxAge?: number;
  /** How long the cache remembers that a row does not exist; not at all without it. */
  readonly negative?: number;
}

const DEFAULT_JITTER = 0.1;

/** The times of one entry; an entry with a ttl of 0 is not kept. @param random from 0 to 1. */
export function timesFor(policy: CachePolicy, status: 200 | 404, random: number): Times {
  const { ttl, jitter = DEFAULT_JITTER, staleWhileRevalidate = 0, staleIfError = 0, negative = 0 } = policy;
  const seconds = status === 200 ? ttl : negative;
  return {
    ttlMs: millisecondsOf(seconds * (1 - jitter * random)),
    staleMs: status === 200 ? millisecondsOf(staleWhileRevalidate) : 0,
    rescueMs: millisecondsOf(staleIfError),
  };
}

/** An entry in Redis has 32 bits for each of its times, which are 49 days. */
const LONGEST_MS = 2 ** 32 - 1;

const millisecondsOf = (seconds: number): number => Math.min(Math.round(seconds * 1000), LONGEST_MS);

/** @throws {Error} if a policy contradicts itself, or has an invalid time. */
export function checkPolicy(policy: CachePolicy): void {
  const { scope, ttl, sharedMaxAge, staleWhileRevalidate, staleIfError, negative, jitter } = policy;
  for (const [name, seconds] of Object.entries({ ttl, sharedMaxAge, staleWhileRevalidate, staleIfError, negative })) {
    if (seconds !== undefined && !(seconds >= 0))
      throw new Error(`${name} is ${seconds}, but must be seconds from 0 on.`);
  }
  if (jitter !== undefined && !(jitter >= 0 && jitter <= 1))
    throw new Error(`jitter is ${jitter}, but must be a share from 0 to 1.`);
  if (sharedMaxAge === undefined) return;
  if (scope !== 'public') {
    throw new Error(
      "A cache policy with sharedMaxAge needs scope: 'public', because shared caches send its answers to every client.",
    );
  }
  if (sharedMaxAge < ttl) {
    throw new Error(
      `sharedMaxAge is ${sharedMaxAge} s and ttl ${ttl} s. A shared cache counts from the read of an answer, so it could keep most answers for no time: make sharedMaxAge at least the ttl.`,
    );
  }
}

/** The state of an answer when it is sent. */
export interface AnswerState {
  /** Whether it contains every change that was committed before the request came. */
  readonly isConfirmed: boolean;
  /** Whether it is sent only because no server answers. */
  readonly isRescued: boolean;
  /** Milliseconds since it was read. */
  readonly ageMs: number;
}

/**
 * The `Cache-Control` header. Private caches revalidate their answer each time. So do shared caches, unless the policy
 * has a `sharedMaxAge` and the answer is confirmed. No cache keeps a rescued answer.
 */
export function cacheControl({ scope, sharedMaxAge = 0 }: CachePolicy, standing: AnswerState): string {
  if (standing.isRescued) return 'no-store';
  if (scope !== 'public') return 'private, no-cache';
  // The shared cache subtracts the `Age` header (RFC 9111, 4.2.3).
  const isShared = standing.isConfirmed && standing.ageMs < sharedMaxAge * 1000;
  return isShared ? `public, max-age=0, must-revalidate, s-maxage=${sharedMaxAge}` : 'public, no-cache';
}
