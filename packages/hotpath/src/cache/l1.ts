/**
 * The first tier: entries in this process's memory, bounded by bytes. `scan-resistant-cache.ts` chooses the entries
 * that are evicted.
 */
import { includes } from '../freshness/snapshot.ts';
import { type Entry, sizeOf } from './entry.ts';
import { type KeyReads, mostRead } from './popular.ts';
import { ScanResistantCache, type ScanResistantOptions } from './scan-resistant-cache.ts';

export interface L1 {
  get(key: string): Entry | undefined;
  /**
   * Keeps an entry, unless memory has one that was read later.
   * @param uses how often the entry is known to be requested; up to 15.
   */
  set(key: string, entry: Entry, uses?: number): void;
  delete(key: string): void;
  /** Whether a request asked for a key before, as far as memory remembers. */
  knows(key: string): boolean;
  /**
   * The keys with the most reads since they were last taken, most read first. Keys with few reads keep their counts.
   */
  takeReads(many: number): KeyReads[];
  /** The entries in memory, by their keys. */
  all(): Iterable<readonly [key: string, entry: Entry]>;
  readonly entries: number;
  readonly bytes: number;
  /** Entries evicted so far. */
  readonly evictions: number;
}

export type L1Options = Pick<ScanResistantOptions<Entry>, 'maxBytes' | 'isPublic' | 'onEvict'>;

/** The number of reads from memory that make an entry worth reporting: fewer may be those of a scan. */
const LEAST_READS = 3;

export function createL1(options: L1Options): L1 {
  const cache = new ScanResistantCache<Entry>({ ...options, sizeOf: (entry, key) => sizeOf(entry) + 2 * key.length });
  return {
    get: (key) => cache.get(key),
    set(key, entry, uses) {
      const there = cache.peek(key);
      const isLater = there?.epoch === entry.epoch && !includes(entry.snapshot, there.snapshot);
      if (isLater) return;
      if (there && there !== entry) entry.reads += there.reads;
      cache.set(key, entry, uses);
    },
    delete: (key) => cache.delete(key),
    knows: (key) => cache.knows(key),
    takeReads(many) {
      const reads = mostRead(readsOf(cache.entries()), many);
      for (const { key } of reads) cache.peek(key)!.reads = 0;
      return reads;
    },
    all: () => cache.entries(),
    get entries() {
      return cache.count;
    },
    get bytes() {
      return cache.size;
    },
    get evictions() {
      return cache.evictions;
    },
  };
}

function* readsOf(entries: Iterable<readonly [key: string, entry: Entry]>): Iterable<KeyReads> {
  for (const [key, { reads }] of entries) if (reads >= LEAST_READS) yield { key, times: reads };
}
