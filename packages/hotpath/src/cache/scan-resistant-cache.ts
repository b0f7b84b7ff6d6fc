/**
 * A cache in memory, bounded by bytes, that a flood of distinct requests does not flush.
 *
 * The public's values and viewers' values have a share each (`share.ts`). Viewers' values take up to three quarters of
 * the memory, and no public value ever evicts one of them. The public's values take all that viewers' values leave, at
 * least a quarter. Viewers' values never take that quarter, even if it is free: the public could reclaim it with
 * requests.
 */
import type { Held } from './queue.ts';
import { Share } from './share.ts';

export interface ScanResistantOptions<V> {
  /** The bound of all sizes, including the memory for remembered keys. */
  readonly maxBytes: number;
  readonly sizeOf: (value: V, key: string) => number;
  /** Whether the value of a key is for the public. Without it the cache is one share. */
  readonly isPublic?: ((key: string) => boolean) | undefined;
  /** Gets each key whose value was evicted to make room. */
  readonly onEvict?: ((key: string) => void) | undefined;
}

/** The part of the memory that always belongs to the public. */
const PUBLIC_PART = 0.25;
/** Each share remembers one key for this number of bytes of memory. */
const BYTES_A_REMEMBERED = 512;
const REMEMBERED_BYTES = 4;

export class ScanResistantCache<V> {
  readonly #held = new Map<string, Held<V>>();
  readonly #viewers: Share<V>;
  readonly #public: Share<V>;
  readonly #isPublic: (key: string) => boolean;
  readonly #sizeOf: ScanResistantOptions<V>['sizeOf'];
  readonly #maxSize: number;
  readonly #maxViewers: number;
  #evictions = 0;

  constructor({ maxBytes, sizeOf, isPublic, onEvict: reportKey }: ScanResistantOptions<V>) {
    const remembered = 2 ** Math.floor(Math.log2(Math.max(1, maxBytes / BYTES_A_REMEMBERED)));
    const onEvict = ({ key }: Held<V>) => {
      this.#held.delete(key);
      this.#evictions += 1;
      reportKey?.(key);
    };
    this.#viewers = new Share({ remembered, onEvict });
    this.#public = new Share({ remembered, onEvict });
    this.#isPublic = isPublic ?? (() => false);
    this.#sizeOf = sizeOf;
    this.#maxSize = Math.max(0, maxBytes - (isPublic ? 2 : 1) * remembered * REMEMBERED_BYTES);
    this.#maxViewers = isPublic ? this.#maxSize * (1 - PUBLIC_PART) : this.#maxSize;
  }

  get count(): number {
    return this.#held.size;
  }

  get size(): number {
    return this.#viewers.size + this.#public.size;
  }

  /** Values evicted so far. */
  get evictions(): number {
    return this.#evictions;
  }

  get(key: string): V | undefined {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    (held.isPublic ? this.#public : this.#viewers).use(held);
    return held.value;
  }

  /** As `get`, without counting a read. */
  peek(key: string): V | undefined {
    return this.#held.get(key)?.value;
  }

  /**
   * Keeps a value, if it fits, instead of the one under the same key.
   * @param uses how often the value is known to be requested, beside the remembered count; up to 15.
   */
  set(key: string, value: V, uses = 0): void {
    const size = this.#sizeOf(value, key);
    const held = this.#held.get(key) ?? this.#add({ key, value, uses });
    held.value = value;
    held.queue!.resize(held, size);
    if (!held.isPublic) this.#viewers.shrinkTo(this.#maxViewers);
    this.#public.shrinkTo(this.#maxSize - this.#viewers.size);
  }

  /** Removes a value. The next value of its key starts with its count. */
  delete(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    this.#shareOf(held).take(held);
    this.#held.delete(key);
  }

  /** Whether memory has a key, or had it recently. */
  knows(key: string): boolean {
    return this.#held.has(key) || this.#shareOf({ isPublic: this.#isPublic(key) }).remembered(key) > 0;
  }

  *entries(): Iterable<readonly [key: string, value: V]> {
    for (const [key, { value }] of this.#held) yield [key, value];
  }

  #shareOf({ isPublic }: Pick<Held<V>, 'isPublic'>): Share<V> {
    return isPublic ? this.#public : this.#viewers;
  }

  #add({ key, value, uses }: Pick<Held<V>, 'key' | 'value' | 'uses'>): Held<V> {
    const isPublic = this.#isPublic(key);
    const share = this.#shareOf({ isPublic });
    const known = Math.max(uses, share.remembered(key));
    const alone = { age: 0, queue: undefined, older: undefined, newer: undefined };
    const held: Held<V> = { key, isPublic, value, size: 0, uses: known, ...alone };
    share.add(held);
    this.#held.set(key, held);
    return held;
  }
}
