/**
 * One copy of each text that many records hold, such as a statement or a line of code. V8 keeps the whole of a text as
 * long as a part of it that was cut out, so a copy is made.
 */
import { LRUCache } from 'lru-cache';

const POOLED_BYTES = 4 * 1024 * 1024;
/** Of a longer text the beginning is kept. */
const LONGEST_TEXT = 20_000;

export class TextPool {
  readonly #texts = new LRUCache<string, string>({ maxSize: POOLED_BYTES, sizeCalculation: (text) => 1 + text.length });

  keep(text: string): string {
    const start = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
    let kept = this.#texts.get(start);
    if (kept === undefined) {
      kept = Buffer.from(start).toString();
      this.#texts.set(kept, kept);
    }
    return kept;
  }
}
