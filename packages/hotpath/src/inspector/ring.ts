/** A ring of records in the order in which they came: bounded by their number, their bytes and their age. */
import type { InspectorBounds } from './bounds.ts';

/** The fields of a record that the ring uses. */
export interface Ringed {
  /** Grows by one from record to record. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly keptBytes: number;
}

export class Ring<T extends Ringed> {
  readonly #bounds: Pick<InspectorBounds, 'requests' | 'bytes' | 'ageMs'>;
  readonly #places: (T | undefined)[];
  #first = 0;
  #count = 0;
  #bytes = 0;

  constructor(bounds: Pick<InspectorBounds, 'requests' | 'bytes' | 'ageMs'>) {
    this.#bounds = bounds;
    this.#places = new Array(bounds.requests).fill(undefined);
  }

  get count(): number {
    return this.#count;
  }

  /** An estimate of the memory that the records take. */
  get bytes(): number {
    return this.#bytes;
  }

  push(record: T): void {
    if (this.#count === this.#places.length) this.#drop();
    this.#places[(this.#first + this.#count) % this.#places.length] = record;
    this.#count += 1;
    this.#bytes += record.keptBytes;
    this.#trim(record.at);
  }

  /** The newest first. @param now milliseconds since 1970. */
  *newest(now = Date.now()): Generator<T, undefined> {
    this.#trim(now);
    for (let back = 1; back <= this.#count; back += 1) {
      yield this.#places[(this.#first + this.#count - back) % this.#places.length]!;
    }
    return undefined;
  }

  /** A record by its id; undefined once it is forgotten. */
  find(id: number): T | undefined {
    const oldest = this.#places[this.#first];
    if (!oldest || id < oldest.id || id >= oldest.id + this.#count) return undefined;
    return this.#places[(this.#first + id - oldest.id) % this.#places.length];
  }

  clear(): void {
    while (this.#count > 0) this.#drop();
  }

  #trim(now: number): void {
    const { bytes, ageMs } = this.#bounds;
    while (this.#count > 0 && (this.#bytes > bytes || this.#places[this.#first]!.at < now - ageMs)) this.#drop();
  }

  #drop(): void {
    this.#bytes -= this.#places[this.#first]!.keptBytes;
    this.#places[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#places.length;
    this.#count -= 1;
  }
}
