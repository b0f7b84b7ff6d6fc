/** How the primary ends a worker: by a signal to the worker's process, or by a message. */

export const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** To end with the service, or to end while other workers go on serving the port. */
export type Order = 'drain' | 'retire';

/** In a worker: calls `obey` once, at the primary's message or a signal, whichever comes first. */
export function whenOrdered(obey: (order: Order) => void): void {
  let isOrdered = false;
  const onlyOnce = (order: Order) => {
    if (!isOrdered) obey(order);
    isOrdered = true;
  };
  for (const signal of SIGNALS) process.on(signal, () => onlyOnce('drain'));
  // SIGHUP is for the primary. Without a listener it would end the worker.
  process.on('SIGHUP', () => {});
  process.on('message', (message) => {
    if (message === 'drain' || message === 'retire') onlyOnce(message);
  });
}
