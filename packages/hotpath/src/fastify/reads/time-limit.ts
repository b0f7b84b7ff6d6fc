/** The time limit of work that handlers wait for. */
import { LinkedList } from '../../collections/linked-list.ts';
import { requestError } from '../../http/errors.ts';

interface Waiting {
  /** As `performance.now()` gives it. */
  readonly dueAt: number;
  readonly refuse: () => void;
}

/** A limit that is the same for all work. The oldest work is due first, so one timer serves all of it. */
export class TimeLimit {
  readonly #ms: number;
  /** In the order in which they are due. */
  readonly #waiting = new LinkedList<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  /** @param ms the limit, in milliseconds. */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** The result of the work. @throws `handlerTimeout` after the limit; the work itself continues. */
  of<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const refuse = () => reject(requestError('handlerTimeout', 'The request took longer than its time limit.'));
      const waiting = this.#waiting.add({ dueAt: performance.now() + this.#ms, refuse });
      this.#timer ??= this.#startTimer(this.#ms);
      work.then(
        (result) => {
          this.#waiting.remove(waiting);
          resolve(result);
        },
        (error) => {
          this.#waiting.remove(waiting);
          reject(error);
        },
      );
    });
  }

  /** A request has a socket, which keeps the process alive; the timer need not. */
  #startTimer(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#refuseLate(), ms).unref();
  }

  #refuseLate(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (let { oldest } = this.#waiting; oldest; oldest = this.#waiting.oldest) {
      const { dueAt, refuse } = oldest.value;
      if (dueAt > now) {
        this.#timer = this.#startTimer(dueAt - now);
        return;
      }
      this.#waiting.remove(oldest);
      refuse();
    }
  }
}
