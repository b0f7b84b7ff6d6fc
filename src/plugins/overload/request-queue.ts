/**
 * The request queue: admission control that keeps a turn of the event loop short at any rate of requests.
 *
 * Node.js starts every request that has arrived before it handles anything else. With 2,000 clients that takes a third of a
 * second, and each step for which a request waits takes as long: a reply of Redis, each statement of a transaction, the
 * follower's read of the log. A hit needs one such turn; a miss needs ten, while ten connections to the database run ten
 * statements a turn. So a turn starts requests for a few milliseconds only. Later requests wait in the order of arrival.
 * Between turns the process handles the replies for which the running requests wait. A hit then waits about as long as every
 * other request does, and all others wait much less.
 *
 * No request starts after waiting longer than `patienceMs`: the queue refuses it. The queue also refuses a request at once if
 * it expects the wait to be too long, so few requests wait that long. The estimate is the time that recent turns took for
 * each request they started. It is too low if much other work runs between turns; then the queue refuses some requests late.
 * The queue makes no estimate before the first turn is over.
 */
export type QueuedWork = (isRefused: boolean) => void;

export interface RequestQueueOptions {
  /** How long a turn starts requests, in milliseconds. */
  readonly turnMs: number;
  /** The longest that a request waits, in milliseconds; 0 means without a limit. */
  readonly patienceMs: number;
}

interface Waiting {
  readonly work: QueuedWork;
  readonly since: number;
  next: Waiting | undefined;
}

/** The weight of earlier turns at each new one, while requests wait. */
const MEMORY = 7 / 8;

export class RequestQueue {
  readonly #turnMs: number;
  readonly #patienceMs: number;
  #first: Waiting | undefined;
  #last: Waiting | undefined;
  #length = 0;
  #isTurning = false;
  #endsAt = 0;
  /** The time that recent turns have taken, and how many requests they started. */
  #spentMs = 0;
  #started = 0;

  constructor({ turnMs, patienceMs }: RequestQueueOptions) {
    this.#turnMs = turnMs;
    this.#patienceMs = patienceMs > 0 ? patienceMs : Number.POSITIVE_INFINITY;
  }

  /** The number of waiting requests. */
  get length(): number {
    return this.#length;
  }

  /** Whether a request may start at once: no request waits, and the turn is not over. */
  isOpen(): boolean {
    if (this.#first) return false;
    const now = performance.now();
    if (!this.#isTurning) this.#begin(now);
    return now < this.#endsAt;
  }

  /** Calls the work once: at its turn, or refused, as soon as the queue knows that its turn comes too late. */
  join(work: QueuedWork): void {
    if (this.#length * this.#spentMs > this.#patienceMs * this.#started) {
      work(true);
      return;
    }
    const waiting: Waiting = { work, since: performance.now(), next: undefined };
    if (this.#first) this.#last!.next = waiting;
    else this.#first = waiting;
    this.#last = waiting;
    this.#length += 1;
  }

  #begin(now: number): void {
    this.#isTurning = true;
    this.#endsAt = now + this.#turnMs;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isTurning = this.#first !== undefined;
    const memory = this.#isTurning ? MEMORY : 0;
    this.#started *= memory;
    this.#spentMs *= memory;
    if (!this.#isTurning) return;
    const startedAt = performance.now();
    this.#begin(startedAt);
    let now = startedAt;
    for (; this.#first && now < this.#endsAt; now = performance.now()) this.#callFirst(now);
    this.#spentMs += now - startedAt;
  }

  #callFirst(now: number): void {
    const { work, since, next } = this.#first!;
    this.#first = next;
    this.#length -= 1;
    const isRefused = now - since > this.#patienceMs;
    if (!isRefused) this.#started += 1;
    work(isRefused);
  }
}
