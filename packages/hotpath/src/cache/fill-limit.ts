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
    const { atOnce, waiting } = this.#options;
    if (this.#running < atOnce || this.#queue.length >= waiting) this.#running += 1;
    // A fill that ends hands its place to the next one.
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    try {
      return await fill();
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    const next = this.#running <= this.#options.atOnce ? this.#queue.shift() : undefined;
    if (next) next();
    else this.#running -= 1;
  }
}
