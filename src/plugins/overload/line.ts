/**
 * The line: where requests wait for their turn, so that a turn of the event loop stays short however many ask.
 *
 * Node.js begins every request that has come in before it looks at anything else. With 2,000 clients that takes a third
 * of a second, and so does each step for which a request waits: a reply of Redis, each statement of a transaction, the
 * follower's reading. What is in memory is answered within one such turn and what is not takes ten, while ten
 * connections to the database run ten statements a turn. So a turn begins requests for a few milliseconds; who comes
 * after that waits, in the order of coming, and what requests under way wait for is looked at in between. Nobody is
 * answered later for it: there are as many before him either way.
 */
export interface Line {
  /** Whether a request may begin at once: nobody waits, and the turn is not over. */
  isOpen(): boolean;
  /** Begins the work when it is its turn. @returns false, and does not take it, if the first in line has waited too long. */
  join(work: () => void): boolean;
}

export interface LineOptions {
  /** How long a turn begins requests. */
  readonly turnMs: number;
  /** How long somebody may have waited until nobody may join; 0 for ever. */
  readonly patienceMs: number;
}

interface Waiting {
  readonly work: () => void;
  readonly since: number;
  next: Waiting | undefined;
}

export function createLine({ turnMs, patienceMs }: LineOptions): Line {
  let first: Waiting | undefined;
  let last: Waiting | undefined;
  let isTurning = false;
  let endsAt = 0;

  function begin(now: number): void {
    isTurning = true;
    endsAt = now + turnMs;
    setImmediate(turn);
  }

  function turn(): void {
    isTurning = first !== undefined;
    if (!isTurning) return;
    begin(performance.now());
    while (first && performance.now() < endsAt) {
      const { work } = first;
      first = first.next;
      work();
    }
  }

  return {
    isOpen() {
      if (first) return false;
      const now = performance.now();
      if (!isTurning) begin(now);
      return now < endsAt;
    },
    join(work) {
      const waiting: Waiting = { work, since: performance.now(), next: undefined };
      if (!first) first = waiting;
      else if (patienceMs > 0 && waiting.since - first.since > patienceMs) return false;
      else last!.next = waiting;
      last = waiting;
      return true;
    },
  };
}
