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

export interface Breaker {
  readonly state: BreakerState;
  /** The time limit of a piece of work, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Never rejects.
   * @param patienceMs a shorter limit of the caller's own. Work that exceeds only this limit does not count as a
   * failure.
   */
  attempt<T>(work: () => Promise<T>, patienceMs?: number): Promise<T | typeof AWAY>;
}

const LATE = Symbol('late');

/** A breaker that is closed at first. */
export function createBreaker({ timeoutMs, failures = 5, openMs = 1000, onChange }: BreakerOptions): Breaker {
  let state: BreakerState = 'closed';
  let inARow = 0;
  let openedAt = 0;

  function mayTry(): boolean {
    if (state === 'closed') return true;
    if (state === 'probing' || performance.now() - openedAt < openMs) return false;
    state = 'probing';
    return true;
  }

  function succeeded(): void {
    inARow = 0;
    if (state !== 'probing') return;
    state = 'closed';
    onChange?.('closed');
  }

  function failed(cause: unknown): void {
    inARow += 1;
    if (state === 'open' || (state === 'closed' && inARow < failures)) return;
    const opens = state === 'closed';
    state = 'open';
    openedAt = performance.now();
    if (opens) onChange?.('open', cause);
  }

  return {
    get state() {
      return state;
    },
    timeoutMs,
    async attempt(work, patienceMs = timeoutMs) {
      if (!mayTry()) return AWAY;
      const limit = state === 'probing' ? timeoutMs : Math.min(patienceMs, timeoutMs);
      try {
        const result = await within(limit, work());
        if (result !== LATE) {
          succeeded();
          return result;
        }
        if (limit === timeoutMs) failed(new Error(`It took longer than ${timeoutMs} ms.`));
      } catch (error) {
        failed(error);
      }
      return AWAY;
    },
  };
}

/** If this process was too busy to see the result in time, it checks once more before it counts the work as late. */
function within<T>(ms: number, work: Promise<T>): Promise<T | typeof LATE> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => resolve(LATE)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
