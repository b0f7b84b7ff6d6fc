/**
 * A share of a cache's memory, and the choice of the values that go when it is full: a small probation, and admission
 * by frequency, as in W-TinyLFU. The reads of a value are counted with the value itself, and in the ghost once it is gone.
 *
 * A new value is on probation. When it is the oldest there and room is needed, it goes if it was not read meanwhile. If
 * it was, it has to have been read more often than the least read of the few protected values whose turn it is, which
 * then goes instead. So a scan, each of whose values is asked for once or a few times, passes through the probation and
 * throws nothing out that is read more often. A value that comes back to the cache brings its count with it.
 *
 * Counts are halved now and then, so that what was read once makes room. The clock of this is reads, of protected values
 * and of those that were read as often and are not admitted all the same. A scan makes neither. And it is time.
 *
 * While there is room, nothing goes, and all of it may be on probation.
 */
import { Ghost, MOST_COUNTED } from './ghost.ts';
import { type Held, Queue } from './queue.ts';

/** The part of a full share that is for values on probation. */
const PROBATION = 0.1;
/** Protected values that are looked at for one that goes. */
const RIVALS = 8;
/** Counts are halved after so many counted reads of each protected value on average, or after so long. */
const READS_AN_AGE = 8;
const AGE_MS = 300_000;

export interface ShareOptions<V> {
  /** How many keys the ghost has places for: a power of two. */
  readonly remembered: number;
  /** Told of a value that has gone. */
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

  /** How often a key that is not held was asked for, as far as is remembered; up to 15. */
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

  /** Takes a value out and remembers how often it was asked for. */
  take(held: Held<V>): void {
    this.#ghost.set(held.key, Math.min(MOST_COUNTED, this.#usesOf(held) + 1));
    held.queue!.remove(held);
  }

  /** Lets values go until the others are within the limit. */
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

  /** Whether there is room for a value among those that are protected, once those that are read less have gone. */
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

  /** The least read of the few protected values whose turn it is. The turn of the others comes again. */
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
