/** Headers of a cached reply: `Cache-Status` (RFC 9211), and the tags by which a shared cache is purged. */

export interface Served {
  /** Where it came from: `l1`, `l2`, `database`. */
  readonly tier: string;
  /** How: `hit`, `stale`, `rescued`, `miss`, `coalesced`, `bypass`. */
  readonly outcome: string;
  /** Milliseconds since it was read. */
  readonly ageMs: number;
  readonly ttlMs: number;
}

const CACHE = 'hotpath';

export function cacheStatus({ tier, outcome, ageMs, ttlMs }: Served): string {
  const ttl = Math.ceil((ttlMs - ageMs) / 1000);
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
  return all.length <= LONGEST_TAGS ? all : joined([...new Set(tags.map(tableOf))]);
}

/** Each tag alone, so that a blank or a line break in a key's value does not make two of it. */
const joined = (tags: readonly string[]): string => tags.map((tag) => encodeURI(tag.toWellFormed())).join(' ');

/** The table of a tag: `product` of `product?categoryId=7`. */
export const tableOf = (tag: string): string => tag.split(/[:?]/, 1)[0]!;
