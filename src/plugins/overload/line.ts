/**
 * The line: where requests wait for their turn, so that a turn of the event loop stays short however many ask.
 *
 * Node.js begins every request that has come in before it looks at anything else. With 2,000 clients that takes a third
 * of a second, and so does each step for which a request waits: a reply of Redis, each statement of a transaction, the
 * follower's reading. What is in memory is answered within one such turn and what is not takes ten, while ten
 * connections to the database run ten statements a turn. So a turn begins requests for a few milliseconds; who comes
 * after that waits, in the order of coming, and what requests under way wait for is looked at in between. What is in
 * memory waits longer for it, about as long as everybody does, so that all others wait much less.
 *
 * Nobody is begun later than patience lasts: who has waited longer when his turn comes is refused. Few come so far, for
 * nobody joins a line that is too long for it, by the time that turns have lately taken for each request they began.
 * That says too little where much else is done between turns; then some are refused late, which takes time and begins
 * nobody, so that the line gets shorter. Who comes before the first of these turns is over joins unmeasured.
 */
export interface Line {
  /** How many wait. */
  readonly length: number;
  /** Whether a request may begin at once: nobody waits, and the turn is not over. */
  isOpen(): boolean;
  /** Calls the work once: when it is its turn, or refused, as soon as it is known that its turn comes too late. */
  join(work: Work): void;
}

export type Work = (isRefused: boolean) => void;

export interface LineOptions {
  /** How long a turn begins requests. */
  readonly turnMs: number;
  /** How long somebody waits at the most; 0 for ever. */
  readonly patienceMs: number;
}

interface Waiting {
  readonly work: Work;
  readonly since: number;
  next: Waiting | undefined;
}

/** What is remembered of earlier turns at each: most of the last few, while somebody waits. */
const MEMORY = 7 / 8;

export function createLine({ turnMs, patienceMs }: LineOptions): Line {
  const patience = patienceMs > 0 ? patienceMs : Number.POSITIVE_INFINITY;
  let first: Waiting | undefined;
  let last: Waiting | undefined;
  let length = 0;
  let isTurning = false;
  let endsAt = 0;
  /** The time that turns have lately taken, and how many they began. */
  let spentMs = 0;
  let begun = 0;

  function begin(now: number): void {
    isTurning = true;
    endsAt = now + turnMs;
    setImmediate(turn);
  }

  function turn(): void {
    isTurning = first !== undefined;
    const memory = isTurning ? MEMORY : 0;
    begun *= memory;
    spentMs *= memory;
    if (!isTurning) return;
    const startedAt = performance.now();
    begin(startedAt);
    let now = startedAt;
    for (; first && now < endsAt; now = performance.now()) callFirst(now);
    spentMs += now - startedAt;
  }

  function callFirst(now: number): void {
    const { work, since, next } = first!;
    first = next;
    length -= 1;
    const isRefused = now - since > patience;
    if (!isRefused) begun += 1;
    work(isRefused);
  }

  return {
    get length() {
      return length;
    },
    isOpen() {
      if (first) return false;
      const now = performance.now();
      if (!isTurning) begin(now);
      return now < endsAt;
    },
    join(work) {
      if (length * spentMs > patience * begun) return work(true);
      const waiting: Waiting = { work, since: performance.now(), next: undefined };
      if (first) last!.next = waiting;
      else first = waiting;
      last = waiting;
      length += 1;
    },
  };
}
