/**
 * The ghost: how often keys were asked for that are not in memory any more. It is one table of fixed size, four bytes a
 * key, in which a later key takes the place of an earlier one. So it forgets: after as many keys as it has places, about
 * a third of the earlier ones is left. Where it takes a key for another one, a value is admitted early, and no more.
 */
import { fnv1a } from './fnv1a.ts';

/** The lower bits of a place hold the count, the others the key's hash. */
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

  /** 0 for a key that is not remembered. */
  count(key: string): number {
    if (!this.#places) return 0;
    const hash = fnv1a(key);
    const place = this.#places[hash & this.#mask]!;
    return ((place ^ hash) & ~MOST_COUNTED) === 0 ? place & MOST_COUNTED : 0;
  }
}
