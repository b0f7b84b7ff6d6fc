/**
 * Trailing reads: reads that leave with a write, in one message to the server, and so cost no trip of their own. PostgreSQL
 * runs them after the write, in its transaction. They see the write, and if one of them fails, the write has no effect and
 * is sent again without them.
 *
 * The write comes from code that knows nothing of the reads, such as Prisma. They leave with the first statement that the
 * code sends, if it is a write outside a transaction. If the code sends any other statement, their answers are of no use:
 * they may lack the effect of that statement.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';

/** Sends reads by a session. */
export type SendReads = (session: pg.ClientBase) => void;

const WRITE = /^\s*(?:UPDATE|INSERT|DELETE|MERGE)\b/i;

const works = new AsyncLocalStorage<TrailingReads | undefined>();

/** Work that is under way with trailing reads: without any, statements do not look for them. */
let underway = 0;

/** The reads that trail the one write of some work. */
export class TrailingReads {
  readonly #send: SendReads;
  #statements = 0;
  #isAnswered = false;

  constructor(send: SendReads) {
    this.#send = send;
  }

  /** Whether the reads were answered with the only statement of the work. */
  get areAnswered(): boolean {
    return this.#isAnswered && this.#statements === 1;
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

  /** The reads for a statement that is about to be sent. @param isAlone whether it is one of `pg` outside a transaction. */
  take(text: string, isAlone: boolean): SendReads | undefined {
    this.#statements += 1;
    return this.#statements === 1 && isAlone && WRITE.test(text) ? this.#send : undefined;
  }

  /** The write and the reads are answered, and their transaction is committed. */
  answered(): void {
    this.#isAnswered = true;
  }
}

/** The trailing reads of the work that runs now. */
export const currentTrailingReads = (): TrailingReads | undefined => (underway === 0 ? undefined : works.getStore());

/**
 * Keeps a callback in its work. A pool calls it in the context of the work that released a session, and reads must leave with no
 * write but their own.
 */
export function inItsWork<Args extends unknown[]>(callback: (...args: Args) => void): (...args: Args) => void {
  if (underway === 0) return callback;
  const work = works.getStore();
  return (...args) => works.run(work, () => callback(...args));
}
