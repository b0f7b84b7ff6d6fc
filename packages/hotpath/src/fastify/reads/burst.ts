/**
 * Bursts: the server writes several replies one right after the other, after it has processed the requests that arrived
 * together with theirs.
 *
 * A write to a socket takes longer than all other work of a hit, and longest if it wakes the process at the other end.
 * Of several replies in a row only the first one wakes it. The server sends requests that need PostgreSQL before it
 * writes the replies, so that PostgreSQL works meanwhile. A single reply waits for the rest of its turn of the event
 * loop.
 */
import { AsyncResource } from 'node:async_hooks';

/** The highest number of replies in a row. After them the server processes the requests that arrived meanwhile. */
export const BURST = 32;

interface Waiting {
  readonly write: () => void;
  /** The async context of the request: its ledger, and what other plugins keep there. */
  readonly context: AsyncResource;
}

/** The replies of one server that wait for the end of the turn. */
export class ReplyBurst {
  #waiting: Waiting[] = [];

  /** Calls `write` within this turn of the event loop, in the async context of the caller. */
  add(write: () => void): void {
    // `AsyncLocalStorage.snapshot` does the same in twenty times the time.
    const many = this.#waiting.push({
      write,
      context: new AsyncResource('Reply', { requireManualDestroy: true }),
    });
    if (many === BURST) this.#writeAll();
    else if (many === 1) setImmediate(() => this.#writeAll());
  }

  /** Resolves when the caller may write its reply, within this turn of the event loop. */
  turn(): Promise<void> {
    return new Promise((write) => this.add(write));
  }

  #writeAll(): void {
    const burst = this.#waiting;
    this.#waiting = [];
    for (const { write, context } of burst) {
      try {
        context.runInAsyncScope(write);
      } catch (error) {
        // The error ends the process, as an uncaught error does, but only after the other replies are written.
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }
}
