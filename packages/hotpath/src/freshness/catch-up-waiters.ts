/** The callers that wait until the follower has read the log, each up to its time limit. */
import { LinkedList } from '../collections/linked-list.ts';

type Done = (isKnown: boolean) => void;

export class CatchUpWaiters {
  readonly #waiting = new LinkedList<Done>();

  get count(): number {
    return this.#waiting.size;
  }

  /** The present callers: a reading that begins from now on answers them. */
  present(): readonly Done[] {
    return this.#waiting.all();
  }

  wait(timeoutMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const done = (isKnown: boolean) => {
      clearTimeout(timer);
      this.#waiting.remove(link);
      resolve(isKnown);
    };
    // If the process was too busy to see the answer, the answer is there by now, and is looked at first.
    const timer = setTimeout(() => setImmediate(done, false), timeoutMs);
    const link = this.#waiting.add(done);
    return promise;
  }
}
