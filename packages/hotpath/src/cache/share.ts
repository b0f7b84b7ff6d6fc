/**
 * A share of a cache's memory, and the choice of the values to evict when it is full: a small probation, and admission
 * by frequency, as in W-TinyLFU. A value in memory carries the count of its reads; the ghost has the counts of evicted
 * values.
 *
 * A new value is on probation. When it is the oldest there and the share needs room, the share evicts it if it was not
 * read meanwhile. If it was, the share compares its reads with those of its rival, the least read among the next few
 * protected values. The rival is evicted if the new value has more reads; otherwise the new value is. So a scan, which
 * requests each value once or a few times, passes through the probation and evicts no value with more reads. A value
 * that comes back to the cache brings its count with it.
 *
 * The share halves the counts at times, so that formerly popular values make room. It does so after a number of reads,
 * or after a time. The counted reads are those of protected values, and those of values that were read as often as
 * their rivals and still not admitted. A scan makes neither.
 *
 * While there is room, the share evicts nothing, and all of it may be on probation.
 */
import { Ghost, MOST_COUNTED } from './ghost.ts';
import { type Held, Queue } from './queue.ts';

/** The part of a full share that is for values on probation. */
const PROBATION = 0.1;
/** The number of protected values among which the share looks for a rival. */
const RIVALS = 8;
/** The share halves counts after this number of counted reads of each protected value on average, or after `AGE_MS`. */
const READS_AN_AGE = 8;
const AGE_MS = 300_000;

export interface ShareOptions<V> {
  /** The number of keys that the ghost has places for: a power of two. */
  readonly remembered: number;
  /** Called with each evicted value. */
  readonly onEvict: (held: Held<V>) => void;
}

export class Share<V> {
  readonly #probation = new Queue<V>();
  readonly #protected = new Queue<V>();
  readonly #ghost: Ghost;
  readonly #onEvict: ShareOptions<V>['onEvict'];
  #age = 0;
  #agedAt = Date.now();
  /** Reads since the counts were last halved. */
  #counted = 0;

  constructor({ remembered, onEvict }: ShareOptions<V>) {
    this.#ghost = new Ghost(remembered);
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#probation.size + this.#protected.size;
  }

  /** How often requests asked for a key that the share does not hold, as far as the ghost remembers; up to 15. */
  remembered(key: string): number {
    return this.#ghost.count(key);
  }

  add(held: Held<V>): void {
    held.age = this.#age;
    this.#probation.add(held);
  }

  /** Counts a read. */
  use(held: Held<V>): void {
    const uses = this.#usesOf(held);
    if (uses === MOST_COUNTED) return;
    held.uses = uses + 1;
    if (held.queue === this.#protected) this.#count(1);
  }

  /** Removes a value and remembers how often it was requested. */
  take(held: Held<V>): void {
    this.#ghost.set(held.key, Math.min(MOST_COUNTED, this.#usesOf(held) + 1));
    held.queue!.remove(held);
  }

  /** Evicts values until the others are within the limit. */
  shrinkTo(limit: number): void {
    if (this.size <= limit) return;
    if (Date.now() - this.#agedAt > AGE_MS) this.#growOlder();
    while (this.size > limit) {
      const candidate = this.#probation.oldest;
      const rival = candidate && this.#probation.size > limit * PROBATION ? undefined : this.#rival();
      if (rival) this.#evict(rival);
      else if (this.#makeRoomFor(candidate!, limit * (1 - PROBATION))) this.#protect(candidate!);
      else this.#evict(candidate!);
    }
  }

  /** Evicts protected values with fewer reads, and returns whether the candidate then fits. */
  #makeRoomFor(candidate: Held<V>, limit: number): boolean {
    const uses = this.#usesOf(candidate);
    if (uses === 0 || candidate.size > limit) return false;
    while (this.#protected.size + candidate.size > limit) {
      const rival = this.#rival()!;
      if (this.#usesOf(rival) >= uses) {
        if (uses >= READS_AN_AGE) this.#count(uses);
        return false;
      }
      this.#evict(rival);
    }
    return true;
  }

  #protect(held: Held<V>): void {
    this.#probation.remove(held);
    this.#protected.add(held);
  }

  /** The least read among the next few protected values. The others go to the end of the queue. */
  #rival(): Held<V> | undefined {
    let least = this.#protected.oldest;
    for (let looked = 0; least && looked < RIVALS; looked += 1) {
      const held = this.#protected.oldest!;
      if (this.#usesOf(held) < least.uses) least = held;
      if (least.uses === 0) break;
      this.#protected.remove(held);
      this.#protected.add(held);
    }
    return least;
  }

  #evict(held: Held<V>): void {
    this.take(held);
    this.#onEvict(held);
  }

  #usesOf(held: Held<V>): number {
    if (held.age !== this.#age) {
      held.uses >>= Math.min(MOST_COUNTED, this.#age - held.age);
      held.age = this.#age;
    }
    return held.uses;
  }

  #count(reads: number): void {
    this.#counted += reads;
    if (this.#counted > READS_AN_AGE * this.#protected.count) this.#growOlder();
  }

  #growOlder(): void {
    this.#age += 1;
    this.#agedAt = Date.now();
    this.#counted = 0;
  }
}
