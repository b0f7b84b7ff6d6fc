/** Headers of a cached reply: `Cache-Status` (RFC 9211), and the tags by which a shared cache is purged. */

export interface CacheStatusFacts {
  /** The tier of the answer: `l1`, `l2`, `database`. */
  readonly tier: string;
  /** The outcome: `hit`, `stale`, `rescued`, `miss`, `coalesced`, `bypass`. */
  readonly outcome: string;
  /** Milliseconds since the read of the answer. */
  readonly ageMs: number;
  readonly ttlMs: number;
  /** Of a rescued answer: milliseconds since its ttl ended, or since its changes were last known. */
  readonly overdueMs?: number | undefined;
}

const CACHE = 'hotpath';

/** A negative `ttl` is the number of seconds since the answer expired (RFC 9211, 2.4). */
export function cacheStatus({ tier, outcome, ageMs, ttlMs, overdueMs }: CacheStatusFacts): string {
  const ttl = overdueMs === undefined ? Math.ceil((ttlMs - ageMs) / 1000) : -Math.ceil(overdueMs / 1000);
  switch (outcome) {
    case 'hit':
      return `${CACHE}; hit; ttl=${ttl}; detail=${tier}`;
    case 'stale':
    case 'rescued':
      return `${CACHE}; hit; ttl=${ttl}; detail=${tier}-${outcome}`;
    case 'coalesced':
      return `${CACHE}; fwd=miss; collapsed`;
    case 'bypass':
      return `${CACHE}; fwd=bypass`;
    default:
      return `${CACHE}; fwd=miss${ttlMs > 0 ? '; stored' : ''}`;
  }
}

const LONGEST_TAGS = 4096;

/**
 * The `Surrogate-Key` header: tags, percent-encoded as in a URI, between spaces. If the tags are too many, it has their
 * tables instead.
 */
export function surrogateKey(tags: readonly string[]): string {
  const all = joined(tags);
  return all.length <= LONGEST_TAGS ? all : joined([...new Set(tags.map(tableOfTag))]);
}

/** Each tag is encoded alone, so that a space or a line break in a key's value does not split it. */
const joined = (tags: readonly string[]): string => tags.map((tag) => encodeURI(tag.toWellFormed())).join(' ');

/** The table of a tag: `product` of `product?categoryId=7`. */
export const tableOfTag = (tag: string): string => tag.split(/[:?]/, 1)[0]!;
