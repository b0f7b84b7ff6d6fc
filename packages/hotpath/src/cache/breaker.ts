/**
 * The breaker: keeps what is slow or broken from slowing down everything else.
 *
 * Closed, it lets work through and gives it a time limit. After so many failures in a row it opens: nothing is even
 * tried. Once it has been open for a while it lets one probe through; that closes it, or keeps it open for as long again.
 */

/** The result of work that was not tried, failed, or took too long. */
export const AWAY: unique symbol = Symbol('away');

export type BreakerState = 'closed' | 'open' | 'probing';

export interface BreakerOptions {
  readonly timeoutMs: number;
  /** Failures in a row that open it. */
  readonly failures?: number;
  /** How long it stays open before it probes. */
  readonly openMs?: number;
  /** Told each time it opens or closes. */
  readonly onChange?: (state: 'closed' | 'open', cause?: unknown) => void;
}

export interface Breaker {
  readonly state: BreakerState;
  /** The limit. */
  readonly timeoutMs: number;
  /**
   * Never rejects.
   * @param patienceMs a shorter limit of the caller's own; not to make it is no failure.
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

/** Where this process was too busy to see the result in time, it looks once more before it calls it late. */
function within<T>(ms: number, work: Promise<T>): Promise<T | typeof LATE> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => resolve(LATE)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
