/**
 * The breaker: a circuit breaker, which keeps a slow or broken dependency from slowing down everything else.
 *
 * While it is closed, it runs work under a time limit. After a number of failures in a row it opens, and runs no work
 * at all. After it has been open for a while, it runs one probe. The probe's success closes the breaker; its failure
 * keeps the breaker open for as long again.
 */

/** The result of work that was not tried, failed, or took too long. */
export const AWAY: unique symbol = Symbol('away');

export type BreakerState = 'closed' | 'open' | 'probing';

export interface BreakerOptions {
  readonly timeoutMs: number;
  /** The number of failures in a row that open the breaker. */
  readonly failures?: number;
  /** How long it stays open before it runs a probe, in milliseconds. */
  readonly openMs?: number;
  /** Called each time the breaker opens or closes. */
  readonly onChange?: (state: 'closed' | 'open', cause?: unknown) => void;
}

const LATE = Symbol('late');

/** A circuit breaker that is closed at first. */
export class Breaker {
  /** The time limit of a piece of work, in milliseconds. */
  readonly timeoutMs: number;
  readonly #failures: number;
  readonly #openMs: number;
  readonly #onChange: BreakerOptions['onChange'];
  #state: BreakerState = 'closed';
  #inARow = 0;
  #openedAt = 0;

  constructor({ timeoutMs, failures = 5, openMs = 1000, onChange }: BreakerOptions) {
    this.timeoutMs = timeoutMs;
    this.#failures = failures;
    this.#openMs = openMs;
    this.#onChange = onChange;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /**
   * Runs the work if the breaker lets it. Never rejects.
   * @param patienceMs a shorter limit of the caller's own. Work that exceeds only this limit does not count as a
   * failure.
   */
  async attempt<T>(work: () => Promise<T>, patienceMs = this.timeoutMs): Promise<T | typeof AWAY> {
    if (!this.#mayTry()) return AWAY;
    const limit = this.#state === 'probing' ? this.timeoutMs : Math.min(patienceMs, this.timeoutMs);
    try {
      const result = await within(limit, work());
      if (result !== LATE) {
        this.#succeeded();
        return result;
      }
      if (limit === this.timeoutMs) this.#failed(new Error(`It took longer than ${this.timeoutMs} ms.`));
    } catch (error) {
      this.#failed(error);
    }
    return AWAY;
  }

  #mayTry(): boolean {
    if (this.#state === 'closed') return true;
    if (this.#state === 'probing' || performance.now() - this.#openedAt < this.#openMs) return false;
    this.#state = 'probing';
    return true;
  }

  #succeeded(): void {
    this.#inARow = 0;
    if (this.#state !== 'probing') return;
    this.#state = 'closed';
    this.#onChange?.('closed');
  }

  #failed(cause: unknown): void {
    this.#inARow += 1;
    if (this.#state === 'open' || (this.#state === 'closed' && this.#inARow < this.#failures)) return;
    const opens = this.#state === 'closed';
    this.#state = 'open';
    this.#openedAt = performance.now();
    if (opens) this.#onChange?.('open', cause);
  }
}

/** If this process was too busy to see the result in time, it checks once more before it counts the work as late. */
function within<T>(ms: number, work: Promise<T>): Promise<T | typeof LATE> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => resolve(LATE)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
