/**
 * A random sample of a stream: at most so many items of each second, each with the same chance (a reservoir a second).
 *
 *     const sample = new SecondSample<string>(100);
 *     const done = sample.add('a request', Date.now());
 */
export class SecondSample<T> {
  /** Items that the rate has left out. */
  leftOut = 0;
  readonly #rate: number;
  readonly #random: () => number;
  #second = Number.NEGATIVE_INFINITY;
  #seen = 0;
  #kept: T[] = [];

  constructor(rate: number, random: () => number = Math.random) {
    this.#rate = rate;
    this.#random = random;
  }

  /** @param at milliseconds. @returns the sample of the second before, once a new second begins. */
  add(item: T, at: number): T[] {
    const finished = this.passed(at);
    this.#second = Math.max(this.#second, Math.floor(at / 1000));
    this.#seen += 1;
    if (this.#kept.length < this.#rate) {
      this.#kept.push(item);
      return finished;
    }
    this.leftOut += 1;
    const place = Math.floor(this.#random() * this.#seen);
    if (place < this.#rate) this.#kept[place] = item;
    return finished;
  }

  /** The sample of the second before, if a new second has begun. */
  passed(at: number): T[] {
    return Math.floor(at / 1000) > this.#second ? this.take() : [];
  }

  /** The sample of the current second so far, which ends it. */
  take(): T[] {
    const kept = this.#kept;
    this.#kept = [];
    this.#seen = 0;
    return kept;
  }
}
