/** How long the statements of a pool take, to tell the short ones. */
import { LRUCache } from 'lru-cache';
import type { Statement } from './compile.ts';

/** Reads of a statement share sessions while their typical time is below this, in milliseconds. */
const SHORT_MS = 5;
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

  /** Whether reads of the statement may wait for one another. Those of an unknown statement may not. */
  areShort({ name }: Statement): boolean {
    return name !== undefined && (this.#typical.get(name) ?? SHORT_MS) < SHORT_MS;
  }
}
