/** A queue of values in a cache, oldest first, with the sum of their sizes. */

/** A value in memory, its use, and its neighbours in the one queue that it belongs to. */
export interface Held<V> {
  readonly key: string;
  readonly isPublic: boolean;
  value: V;
  size: number;
  /** Reads, up to a small number, as counted when its share had this age. */
  uses: number;
  age: number;
  queue: Queue<V> | undefined;
  older: Held<V> | undefined;
  newer: Held<V> | undefined;
}

export class Queue<V> {
  #size = 0;
  #count = 0;
  #oldest: Held<V> | undefined;
  #newest: Held<V> | undefined;

  get size(): number {
    return this.#size;
  }

  get count(): number {
    return this.#count;
  }

  get oldest(): Held<V> | undefined {
    return this.#oldest;
  }

  add(held: Held<V>): void {
    held.queue = this;
    held.older = this.#newest;
    held.newer = undefined;
    if (this.#newest) this.#newest.newer = held;
    else this.#oldest = held;
    this.#newest = held;
    this.#size += held.size;
    this.#count += 1;
  }

  remove(held: Held<V>): void {
    if (held.older) held.older.newer = held.newer;
    else this.#oldest = held.newer;
    if (held.newer) held.newer.older = held.older;
    else this.#newest = held.older;
    held.queue = undefined;
    held.older = undefined;
    held.newer = undefined;
    this.#size -= held.size;
    this.#count -= 1;
  }

  /** Changes the size of a value, which keeps its position. */
  resize(held: Held<V>, size: number): void {
    this.#size += size - held.size;
    held.size = size;
  }
}
