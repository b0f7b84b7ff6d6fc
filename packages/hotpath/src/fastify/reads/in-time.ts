/** A time limit for work that a handler waits for. */
import { requestError } from '../../http/errors.ts';

/** The result of the work. @throws `handlerTimeout` after `ms` milliseconds; the work itself continues. */
export function inTime<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(requestError('handlerTimeout', 'The request took longer than its time limit.'));
    const timer = setTimeout(late, ms);
    work.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
