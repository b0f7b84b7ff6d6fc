/** The pause before the next try of failed work: none at first, then twice as long each time, up to a limit. */
export class Backoff {
  readonly #firstMs: number;
  readonly #lastMs: number;
  #nextMs = 0;

  constructor(firstMs: number, lastMs: number) {
    this.#firstMs = firstMs;
    this.#lastMs = lastMs;
  }

  /** In milliseconds. */
  next(): number {
    const ms = this.#nextMs;
    this.#nextMs = Math.min(Math.max(2 * ms, this.#firstMs), this.#lastMs);
    return ms;
  }

  /** The work has succeeded. */
  reset(): void {
    this.#nextMs = 0;
  }
}
