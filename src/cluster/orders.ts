/** How a worker is told to end: by a signal to its process, or by the word of the primary. */

export const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** To end with the service, or to end while others go on serving the port. */
export type Order = 'drain' | 'retire';

/** In a worker: calls `obey` once, at the primary's word or a signal, whichever comes first. */
export function whenTold(obey: (order: Order) => void): void {
  let told = false;
  const onlyOnce = (order: Order) => {
    if (!told) obey(order);
    told = true;
  };
  for (const signal of SIGNALS) process.on(signal, () => onlyOnce('drain'));
  // It is for the primary. Without a listener it would end the process.
  process.on('SIGHUP', () => {});
  process.on('message', (message) => {
    if (message === 'drain' || message === 'retire') onlyOnce(message);
  });
}
