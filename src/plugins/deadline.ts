/**
 * The deadline: how long a handler may take until its request is answered with a 504. Fastify keeps a timer and a signal
 * for each request of a route that has one. A cached read answers most of its requests before a handler runs, so it
 * declares `ownDeadline`, and sets its own for those that need one.
 */
import fp from 'fastify-plugin';
import { requestError } from 'hotpath/http/errors';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route keeps its deadline by itself. */
    ownDeadline?: true;
  }
  interface FastifyInstance {
    /** What the work comes to. @throws `handlerTimeout` if it takes longer than a handler may. */
    inTime<T>(work: Promise<T>): Promise<T>;
  }
}

/** @param timeoutMs 0 for ever. */
export const deadline = fp<{ timeoutMs: number }>(
  async (app, { timeoutMs }) => {
    app.decorate('inTime', timeoutMs === 0 ? (work) => work : (work) => within(timeoutMs, work));
    if (timeoutMs === 0) return;
    app.addHook('onRoute', (route) => {
      if (!route.config?.ownDeadline) route.handlerTimeout ??= timeoutMs;
    });
  },
  { name: 'deadline' },
);

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(requestError('handlerTimeout', 'The request took longer than it may.'));
    const timer = setTimeout(late, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
