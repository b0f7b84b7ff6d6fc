/** How long the statements of a pool take, which decides how many reads share a session. */
import { LRUCache } from 'lru-cache';
import type { Statement } from './compile.ts';

/** Reads of a statement share sessions while their typical time is below this, in milliseconds. */
const SHORT_MS = 5;
/** So long may the reads take that share a session, in milliseconds: a read waits for those before it. */
const SHARED_MS = 1;
/** The numbers of reads that share a session, however long they take. */
const [FEWEST, MOST] = [4, 8];
/** The share of the latest time in the typical one: a machine at work makes times longer, and nothing makes them shorter. */
const WEIGHT_OF_LONGER = 1 / 8;
const WEIGHT_OF_SHORTER = 1 / 2;
const REMEMBERED_STATEMENTS = 2000;

export class StatementTimes {
  readonly #typical = new LRUCache<string, number>({ max: REMEMBERED_STATEMENTS });

  /** @param time from sending to answer, in milliseconds, without the preparation of the statement; of a batch, by its size. */
  add({ name }: Statement, time: number): void {
    if (name === undefined) return;
    const before = this.#typical.get(name) ?? time;
    this.#typical.set(name, before + (time - before) * (time > before ? WEIGHT_OF_LONGER : WEIGHT_OF_SHORTER));
  }

  /** The part of a session that a read of the statement needs; undefined if it must not wait for another one. */
  partOf({ name }: Statement): number | undefined {
    const typical = name === undefined ? SHORT_MS : (this.#typical.get(name) ?? SHORT_MS);
    return typical < SHORT_MS ? Math.min(1 / FEWEST, Math.max(1 / MOST, typical / SHARED_MS)) : undefined;
  }
}
