/** The first tier: entries in this process's memory, bounded by bytes, the least recently used thrown out first. */
import { LRUCache } from 'lru-cache';
import { includes } from '../freshness/snapshot.ts';
import { type Entry, sizeOf } from './entry.ts';
import type { Read } from './popular.ts';

export interface L1 {
  get(key: string): Entry | undefined;
  /** Keeps an entry, unless one that was read later is there. */
  set(key: string, entry: Entry): void;
  delete(key: string): void;
  /** What was read most since it was last taken, most first. */
  takeReads(many: number): Read[];
  readonly entries: number;
  readonly bytes: number;
  /** Entries thrown out so far to make room. */
  readonly evictions: number;
}

export function createL1(maxBytes: number): L1 {
  let evictions = 0;
  const cache = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: (entry, key) => sizeOf(entry) + 2 * key.length,
    dispose(_entry, _key, reason) {
      if (reason === 'evict') evictions += 1;
    },
  });
  return {
    get: (key) => cache.get(key),
    set(key, entry) {
      const there = cache.peek(key);
      const isLater = there?.epoch === entry.epoch && !includes(entry.snapshot, there.snapshot);
      if (isLater) return;
      if (there && there !== entry) entry.reads += there.reads;
      // One that is there already may have grown; it is measured when it comes in.
      if (there === entry) cache.delete(key);
      cache.set(key, entry);
    },
    delete: (key) => void cache.delete(key),
    takeReads(many) {
      const reads: Read[] = [];
      for (const [key, entry] of cache.entries()) {
        if (entry.reads > 0) reads.push({ key, times: entry.reads });
        entry.reads = 0;
      }
      return reads.sort((one, other) => other.times - one.times).slice(0, many);
    },
    get entries() {
      return cache.size;
    },
    get bytes() {
      return cache.calculatedSize;
    },
    get evictions() {
      return evictions;
    },
  };
}
