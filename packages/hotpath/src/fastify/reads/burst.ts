/**
 * Bursts: replies that are written one right after the other, once the requests that came in with theirs were looked at.
 *
 * To write to a socket takes longer than all else that a hit needs, and longest where it wakes the process at the other
 * end. Of replies in a row the first alone does: who is awake reads on. What is left to ask PostgreSQL is asked before
 * them, too, so that it works while they are written. A reply that is alone waits for the rest of its turn of the event
 * loop, in which nothing else is asked.
 */
import { AsyncResource } from 'node:async_hooks';

/** So many are written in a row at the most; then requests that have come in meanwhile are looked at. */
export const BURST = 32;

interface Waiting {
  readonly write: () => void;
  /** Whatever runs in the context of the request, its ledger and what others keep there. */
  readonly context: AsyncResource;
}

let waiting: Waiting[] = [];

/** Calls `write` within this turn of the event loop, in the context of whoever asks now. */
export function inBurst(write: () => void): void {
  // `AsyncLocalStorage.snapshot` does the same in twenty times as long.
  const many = waiting.push({ write, context: new AsyncResource('Reply', { requireManualDestroy: true }) });
  if (many === BURST) writeAll();
  else if (many === 1) setImmediate(writeAll);
}

function writeAll(): void {
  const burst = waiting;
  waiting = [];
  for (const { write, context } of burst) {
    try {
      context.runInAsyncScope(write);
    } catch (error) {
      // It ends the process, as it would by itself, but not before the others have their replies.
      process.nextTick(() => {
        throw error;
      });
    }
  }
}
