/**
 * The ghost: remembers how often requests asked for keys that memory no longer has. It is one table of fixed size, four
 * bytes for each key, in which a later key replaces an earlier one. So it forgets: after as many keys as it has places,
 * about a third of the earlier keys is left. If it mistakes one key for another, the cache admits a value early, and
 * nothing else happens.
 */
import { fnv1a } from './fnv1a.ts';

/** The lower bits of a place contain the count, the others the key's hash. */
export const MOST_COUNTED = 15;

export class Ghost {
  readonly #mask: number;
  #places: Uint32Array | undefined;

  /** @param places a power of two. */
  constructor(places: number) {
    this.#mask = places - 1;
  }

  /** @param count from 1 to `MOST_COUNTED`. */
  set(key: string, count: number): void {
    const hash = fnv1a(key);
    this.#places ??= new Uint32Array(this.#mask + 1);
    this.#places[hash & this.#mask] = (hash & ~MOST_COUNTED) | count;
  }

  /** 0 for a key that the ghost does not remember. */
  count(key: string): number {
    if (!this.#places) return 0;
    const hash = fnv1a(key);
    const place = this.#places[hash & this.#mask]!;
    return ((place ^ hash) & ~MOST_COUNTED) === 0 ? place & MOST_COUNTED : 0;
  }
}
