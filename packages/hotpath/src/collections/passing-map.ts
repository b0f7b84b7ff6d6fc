/** A map whose members come and go with each request; `linked-list.ts` says why a `Map` keeps them too long. */
export class PassingMap<K, V> {
  /** Each member in a box that is emptied when it leaves, so that an old table has empty boxes. */
  readonly #boxes = new Map<K, { value: V | undefined }>();

  get size(): number {
    return this.#boxes.size;
  }

  get(key: K): V | undefined {
    return this.#boxes.get(key)?.value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    this.#boxes.set(key, { value });
  }

  delete(key: K): void {
    const box = this.#boxes.get(key);
    if (!box) return;
    box.value = undefined;
    this.#boxes.delete(key);
  }
}
