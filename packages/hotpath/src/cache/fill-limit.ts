/**
 * The limit of fills: how many fills may read the database at once, so that a cold cache leaves connections to writes.
 * A limited number of others wait. A fill that finds the queue full reads the database at once; there the pool limits
 * it.
 */
export interface FillLimitOptions {
  readonly atOnce: number;
  readonly waiting: number;
}

export class FillLimit {
  readonly #options: FillLimitOptions;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(options: FillLimitOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  async run<T>(fill: () => Promise<T>): Promise<T> {
    const place = this.enter();
    if (place) await place;
    try {
      return await fill();
    } finally {
      this.leave();
    }
  }

  /** Takes a place; undefined if one was free. The caller gives it back by `leave`. */
  enter(): Promise<void> | undefined {
    const { atOnce, waiting } = this.#options;
    if (this.#running >= atOnce && this.#queue.length < waiting) {
      // A fill that ends hands its place to the next one.
      return new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#running += 1;
    return undefined;
  }

  leave(): void {
    const next = this.#running <= this.#options.atOnce ? this.#queue.shift() : undefined;
    if (next) next();
    else this.#running -= 1;
  }
}
