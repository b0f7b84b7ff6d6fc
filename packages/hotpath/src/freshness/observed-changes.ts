/** The changes of one reading of the log, for the observer of the server. While there is none, nothing is kept. */
import type { ObservationPort } from '../observation/observation-port.ts';
import type { LearnedChange } from '../observation/observed-event.ts';

/** The most changes of one reading that an observer gets. */
const MOST_OBSERVED = 1000;

export class ObservedChanges {
  readonly #port: ObservationPort | undefined;
  #changes: LearnedChange[] = [];

  constructor(port: ObservationPort | undefined) {
    this.#port = port;
  }

  note(change: LearnedChange): void {
    if (this.#port?.observer && this.#changes.length < MOST_OBSERVED) this.#changes.push(change);
  }

  /** Reports the changes since the last report. */
  report(): void {
    const changes = this.#changes;
    if (changes.length === 0) return;
    this.#changes = [];
    this.#port?.observer?.observe({ kind: 'changes', at: Date.now(), changes });
  }
}
