/** Headers of a cached reply: `Cache-Status` (RFC 9211), and the tags by which a shared cache is purged. */

export interface CacheStatusFacts {
  /** Where it came from: `l1`, `l2`, `database`. */
  readonly tier: string;
  /** How: `hit`, `stale`, `rescued`, `miss`, `coalesced`, `bypass`. */
  readonly outcome: string;
  /** Milliseconds since it was read. */
  readonly ageMs: number;
  readonly ttlMs: number;
  /** Of a rescued answer: milliseconds since a cache could vouch for it. */
  readonly overdueMs?: number | undefined;
}

const CACHE = 'hotpath';

/** A `ttl` below 0 says for how many seconds an answer has been past its time (RFC 9211, 2.4). */
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

/** The `Surrogate-Key` header: tags, percent-encoded as in a URI, between spaces. Of too many tags it has the tables. */
export function surrogateKey(tags: readonly string[]): string {
  const all = joined(tags);
  return all.length <= LONGEST_TAGS ? all : joined([...new Set(tags.map(tableOfTag))]);
}

/** Each tag alone, so that a blank or a line break in a key's value does not make two of it. */
const joined = (tags: readonly string[]): string => tags.map((tag) => encodeURI(tag.toWellFormed())).join(' ');

/** The table of a tag: `product` of `product?categoryId=7`. */
export const tableOfTag = (tag: string): string => tag.split(/[:?]/, 1)[0]!;
