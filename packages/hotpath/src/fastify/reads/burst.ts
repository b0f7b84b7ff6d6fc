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

/** The replies of one server that wait for the end of the turn. */
export class ReplyBurst {
  #waiting: (() => void)[] = [];

  /** Calls `write` within this turn of the event loop, in the async context of the caller: its ledger, and more. */
  add(write: () => void): void {
    // `AsyncLocalStorage.snapshot` does the same in twenty times the time.
    const context = new AsyncResource('Reply', { requireManualDestroy: true });
    this.#push(() => context.runInAsyncScope(write));
  }

  /** Resolves when the caller may write its reply, within this turn of the event loop. */
  turn(): Promise<void> {
    // Code that awaits a promise continues in its own async context.
    return new Promise((write) => this.#push(write));
  }

  #push(write: () => void): void {
    const many = this.#waiting.push(write);
    if (many === BURST) this.#writeAll();
    else if (many === 1) setImmediate(() => this.#writeAll());
  }

  #writeAll(): void {
    const burst = this.#waiting;
    this.#waiting = [];
    for (const write of burst) {
      try {
        write();
      } catch (error) {
        // The error ends the process, as an uncaught error does, but only after the other replies are written.
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }
}
