/**
 * When writers may write. Writers share it; a comparison, and a fault that writers must not meet, hold all of it.
 *
 *   writing.run(() => writer.write());
 *   writing.hold(async (keep) => void keep(afterwards));
 */
export class Writing {
  #active = 0;
  #isHeld = false;
  readonly #waiting: { readonly isHold: boolean; readonly start: () => void }[] = [];

  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter(false);
    return this.#finish(work);
  }

  /**
   * Runs `work` once every writer has finished, while none starts.
   * @param work is given `keep`, which runs something as a writer from now on, so that no other hold comes in between.
   */
  async hold<T>(work: (keep: <K>(more: () => Promise<K>) => Promise<K>) => Promise<T>): Promise<T> {
    await this.#enter(true);
    try {
      return await work((more) => {
        this.#active += 1;
        return this.#finish(more);
      });
    } finally {
      this.#isHeld = false;
      this.#admit();
    }
  }

  async #finish<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#active -= 1;
      this.#admit();
    }
  }

  async #enter(isHold: boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ isHold, start: resolve });
    this.#admit();
    await promise;
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && !this.#isHeld; next = this.#waiting[0]) {
      if (next.isHold && this.#active > 0) return;
      if (next.isHold) this.#isHeld = true;
      else this.#active += 1;
      this.#waiting.shift();
      next.start();
    }
  }
}
