/**
 * Trailing reads: reads that leave with a write, in one message to the server, and so cost no trip of their own.
 *
 * - `inside` are reads in the transaction of the write. They see the write. If one of them fails, the write has no effect, and is
 *   sent again without them.
 * - `after` are reads after its commit, in a transaction of their own. So they hold no lock that the write waits for, and see what
 *   deferred triggers have changed.
 *
 * No reads trail through a pooler, which may give another session to what comes after the commit.
 *
 * The write comes from code that knows nothing of the reads, such as Prisma. They leave with the first statement that the
 * code sends, if it is a write outside a transaction. If the code sends any other statement, their answers are of no use:
 * they may lack the effect of that statement.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';

/** Sends reads by a session. */
export type SendReads = (session: pg.ClientBase) => void;

export interface SentReads {
  readonly inside: SendReads;
  readonly after: SendReads;
}

const WRITE = /^\s*(?:UPDATE|INSERT|DELETE|MERGE)\b/i;

const works = new AsyncLocalStorage<TrailingReads | undefined>();

/** Work that is under way with trailing reads: without any, statements do not look for them. */
let underway = 0;

/** The reads that trail the one write of some work. */
export class TrailingReads {
  readonly #reads: SentReads;
  #statements = 0;
  #areSent = false;
  #isCommitted = false;

  constructor(reads: SentReads) {
    this.#reads = reads;
  }

  /** Whether the reads have left. */
  get areSent(): boolean {
    return this.#areSent;
  }

  /** Whether the reads inside were answered with the only statement of the work, which is committed. */
  get areAnswered(): boolean {
    return this.#isCommitted && this.#statements === 1;
  }

  /** Does the work, whose write takes the reads with it. */
  async during<Result>(work: () => PromiseLike<Result>): Promise<Result> {
    underway += 1;
    try {
      // A promise of Prisma begins its work when it is awaited.
      return await works.run(this, async () => await work());
    } finally {
      underway -= 1;
    }
  }

  /** The reads for a statement that is about to be sent. @param isAlone whether no other one is in its transaction. */
  take(text: string, isAlone: boolean): SentReads | undefined {
    this.#statements += 1;
    if (this.#statements > 1 || !isAlone || !WRITE.test(text)) return undefined;
    this.#areSent = true;
    return this.#reads;
  }

  /** The write and the reads inside are answered, and their transaction is committed. */
  committed(): void {
    this.#isCommitted = true;
  }
}

/** The trailing reads of the work that runs now. */
export const currentTrailingReads = (): TrailingReads | undefined => (underway === 0 ? undefined : works.getStore());

/**
 * Keeps a callback in its work. A pool calls it in the context of the work that released a session, and reads must leave with no
 * write but their own.
 */
export function inItsWork<Args extends unknown[]>(callback: (...args: Args) => void): (...args: Args) => void {
  const work = works.getStore();
  return (...args) => works.run(work, () => callback(...args));
}

/** Runs what outlives the work, such as the opening of a connection. */
export const outsideWork = <Result>(run: () => Result): Result => (underway === 0 ? run() : works.exit(run));
