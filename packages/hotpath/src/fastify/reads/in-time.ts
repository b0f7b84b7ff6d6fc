/** A time limit for work that a handler waits for. */
import { requestError } from '../../http/errors.ts';

/** What the work comes to. @throws `handlerTimeout` after so many milliseconds. The work itself goes on. */
export function inTime<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(requestError('handlerTimeout', 'The request took longer than it may.'));
    const timer = setTimeout(late, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
