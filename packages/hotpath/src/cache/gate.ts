/**
 * The gate: how many fills may be with the database at once, so that a cold cache leaves connections to writes. A few
 * more wait. Whoever finds the waiting room full too goes straight to the database, where the pool has the last word.
 */
export interface Gate {
  run<T>(work: () => Promise<T>): Promise<T>;
  readonly running: number;
  readonly waiting: number;
}

export function createGate({ atOnce, waiting }: { readonly atOnce: number; readonly waiting: number }): Gate {
  const queue: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < atOnce || queue.length >= waiting) running += 1;
    // Who leaves hands his place on.
    else await new Promise<void>((resolve) => queue.push(resolve));
  }

  function leave(): void {
    const next = running <= atOnce ? queue.shift() : undefined;
    if (next) next();
    else running -= 1;
  }

  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
    get running() {
      return running;
    },
    get waiting() {
      return queue.length;
    },
  };
}
