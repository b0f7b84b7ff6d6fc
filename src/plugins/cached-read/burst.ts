/**
 * Bursts: replies that are written one right after the other, once the requests that came in with theirs were looked at.
 *
 * To write to a socket takes longer than all else that a hit needs, and longest where it wakes the process at the other
 * end. Of replies in a row the first alone does: who is awake reads on. What is left to ask PostgreSQL is asked before
 * them, too, so that it works while they are written. A reply that is alone waits for nobody.
 */
import { type Carrier, currentCarrier, runWith } from '../../engine/telemetry/context.ts';

/** So many are written in a row at the most; then requests that have come in meanwhile are looked at. */
export const BURST = 32;

interface Waiting {
  readonly write: () => void;
  readonly carrier: Carrier | undefined;
}

let waiting: Waiting[] = [];

/** Calls `write`, which must not throw, within this turn of the event loop, for whoever asks now. */
export function inBurst(write: () => void): void {
  const many = waiting.push({ write, carrier: currentCarrier() });
  if (many === BURST) writeAll();
  else if (many === 1) setImmediate(writeAll);
}

function writeAll(): void {
  const burst = waiting;
  waiting = [];
  for (const { write, carrier } of burst) runWith(carrier, write);
}
